import Addressing
import AgentConfiguration
import Audit
import IPAM
import Ledger

/// What the ledger knows of a block.
struct KnownBlock: Hashable, Sendable {
    let cidr: Prefix
    /// The name of its pool.
    let pool: String
    /// Empty: nobody's.
    let owner: String
    /// Whether it is of a pool of the cluster's.
    let isShared: Bool
}

/// Changes of blocks and of what the cluster has agreed on. The ledger is made where there is none: the agent may come
/// before the first pod.
extension NodeBook {
    /// All blocks that the ledger knows.
    func blocks() throws(AuditError) -> [KnownBlock] {
        try read { (book) throws(LedgerError) in
            try book.blocksAndPools().map { block, pool in
                KnownBlock(cidr: block.cidr, pool: pool.name, owner: block.owner, isShared: pool.isShared)
            }
        } ?? []
    }

    /// By family: the cluster's pools whose addresses pods get that name none, and how many of those pods can get without
    /// a new block, about.
    func supplies() throws(AuditError) -> [AddressFamily: (pools: Set<String>, free: Int)] {
        try read { (book) throws(LedgerError) in
            var supplies: [AddressFamily: (pools: Set<String>, free: Int)] = [:]
            for family in AddressFamily.allCases {
                let serving = try book.servingPools(family)
                supplies[family] = (Set(serving.map(\.name)), try book.freeAddresses(in: serving))
            }
            return supplies
        } ?? [:]
    }

    /// Writes in one transaction.
    func write(_ body: (borrowing Ledger) throws(LedgerError) -> Void) throws(AuditError) {
        try openOrMake { (book, directory) throws(AuditError) in
            try ledger { () throws(LedgerError) in
                try book.transaction(in: directory) { () throws(LedgerError) in try body(book) }
            }
        }
    }

    /// Writes who owns which block in one transaction, waits for the disk, and brings the blackhole routes to what is
    /// written then.
    func changeBlocks<Result>(
        _ repair: borrowing Repair, _ body: (borrowing Ledger) throws(LedgerError) -> Result
    ) throws(AuditError) -> Result {
        try openOrMake { (book, directory) throws(AuditError) in
            try repair.claiming(book, directory) { () throws(LedgerError) in try body(book) }
        }
    }

    private func openOrMake<Result>(
        _ body: (borrowing Ledger, borrowing LedgerDirectory) throws(AuditError) -> Result
    ) throws(AuditError) -> Result {
        let directory = try ledger { () throws(LedgerError) in try LedgerDirectory(creating: folder) }
        let book = try ledger { () throws(LedgerError) in
            try Ledger(in: directory, node: node, bootID: bootID, restTime: nil, isRouted: true)
        }
        return try body(book, directory)
    }
}
