import Addressing
import IPAM
import JSON
import Ledger

/// What one interface of a pod holds, and what it would get if the pod were deleted and started anew.
struct PodExplanation {
    /// An address, and what is known of how it came to the pod.
    private struct Holding {
        let entry: LedgerSnapshot.Entry
        let pool: String
        let notes: [String]
    }

    private let pod: PodName
    private let attachment: Attachment
    private let holds: [Holding]
    let anew: [ExplainedAddress]

    /// One for each interface of the pod that has addresses of the ledger.
    ///
    /// - Throws: `Trouble` with status 1 when there is none.
    static func all(_ pod: PodName, _ rehearsal: AddRehearsal) throws(Trouble) -> [PodExplanation] {
        let copy = try rehearsal.copy()
        let snapshot = try ledger { () throws(LedgerError) in try copy.ledger.snapshot() }
        let node = copy.ledger.node
        // Of the cluster's pools the ledger has no other node's blocks, but those that were this one's.
        let shared = Set(snapshot.pools.filter(\.isShared).map(\.id))
        let own = Set(snapshot.blocks.filter { $0.owner == node || shared.contains($0.pool) }.map(\.id))
        let entries = snapshot.leases.filter { pod.names($0.pod) && own.contains($0.lease.block) }
        let networks = Set(entries.map(\.lease.attachment.network)).sorted()
        let network = rehearsal.file?.request.network
        let meant = entries.filter { network == nil || $0.lease.attachment.network == network }
        if meant.isEmpty { throw unknown(pod, node, network, of: networks) }
        var explanations: [PodExplanation] = []
        let interfaces = Dictionary(grouping: meant, by: \.lease.attachment)
        for (attachment, entries) in interfaces.sorted(by: { $0.key.alias < $1.key.alias }) {
            explanations.append(try PodExplanation(pod, attachment, entries, snapshot, rehearsal))
        }
        return explanations
    }

    private static func unknown(_ pod: PodName, _ node: String, _ network: String?, of networks: [String]) -> Trouble {
        if let network, !networks.isEmpty {
            return Trouble(
                .findings,
                "pod \(pod) holds no address of network \(network), but of \(networks.joined(separator: ", "))")
        }
        return Trouble(
            .findings, "pod \(pod) holds no address on node \(node)",
            hint: "martletctl get wep shows who does, martletctl ipam history --pod \(pod) what it has had")
    }

    private init(
        _ pod: PodName, _ attachment: Attachment, _ entries: [LedgerSnapshot.Entry], _ snapshot: LedgerSnapshot,
        _ rehearsal: AddRehearsal
    ) throws(Trouble) {
        self.pod = pod
        self.attachment = attachment
        let block = snapshot.blocks.first { $0.id == entries[0].lease.block }
        let copy = try rehearsal.copy(isRouted: block?.isRouted ?? true)
        var holds: [Holding] = []
        for entry in entries { holds.append(try Self.holding(entry, snapshot, copy.ledger)) }
        self.holds = holds
        try ledger { () throws(LedgerError) in
            for entry in entries { try copy.ledger.free(entry.lease) }
        }
        anew = try rehearsal.explain(entries.map(\.lease.address.family), copy)
    }

    private static func holding(
        _ entry: LedgerSnapshot.Entry, _ snapshot: LedgerSnapshot, _ book: borrowing Ledger
    ) throws(Trouble) -> Holding {
        let address = entry.lease.address
        let history = try ledger { () throws(LedgerError) in try book.history(.address(address)) }
        let usage = try ledger { () throws(LedgerError) in try book.usage(address.family) }
            .first { $0.pool.cidr.contains(address) }
        var notes: [String] = []
        if let before = history.first(where: { $0.until != nil }), let until = before.until {
            let holder = before.pod.name == nil ? "container \(before.attachment.containerID)" : before.pod.text
            notes.append("\(holder) had it before, until \(Time.text(until))")
        } else {
            notes.append("nobody is known to have had it before")
        }
        if let exclusion = usage?.exclusion {
            notes.append("its pool \(exclusion) by now: it stays until the pod goes")
        }
        if let reservation = snapshot.reservations.first(where: { $0.cidr.contains(address) }) {
            notes.append("it is reserved by \(reservation.cidr) by now, and stays until the pod goes")
        }
        return Holding(entry: entry, pool: usage?.pool.name ?? "-", notes: notes)
    }
}

extension PodExplanation {
    var lines: [String] {
        var lines = [
            "Pod \(pod), interface \(attachment.ifname) of network \(attachment.network), container "
                + attachment.containerID
        ]
        for one in holds {
            let lease = one.entry.lease
            lines.append(
                "  holds \(lease.address) of block \(lease.blockCIDR), pool \(one.pool), since "
                    + Time.text(one.entry.createdAt))
            lines += one.notes.map { "    \($0)" }
        }
        return lines + ["Deleted and started anew:"] + anew.flatMap(\.lines).map { "  " + $0 }
    }

    var json: JSON {
        [
            "pod": .string("\(pod)"), "network": .string(attachment.network),
            "container": .string(attachment.containerID), "interface": .string(attachment.ifname),
            "holds": .array(
                holds.map { one in
                    [
                        "ip": .string(one.entry.lease.address.description), "pool": .string(one.pool),
                        "block": .string(one.entry.lease.blockCIDR.description),
                        "since": .string(Time.text(one.entry.createdAt)),
                        "notes": .array(one.notes.map { .string($0) }),
                    ]
                }),
            "anew": .array(anew.map(\.json)),
        ]
    }
}
