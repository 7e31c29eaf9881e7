import Synchronization

/// A node whose pods Calico has wired, and what its datastore says of them; the tests bring daemons and chains.
package final class CalicoNode: Sendable {
    /// A pod as Calico has made it.
    package struct Resident: Sendable {
        package let name: String
        package let pod: Pod
        package let addresses: [String]
        /// The host's end of its link.
        package let link: String
    }

    package let node: Node
    /// What Calico calls the node.
    package let name: String
    private let notes: Mutex<CalicoNotes>

    package init(_ node: Node, name: String = "n1") {
        self.node = node
        self.name = name
        notes = Mutex(CalicoNotes(host: name))
    }

    /// What kubectl prints of the datastore, and whatever a test changes in it.
    package func export(_ change: (inout CalicoNotes) -> Void = { _ in }) -> String {
        notes.withLock { notes in
            var changed = notes
            change(&changed)
            return changed.list.text
        }
    }

    /// What `calicoctl datastore migrate export` prints of it.
    package func migrationExport() -> String { notes.withLock { $0.migration } }

    /// Changes what the datastore says.
    package func note(_ change: (inout CalicoNotes) -> Void) { notes.withLock { change(&$0) } }

    /// Starts the pod `default/NAME`, or a container without an orchestrator: what Calico's plugin makes, and what its
    /// IPAM notes.
    @discardableResult
    package func start(
        _ name: String, _ addresses: String..., id: String? = nil, isPod: Bool = true
    ) async throws -> Resident {
        let pod = try await node.pod(id: id ?? "\(name)0123456789abcdef")
        let link = isPod ? try await linkName(name) : "cali\(pod.id.prefix(11))"
        try await node.namespace.ip("link add \(link) type veth peer name eth0 netns \(pod.path)")
        try await node.namespace.ip("link set \(link) address ee:ee:ee:ee:ee:ee")
        for (setting, value) in [
            ("ipv4/conf/\(link)/route_localnet", "1"), ("ipv4/neigh/\(link)/proxy_delay", "0"),
            ("ipv4/conf/\(link)/proxy_arp", "1"), ("ipv4/conf/\(link)/forwarding", "1"),
            ("ipv6/conf/\(link)/accept_dad", "0"), ("ipv6/conf/\(link)/proxy_ndp", "1"),
            ("ipv6/conf/\(link)/forwarding", "1"), ("ipv6/conf/\(link)/accept_ra", "0"), ("ipv4/ip_forward", "1"),
            ("ipv6/conf/all/forwarding", "1"),
        ] {
            try await node.namespace.setSysctl("net/\(setting)", value)
        }
        try await pod.namespace.setSysctl("net/ipv6/conf/eth0/accept_dad", "0")
        try await node.namespace.ip("link set \(link) up")
        try await pod.namespace.ip("link set lo up", "link set eth0 up")
        for address in addresses { try await wire(pod, link, address) }
        let words = ["node": self.name].merging(isPod ? ["namespace": "default", "pod": name] : [:]) { $1 }
        note { notes in
            for address in addresses { notes.give(address, to: "k8s-pod-network.\(pod.id)", words) }
        }
        return Resident(name: name, pod: pod, addresses: addresses, link: link)
    }

    private func wire(_ pod: Pod, _ link: String, _ address: String) async throws {
        if address.contains(":") {
            try await pod.namespace.ip(
                "addr add \(address)/128 dev eth0 nodad", "-6 route add default via fe80::ecee:eeff:feee:eeee dev eth0")
            // Felix's routes have a metric by now, beside the one of the plugin.
            try await node.namespace.ip("-6 route add \(address)/128 dev \(link) metric 1024")
        } else {
            try await pod.namespace.ip(
                "route add 169.254.1.1 dev eth0 scope link", "route add default via 169.254.1.1 dev eth0",
                "addr add \(address)/32 dev eth0")
            try await node.namespace.ip("route add \(address)/32 dev \(link) scope link")
        }
    }

    /// `cali` and 11 digits of the SHA-1 of `default.NAME`, by sha1sum(1).
    package func linkName(_ name: String) async throws -> String {
        "cali" + (try await node.namespace.must("/usr/bin/sha1sum", input: "default.\(name)")).prefix(11)
    }
}

