import Addressing
import CNI
import IPAM
import Ledger
import Masquerade

/// The node's nftables table, which every network on the node shares.
extension Operation {
    /// Puts the table where it is not as these pools, all that there are, want it.
    func keepTable(of pools: [Pool]) throws(CNIFailure) {
        try masquerade { () throws(MasqueradeError) in try MasqueradePlan(of: pools).keep() }
    }

    /// Brings new pools into the table, if there is one: pods of the others would reach theirs with the node's address.
    ///
    /// Asked for only with an ADD that has brought a pool or claimed a block, which others of their pods do not. Where
    /// there is no table, the first pod that needs one brings all pools.
    func bringPools(of grant: Grant) throws(CNIFailure) {
        guard grant.hasNewPools || !grant.claimed.isEmpty, grant.allPools.contains(where: { $0.natOutgoing }) else {
            return
        }
        try masquerade { () throws(MasqueradeError) in
            guard try MasqueradePlan(of: []).isServed() else { return }
            try MasqueradePlan(of: grant.allPools).keep()
        }
    }

    /// Makes sure that no pod sends with another's IPv6 address, where its own comes from no pool.
    ///
    /// Any table of Martlet's does. Where there is none the ledger's pools come into it, if there is a ledger, for a
    /// table without them would be taken for theirs until their next ADD.
    func guardSources(_ directory: borrowing LedgerDirectory) throws(CNIFailure) {
        let isGuarded = try masquerade { () throws(MasqueradeError) in try MasqueradePlan(of: []).isServed() }
        if isGuarded { return }
        try keepTable(
            of: try ledger { () throws(LedgerError) in
                guard let book = try existingLedger(directory) else { return [] }
                return try book.transaction(in: directory) { () throws(LedgerError) in try book.pools() }
            })
    }
}

extension MasqueradePlan {
    /// The table of a node with these pools, all that its ledger has.
    init(of pools: [Pool]) {
        var all: [Prefix] = []
        var masqueraded: [Prefix] = []
        for pool in pools {
            all.append(pool.cidr)
            if pool.natOutgoing { masqueraded.append(pool.cidr) }
        }
        self.init(pools: all, masqueraded: masqueraded)
    }
}
