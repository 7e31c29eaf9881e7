import Foundation
import TestKit

/// A node with sandboxes to which the steps are done.
final class World {
    let node: Node
    private let observer: Observer
    private var stage: Stage
    private var sandboxes: [Namespace] = []
    /// CNI_NETNS of a container's last ADD, and what that answered.
    private var paths: [Attachment: String] = [:]
    private var results: [Attachment: Value] = [:]
    private var deaths = Deaths()

    /// The file that stands in for the kernel's boot id on the node.
    private var bootFile: String { "\(node.folder.path)/boot_id" }

    init(_ node: Node, sandboxes count: Int) async throws {
        self.node = node
        observer = try Observer(node)
        stage = try Stage(node, ahead: 0)
        for _ in 0..<count { sandboxes.append(try await Namespace.make()) }
        try writeFile(bootFile, Model.boot(1))
        try await node.namespace.must("/bin/mount", "--bind", bootFile, "/proc/sys/kernel/random/boot_id")
    }

    /// What came of a step.
    struct Event: Sendable {
        let answers: [Answer]
        /// The seconds since boot within which it was.
        let times: ClosedRange<Int>
        let observation: Observation
        /// More about it, for people.
        let remark: String
    }

    /// Does it and looks at what it has left.
    func carryOut(_ step: Step) async throws -> Event {
        var (answers, remark): ([Answer], String) = ([.nothing], "")
        let start = stage.seconds
        var isElsewhere = false
        switch step {
        case .add, .delete, .check, .collect: (answers, remark) = try await call([step])
        case .together(let steps): (answers, remark) = try await call(steps)
        case .killed(let step, let share): (answers, remark) = try await kill(step, at: share)
        case .die(let holder): try await end(holder)
        case .cut(let holder): try await node.namespace.ip("link del \(try hostLink(holder))")
        case .usurp(let address): try await ip(address, "route add \(address) dev up0")
        case .yield(let address): try await ip(address, "route del \(address) dev up0")
        case .reboot(let number):
            try await reboot(number)
            isElsewhere = true
        case .pass(let seconds):
            stage = try Stage(node, ahead: stage.offset + seconds)
            isElsewhere = true
        default: (answers, remark) = try await ask(step)
        }
        let observer = observer
        let seen = try await onOwnThread { try observer.look() }
        let now = stage.seconds
        return Event(answers: answers, times: isElsewhere ? now...now : start...now, observation: seen, remark: remark)
    }
}

// MARK: Runtimes

extension World {
    private func call(_ steps: [Step]) async throws -> ([Answer], String) {
        let calls = try steps.map { try request($0) }
        let stage = stage
        let replies = try await onOwnThread { try stage.run(calls) }
        let answers = try zip(steps, replies).map { try answer($0, $1) }
        return (answers, zip(answers, replies).map(Self.remark).joined())
    }

    private func request(_ step: Step) throws -> Stage.Call {
        switch step {
        case .add(let holder, let sandbox, let wish):
            paths[holder] = sandboxes[sandbox].path
            return plugin("ADD", holder, wish)
        case .delete(let holder): return plugin("DEL", holder, Wish())
        case .check(let holder): return plugin("CHECK", holder, Wish(), result: results[known(holder)] ?? [:])
        case .collect(let network, let kept):
            var call = plugin("GC", nil, Wish())
            let list = kept.sorted().map { (container: $0, ifname: "eth0") }
            call.input = node.modelConfiguration(network, Wish()).keeping(list).text
            return call
        default: throw Failure("\(step) is nothing that a runtime asks for")
        }
    }

    /// The attachment that an ADD has made for the container, whichever network is spoken of.
    private func known(_ holder: Attachment) -> Attachment {
        paths[holder] != nil ? holder : paths.keys.first { $0.container == holder.container } ?? holder
    }

    private func plugin(_ operation: String, _ holder: Attachment?, _ wish: Wish, result: Value = .null) -> Stage.Call {
        var environment = ["CNI_COMMAND": operation, "CNI_PATH": Programs.searchPath]
        if let holder {
            environment["CNI_CONTAINERID"] = holder.container
            environment["CNI_IFNAME"] = "eth0"
            environment["CNI_NETNS"] = paths[known(holder)] ?? ""
            environment["CNI_ARGS"] = wish.arguments(holder)
        }
        let configuration = node.modelConfiguration(holder?.network ?? "", wish).setting("prevResult", result)
        return Stage.Call(
            command: [Programs.path(of: "martlet")], environment: environment, input: configuration.text)
    }