/// What Calico's datastore has: pools, blocks, handles and affinities.
package struct CalicoNotes: Sendable {
    package var pools: [Value] = []
    package var others: [Value] = []
    private var blocks: [String: Value] = [:]
    private var affinities: [String: String] = [:]

    /// The node whose blocks are those that nobody claims.
    private let host: String

    package init(host: String) { self.host = host }

    /// An address in a list of 64, by its last number.
    private struct Slot {
        let block: String
        let ordinal: Int

        init(_ address: String) {
            let isIPv6 = address.contains(":")
            let separator: Character = isIPv6 ? ":" : "."
            let cut = address.lastIndex(of: separator) ?? address.startIndex
            let last = Int(address[address.index(after: cut)...], radix: isIPv6 ? 16 : 10) ?? 0
            let first = last / 64 * 64
            let head = address[...cut]
            block = isIPv6 ? "\(head)\(first == 0 ? "" : String(first, radix: 16))/122" : "\(head)\(first)/26"
            ordinal = last % 64
        }
    }

    /// Makes a node a block's owner; nil for nobody.
    package mutating func claim(_ block: String, for host: String?) {
        var spec: Value = [
            "cidr": .string(block), "allocations": .array(Array(repeating: .null, count: 64)), "attributes": [],
            "unallocated": .array((0..<64).map { .integer($0) }), "strictAffinity": false, "deleted": false,
        ]
        if let old = blocks[block] { spec = old }
        blocks[block] = spec.setting("affinity", host.map { .string("host:\($0)") } ?? .null)
        affinities[block] = host
    }

    /// Notes that an address is given out; its block becomes this node's if it is nobody's yet.
    package mutating func give(_ address: String, to handle: String?, _ words: [String: String]) {
        let slot = Slot(address)
        if blocks[slot.block] == nil { claim(slot.block, for: host) }
        guard let block = blocks[slot.block] else { return }
        var allocations = block["allocations"].elements
        var attribute: Value = ["secondary": .object(words.mapValues { .string($0) })]
        if let handle { attribute = attribute.setting("handle_id", .string(handle)) }
        let attributes = block["attributes"].elements + [attribute]
        allocations[slot.ordinal] = .integer(attributes.count - 1)
        let free = block["unallocated"].elements.filter { $0 != .integer(slot.ordinal) }
        blocks[slot.block] = block.setting("allocations", .array(allocations)).setting("attributes", .array(attributes))
            .setting("unallocated", .array(free))
    }

    /// Takes an address from who has it.
    package mutating func forget(_ address: String) {
        let slot = Slot(address)
        guard let block = blocks[slot.block] else { return }
        var allocations = block["allocations"].elements
        allocations[slot.ordinal] = .null
        blocks[slot.block] = block.setting("allocations", .array(allocations))
    }

    /// Forgets a block, but not the handles that name it.
    package mutating func forget(block: String) { blocks[block] = nil }

    /// Forgets who claims a block, or says it of another node than the block does.
    package mutating func claim(affinityOf block: String, for host: String?) { affinities[block] = host }

    /// A handle for each attribute, and what a test adds.
    package var extraHandles: [String: String] = [:]

    /// All of it, as kubectl prints it.
    var list: Value {
        var items = pools + others
        for (cidr, spec) in blocks.sorted(by: { $0.key < $1.key }) {
            items.append(Self.item("IPAMBlock", name: Self.named(cidr), spec))
            for attribute in spec["attributes"].elements {
                guard let handle = attribute["handle_id"].string else { continue }
                items.append(
                    Self.item("IPAMHandle", name: handle, ["handleID": .string(handle), "block": .object([cidr: 1])]))
            }
        }
        for (handle, cidr) in extraHandles {
            items.append(
                Self.item("IPAMHandle", name: handle, ["handleID": .string(handle), "block": .object([cidr: 1])]))
        }
        for (cidr, host) in affinities.sorted(by: { $0.key < $1.key }) {
            let spec: Value = [
                "cidr": .string(cidr), "node": .string(host), "state": "confirmed", "deleted": "false",
            ]
            items.append(Self.item("BlockAffinity", name: "\(host)-\(Self.named(cidr))", spec))
        }
        return ["apiVersion": "v1", "kind": "List", "items": .array(items), "metadata": ["resourceVersion": ""]]
    }

    private static func named(_ cidr: String) -> String { String(cidr.map { ".:/".contains($0) ? "-" : $0 }) }

    private static func item(_ kind: String, name: String, _ spec: Value) -> Value {
        [
            "apiVersion": "crd.projectcalico.org/v1", "kind": .string(kind),
            "metadata": [
                "name": .string(name), "generation": 1, "resourceVersion": "17",
                "annotations": ["projectcalico.org/metadata": "{\"creationTimestamp\":null}"],
            ],
            "spec": spec,
        ]
    }

    /// A pool without encapsulation, as Calico makes it by default.
    package static func pool(_ name: String, _ cidr: String, _ changes: Value = [:]) -> Value {
        let spec: Value = [
            "cidr": .string(cidr), "blockSize": .integer(cidr.contains(":") ? 122 : 26), "ipipMode": "Never",
            "vxlanMode": "Never", "natOutgoing": true, "nodeSelector": "all()", "allowedUses": ["Workload", "Tunnel"],
        ]
        return item("IPPool", name: name, spec.merging(changes))
    }
}

extension CalicoNode.Resident {
    /// Starts to ping an address every ten milliseconds; answers how many requests got no answer.
    package func losses(to address: String, count: Int) async throws -> Int {
        let text = try await pod.namespace.must(
            "/usr/bin/ping", "-n", "-q", "-i", "0.01", "-c", String(count), "-W", "2", address)
        guard let match = text.firstMatch(of: /(\d+) packets transmitted, (\d+) received/), let sent = Int(match.1),
            let received = Int(match.2)
        else { throw Failure("ping said \(text)") }
        return sent - received
    }
}
