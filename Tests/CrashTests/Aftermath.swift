import TestKit

/// What must be true after an operation was killed or failed, whatever it was doing.
struct Aftermath {
    private let lane: Lane
    private let pod: Pod
    /// What is not as it must be.
    private(set) var problems: [String] = []

    private var node: Node { lane.node }
    private var operation: Operation { lane.scenario.operation }

    /// How long a DEL may take that nobody holds up. It takes 10 ms; the rest is for a busy machine.
    private static let patience = Duration.seconds(5)

    /// Goes through it all: the answer, what is left, DEL, what is left then, and the next pod.
    static func problems(
        on lane: Lane, of pod: Pod, _ completion: Completion, killed: Bool
    ) async throws -> [String] {
        var aftermath = Aftermath(lane: lane, pod: pod)
        aftermath.judgeAnswer(completion, killed: killed)
        try await aftermath.judgeLinks(completion)
        if operation(lane) == .collect { try await aftermath.collectAgain() }
        try await aftermath.deletePod()
        try await aftermath.judgeLeftovers()
        if aftermath.problems.isEmpty { try await aftermath.startNextPod() }
        return aftermath.problems
    }

    private init(lane: Lane, pod: Pod) {
        self.lane = lane
        self.pod = pod
    }

    private static func operation(_ lane: Lane) -> Operation { lane.scenario.operation }

    private mutating func require(_ isTrue: Bool, _ problem: String) {
        if !isTrue { problems.append(problem) }
    }

    /// Standard output is empty or one JSON document, and says what the exit status says.
    private mutating func judgeAnswer(_ completion: Completion, killed: Bool) {
        let document = try? Value(parsing: completion.output)
        let report = "\(completion.status), stdout \(completion.text), stderr \(completion.errorText)"
        require(completion.output.isEmpty || document != nil, "stdout is not one JSON document: \(report)")
        switch completion.status {
        case .exited(0) where operation == .add:
            require(!(document?.resultAddresses ?? []).isEmpty, "ADD succeeded without a result: \(report)")
        case .exited(0):
            require(completion.output.isEmpty, "\(operation.rawValue) succeeded and wrote to stdout: \(report)")
        case .exited:
            let hasCode = document?["code"].integer != nil && document?["msg"].string != nil
            require(hasCode, "failed without an error object: \(report)")
        case .signaled(let signal):
            require(killed && signal == 9, "ended by a signal that nobody sent: \(report)")
        case .timedOut: problems.append("still running after 40 s: \(report)")
        }
    }

    /// There may be a lease without a link, never a link without a lease; an ADD that says it failed leaves neither,
    /// or says what it leaves.
    private mutating func judgeLinks(_ completion: Completion) async throws {
        guard lane.scenario.ledger != .lost else { return }
        let links = try await strangeLinks()
        let leases = try await node.ledger.leases()
        for link in links where !leases.contains(where: { $0.hostInterface == link }) {
            problems.append("link \(link) has no lease")
        }
        guard operation == .add, completion.status == .exited(1), !completion.text.contains("until DEL") else { return }
        require(links.isEmpty, "a failed ADD leaves link \(links)")
        require(leases == lane.company, "a failed ADD leaves leases \(leases)")
    }

    /// Links of pods other than the company's.
    private func strangeLinks() async throws -> [String] {
        try await node.namespace.links().map(\.name).filter { name in
            name.hasPrefix("cali") && !lane.company.contains { $0.hostInterface == name }
        }
    }

    private mutating func collectAgain() async throws {
        let outcome = try await node.cni(.collect, configuration: lane.collection)
        require(outcome.succeeded, "GC again failed: \(outcome.completion.text)")
    }

    private mutating func deletePod() async throws {
        let outcome = try await node.cni(.delete, pod, configuration: lane.configuration)
        let completion = outcome.completion
        require(outcome.succeeded && completion.output.isEmpty, "DEL failed: \(completion.text)\(completion.errorText)")
        require(completion.duration < Self.patience, "DEL took \(completion.duration)")
    }

    /// Only the company is on the node.
    private mutating func judgeLeftovers() async throws {
        for link in try await strangeLinks() { problems.append("link \(link) is left") }
        let inside = try await pod.namespace.link("eth0")
        require(inside == nil, "eth0 is left in the pod")
        let damage = try await node.ledger.damage()
        require(damage.isEmpty, "the ledger is damaged: \(damage)")
        let leases = try await node.ledger.leases()
        require(leases == lane.company, "leases are \(leases), expected \(lane.company)")
        try await judgeRoutes(leases)
        let addresses = Set(leases.map(\.address))
        for neighbour in try await node.namespace.neighbours() where neighbour.address.hasPrefix("10.24") {
            require(addresses.contains(neighbour.address), "neighbour \(neighbour.address) is left")
        }
    }

    /// Each lease has its route and no other address has one; each block has its blackhole.
    private mutating func judgeRoutes(_ leases: [LedgerFile.Lease]) async throws {
        let routes = try await node.namespace.routes()
        let pods = Set(routes.filter { $0.destination.hasSuffix("/32") }.map { "\($0.destination) \($0.device ?? "")" })
        let wanted = Set(leases.map { "\($0.address)/32 \($0.hostInterface)" })
        require(pods == wanted, "host routes are \(pods.sorted()), expected \(wanted.sorted())")
        if lane.scenario.ledger == .lost && leases.isEmpty { return }
        let blackholes = Set(routes.filter { $0.kind == .blackhole && $0.proto == 80 }.map(\.destination))
        let blocks = Set(try await node.ledger.blocks().map(\.cidr))
        require(blackholes == blocks, "blackholes are \(blackholes.sorted()), blocks \(blocks.sorted())")
    }

    /// A new container in the same namespace gets an address that nobody has, and can be reached.
    private mutating func startNextPod() async throws {
        let next = lane.newPod()
        let outcome = try await node.cni(.add, next, configuration: lane.configuration)
        guard outcome.succeeded, let address = outcome.document.resultAddresses.first?.dropLast(3) else {
            problems.append("the next ADD failed: \(outcome.completion.text)\(outcome.completion.errorText)")
            return
        }
        require(!lane.company.contains { $0.address == address }, "\(address) is held twice")
        let answers = try await node.namespace.pings(String(address))
        require(answers, "the next pod's first packet is lost at \(address)")
        let check = try await node.check(next, result: outcome.document, configuration: lane.configuration)
        require(check.succeeded, "CHECK of the next pod: \(check.completion.text)")
        let leases = try await node.ledger.leases()
        require(leases.count == lane.company.count + 1, "leases after the next ADD are \(leases)")
        try await judgeRoutes(leases)
        let deletion = try await node.cni(.delete, next, configuration: lane.configuration)
        require(deletion.succeeded, "DEL of the next pod failed: \(deletion.completion.text)")
    }
}