    private func answer(_ step: Step, _ reply: Stage.Reply) throws -> Answer {
        if reply.status == 137 { return .killed }
        let document = reply.output.isEmpty ? .null : try Value(parsing: reply.output)
        guard reply.status == 0 else { return .error(document["code"].integer ?? -1) }
        guard case .add(let holder, _, _) = step else { return document == .null ? .done : .nothing }
        results[holder] = document
        let given = try document.resultAddresses.map { try Span($0) }
        guard given.allSatisfy({ $0.count == 1 }) else { throw Failure("a pod shares a subnet: \(document)") }
        return .addresses(given.map(\.first))
    }

    private static func remark(_ answer: Answer, _ reply: Stage.Reply) -> String {
        if case .error = answer { return " " + String(decoding: reply.output, as: UTF8.self) + reply.errors }
        return reply.errors
    }

    /// Runs it under `tamper`; one whose calls are not known yet is only watched.
    private func kill(_ step: Step, at share: Double) async throws -> ([Answer], String) {
        let log = "\(node.folder.path)/tamper.log"
        let point = deaths.point(of: step, at: share)
        var call = try request(step)
        call.command = [Programs.built("tamper"), log] + (point.map(\.words) ?? []) + ["--"] + call.command
        let (stage, tampered) = (stage, call)
        let reply = try await onOwnThread { try stage.run([tampered])[0] }
        let answer = try answer(step, reply)
        if answer != .killed { deaths.learn(step, String(decoding: try readFile(log), as: UTF8.self)) }
        return ([answer], " \(point.map { $0.words.joined(separator: " ") } ?? "watched")" + Self.remark(answer, reply))
    }
}

// MARK: Accidents and operators

extension World {
    private func hostLink(_ holder: Attachment) throws -> String {
        try (results[holder] ?? .null).resultHostLink()
    }

    private func ip(_ address: IP, _ command: String) async throws {
        try await node.namespace.must("/bin/sh", "-c", "ip \(address.isIPv6 ? "-6 " : "")\(command)")
    }

    /// The sandbox goes, and another takes its place.
    private func end(_ holder: Attachment) async throws {
        guard let index = sandboxes.firstIndex(where: { $0.path == paths[holder] }) else {
            throw Failure("\(holder) has no sandbox")
        }
        let link = try hostLink(holder)
        sandboxes[index].end()
        sandboxes[index] = try await Namespace.make()
        let isGone = try await eventually { try await node.namespace.link(link) == nil }
        guard isGone else { throw Failure("\(link) stays without its sandbox") }
    }

    private func reboot(_ number: Int) async throws {
        let old = sandboxes
        for index in old.indices { sandboxes[index] = try await Namespace.make() }
        // Removed by name at once: the kernel takes its time with those of namespaces that end.
        try await node.namespace.must(
            "/bin/sh", "-c",
            """
            ip -o link show type veth | sed -n 's/^[0-9]*: \\(cali[^@:]*\\).*/link del \\1/p' | ip -batch -
            ip route flush proto 80; ip -6 route flush proto 80
            ip route flush dev up0 scope link proto boot; ip -6 route flush dev up0 proto boot
            nft flush ruleset
            echo 0 >/proc/sys/net/ipv4/ip_forward; echo 0 >/proc/sys/net/ipv6/conf/all/forwarding
            """)
        for sandbox in old { sandbox.end() }
        try writeFile(bootFile, Model.boot(number))
        stage = try Stage(node, ahead: 20 - Stage.machineSeconds())
    }

    private func ask(_ step: Step) async throws -> ([Answer], String) {
        let ledger = ["--data-dir", node.data, "--nodename", node.name]
        var call = Stage.Call(command: [Programs.operatorsTool] + step.toolWords + ledger)
        call.input = step.manifest
        let (stage, asked) = (stage, call)
        let reply = try await onOwnThread { try stage.run([asked])[0] }
        let text = String(decoding: reply.output, as: UTF8.self) + reply.errors
        return ([.exit(reply.status)], reply.status == 0 ? "" : " " + text)
    }
}
