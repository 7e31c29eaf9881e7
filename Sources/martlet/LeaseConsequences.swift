import Addressing
import CNI
import Dataplane
import IPAM
import Ledger
import Netlink

/// What a lease brings with it: a claim that must last, NAT, an address that turns out to be in use, an ADD that fails.
extension Operation {
    /// Writes to the ledger in one transaction.
    func change<Result>(
        _ book: borrowing Ledger, _ directory: borrowing LedgerDirectory,
        _ body: () throws(LedgerError) -> Result
    ) throws(CNIFailure) -> Result {
        try ledger { () throws(LedgerError) in try book.transaction(in: directory, body) }
    }

    /// What must be true before anything is wired: the claim on disk and nobody else's network, NAT in place.
    func settle(
        _ grant: Grant, _ book: borrowing Ledger, _ directory: borrowing LedgerDirectory, _ wiring: borrowing Wiring
    ) throws(CNIFailure) {
        if !grant.claimed.isEmpty { try keepClaim(grant, book, directory, wiring) }
        for address in grant.unrested {
            log.note(.warning, "address " + address.description + " is used again before its rest: the pools are full")
        }
        if grant.pools.contains(where: { $0.needsTable }) {
            try keepTable(of: grant.allPools)
        } else {
            try bringPools(of: grant)
        }
    }

    private func keepClaim(
        _ grant: Grant, _ book: borrowing Ledger, _ directory: borrowing LedgerDirectory, _ wiring: borrowing Wiring
    ) throws(CNIFailure) {
        // A block that is being given back keeps its route until this lock is free.
        try ledger { () throws(LedgerError) in
            try book.synchronize()
            try directory.lockBlockRoutes()
        }
        for lease in grant.leases {
            let own = try kernel { () throws(WiringError) in try wiring.ownNetwork(overlapping: lease.blockCIDR) }
            if let own {
                throw CNIFailure(
                    .invalidConfiguration,
                    "ipam.pools: block " + lease.blockCIDR.description + " overlaps the node's own network "
                        + own.address.network.description + ": address " + own.address.description + " of "
                        + own.device,
                    details: "a blackhole route for the block would cut the node off; choose another range for pods")
            }
        }
    }

    /// Another device holds the address's route: it is set aside, and the next one takes its place.
    func replace(
        _ conflict: LinkPlan.Address, heldBy device: String, _ leases: inout [Lease], _ wish: LeaseRequest,
        _ book: borrowing Ledger, _ directory: borrowing LedgerDirectory
    ) throws(CNIFailure) -> Grant {
        guard let index = leases.firstIndex(where: { $0.address == conflict.address }) else {
            throw CNIFailure(.kernel, "the route to " + conflict.address.description + " is held by " + device)
        }
        let old = leases[index]
        // One that was asked for by name is not replaced by another behind the asker's back.
        if wish.addresses.contains(where: { $0.wanted == old.address }) {
            throw CNIFailure(
                .kernel,
                "device " + device + " holds the route to the requested address " + old.address.description,
                details: "ask for another address, or remove that route")
        }
        let reason = "device " + device + " holds its route"
        let grant = try replace(old, quarantine: reason, wish, book, directory)
        log.note(.warning, "address " + old.address.description + " is quarantined: " + reason)
        leases[index] = grant.leases[0]
        if grant.leases[0].address == old.address {
            throw CNIFailure(
                .kernel,
                "no address left but the quarantined " + old.address.description + ": device " + device
                    + " holds its route", details: "remove that route, or add a pool")
        }
        if !grant.claimed.isEmpty {
            try ledger { () throws(LedgerError) in
                try book.synchronize()
                try directory.lockBlockRoutes()
            }
        }
        return grant
    }

    private func replace(
        _ lease: Lease, quarantine reason: String, _ wish: LeaseRequest, _ book: borrowing Ledger,
        _ directory: borrowing LedgerDirectory
    ) throws(CNIFailure) -> Grant {
        var quest = BlockQuest(wish, isRouted: isRouted)
        while true {
            do throws(LedgerError) {
                return try book.transaction(in: directory) { () throws(LedgerError) in
                    try book.replace(lease, quarantine: reason, quest.request)
                }
            } catch {
                if !quest.follow(error, agent) { throw quest.refusal ?? CNIFailure(error) }
            }
        }
    }

    /// Frees the leases of a failed ADD, and answers the failure to report.
    ///
    /// A block that was claimed for it goes too, and no other: that would forget which of its addresses rest. Its route
    /// goes first: if that fails the leases stay, and DEL, which puts the route of every block that it finds a lease in,
    /// brings both to agreement.
    func freeing(
        _ leases: [Lease], _ claimed: [Int], _ book: borrowing Ledger, _ directory: borrowing LedgerDirectory,
        _ wiring: inout Wiring, _ failure: CNIFailure
    ) -> CNIFailure {
        if failure.code == .unremovable { return failure }
        do throws(CNIFailure) {
            let blocks = claimed.isEmpty ? [] : try ownedBlocks(claimed, book)
            let routes = blocks.map { Route.blackhole($0.cidr, origin: settings.routeOrigin) }
            try kernel { () throws(WiringError) in try wiring.withdraw(routes) }
            let kept = try change(book, directory) { () throws(LedgerError) in
                for lease in leases { try book.free(lease) }
                var kept: [Prefix] = []
                for block in blocks where try !book.giveBack(block) { kept.append(block.cidr) }
                return kept
            }
            try kernel { () throws(WiringError) in try wiring.announce(kept, origin: settings.routeOrigin) }
            return failure
        } catch {
            return CNIFailure(
                failure.code, failure.message,
                details: failure.details + "; what it leased stays until DEL: " + error.message)
        }
    }

    private func ownedBlocks(_ rows: [Int], _ book: borrowing Ledger) throws(CNIFailure) -> [OwnedBlock] {
        try ledger { () throws(LedgerError) in try book.ownedBlocks() }.filter { rows.contains($0.id) }
    }
}
