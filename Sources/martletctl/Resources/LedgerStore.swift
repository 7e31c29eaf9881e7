import Audit
import Ledger
import Resources

/// Objects as this node's ledger keeps them: each change is one transaction.
struct LedgerStore: ResourceStore {
    let node: NodeOptions
    /// By what the blackhole routes of blocks are known that go with a pool.
    var routeProtocol: UInt8 = 80
    /// Whether pools go that a network configuration has brought.
    var isForced = false

    func read(_ kinds: Set<ResourceKind>) async throws -> Declarations {
        var found: Declarations?
        try node.open { book, _ in
            found = try book.looking { () throws(Trouble) in try Self.declarations(kinds, book) }
        }
        return found ?? Declarations([:], owners: [])
    }

    func write(
        _ kinds: Set<ResourceKind>, isRehearsal: Bool, _ decide: (Declarations) throws(Trouble) -> [Resource]
    ) async throws -> [Step] {
        func write(_ book: borrowing Ledger) throws(Trouble) -> [Step] {
            let known = try Self.declarations(kinds, book)
            let pairs = known.pairs(try decide(known))
            let changes = try ledger { () throws(LedgerError) in try LedgerObjects.put(pairs, book) }
            return zip(pairs, changes).map { Step(old: $0.old, new: $0.new, change: $1) }
        }
        if isRehearsal { return try write(node.copyOrEmpty().ledger) }
        var steps: [Step] = []
        try node.openOrMake { book, directory in
            steps = try book.changing(in: directory) { () throws(Trouble) in try write(book) }
        }
        return steps
    }

    func delete(_ wanted: [ObjectName], skipsMissing: Bool) async throws -> [String] {
        var lines: [String] = []
        try node.open { book, directory in
            let (found, pools) = try book.changing(in: directory) { () throws(Trouble) in
                let known = try Self.declarations(Set(wanted.map(\.kind)), book)
                let found = try known.existing(wanted, skipsMissing: skipsMissing)
                let pools = try ledger { () throws(LedgerError) in
                    let pools = try book.pools()
                    for name in found {
                        try LedgerObjects.remove(name.kind, name.name, book, isForced: isForced)
                    }
                    return pools
                }
                let deleted = pools.filter { found.contains(ObjectName(kind: .ipPool, name: $0.name)) }
                return (found, Set(deleted.map(\.id)))
            }
            if !pools.isEmpty { try giveBackEmptyBlocks(of: pools, book, directory) }
            lines = try found.flatMap { try report($0, book) }
        }
        return lines
    }

    private static func declarations(
        _ kinds: Set<ResourceKind>, _ book: borrowing Ledger
    ) throws(Trouble) -> Declarations {
        var objects: [ResourceKind: [Resource]] = [:]
        for kind in kinds { objects[kind] = try LedgerObjects.list(kind, book) }
        return Declarations(objects, owners: try ledger { () throws(LedgerError) in try book.owners() })
    }

    private func giveBackEmptyBlocks(
        of pools: Set<Int>, _ book: borrowing Ledger, _ directory: borrowing LedgerDirectory
    ) throws(Trouble) {
        var options = AuditOptions(node: book.node)
        options.routeOrigin = routeProtocol
        let repair = Repair(options)
        try audited { () throws(AuditError) in try repair.giveBackEmptyBlocks(ofPools: pools, book, directory) }
    }

    private func report(_ name: ObjectName, _ book: borrowing Ledger) throws -> [String] {
        let holdings =
            name.kind == .ipPool
            ? try ledger { () throws(LedgerError) in
                try book.reading { () throws(LedgerError) in try book.holdings(ofPool: name.name) }
            } : nil
        guard let holdings else { return ["\(name.title) deleted"] }
        return ["\(name.title) is being drained: it goes with the last of its blocks"]
            + holdings.flatMap { holding in
                ["  \(holding.cidr) (\(holding.owner), \(counted(holding.leases, "lease")))"]
                    + holding.pods.map { "    " + $0 }
            }
    }
}
