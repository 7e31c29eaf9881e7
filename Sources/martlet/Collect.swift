import Addressing
import CNI
import Dataplane
import IPAM
import Ledger
import Netlink
import System

/// GC of the network plugin.
extension Operation {
    /// Removes what this network has on this node for attachments that the runtime does not name.
    ///
    /// - Throws: `CNIFailure` with code 7 without a list, and nothing is touched. After a failure the rest is tried all
    ///   the same; the first failure is thrown at the end.
    func collect() throws(CNIFailure) {
        let valid = try validAttachments()
        var failures = Failures()
        failures.attempt { () throws(CNIFailure) in try collectLeased(valid) }
        if !usesOwnIPAM, let type = request.ipamType {
            failures.attempt { () throws(CNIFailure) in _ = try request.delegation(to: type).run(.gc) }
        }
        try failures.throwFirst()
    }

    /// The attachments of this network that live.
    func validAttachments() throws(CNIFailure) -> Set<Attachment> {
        guard let named = request.validAttachments else {
            throw CNIFailure(
                .invalidConfiguration,
                "cni.dev/valid-attachments: expected the list of attachments to keep, found nothing",
                details: "an empty list removes all of this network; no list removes nothing")
        }
        var valid: Set<Attachment> = []
        for attachment in named {
            valid.insert(
                Attachment(
                    network: request.network, containerID: attachment.containerID, ifname: attachment.ifname))
        }
        return valid
    }

    private func collectLeased(_ valid: Set<Attachment>) throws(CNIFailure) {
        var wiring = try kernel { () throws(WiringError) in try Wiring() }
        let folder = try ledger { () throws(LedgerError) in
            try LedgerDirectory(existing: settings.dataDirectory)
        }
        guard let directory = folder else { return try unwire(keeping: valid, wiring) }
        let opened = try ledger { () throws(LedgerError) in try existingLedger(directory) }
        guard let book = opened else { return try unwire(keeping: valid, wiring) }
        let garbage = try ledger { () throws(LedgerError) in
            // As a transaction, for the node's first ADD may have made the file and not its tables yet.
            try book.transaction(in: directory) { () throws(LedgerError) in
                try book.leases(ofNetwork: request.network)
            }.filter { !valid.contains($0.attachment) }
        }
        for attachment in Set(garbage.map(\.attachment)) {
            try ledger { () throws(LedgerError) in try directory.lock(attachment) }
        }
        try unwire(keeping: valid, also: garbage, wiring)
        try ledger { () throws(LedgerError) in try free(garbage, book, directory) }
        try giveBackBlocks(book, directory, &wiring)
    }

    /// Removes the links whose alias is this network's and no valid attachment's, and those of garbage leases.
    private func unwire(
        keeping valid: Set<Attachment>, also garbage: [Lease] = [], _ wiring: borrowing Wiring
    ) throws(CNIFailure) {
        let owners = garbage.map { LinkOwner(alias: $0.attachment.alias) }
        let aliases = Set(valid.map(\.alias))
        let prefix = request.network + "/"
        try kernel { () throws(WiringError) in
            var doomed: [Link] = []
            for link in try wiring.hostLinks() {
                let isStray = link.alias.hasPrefix(prefix) && !aliases.contains(link.alias)
                if isStray || owners.contains(where: { $0.owns(link) }) { doomed.append(link) }
            }
            try LinkRemoval.remove(doomed)
        }
    }

    /// Gives back the blocks that nothing is leased from, and brings the blackholes to agreement with what is left.
    ///
    /// The lock keeps a block that is claimed again from losing its new route.
    private func giveBackBlocks(
        _ book: borrowing Ledger, _ directory: borrowing LedgerDirectory, _ wiring: inout Wiring
    ) throws(CNIFailure) {
        try ledger { () throws(LedgerError) in
            try directory.lockBlockRoutes()
            // Those of the cluster's pools the agent gives back.
            for block in try book.emptyBlocks() where !block.isShared {
                _ = try book.transaction(in: directory) { () throws(LedgerError) in try book.giveBack(block) }
            }
        }
        let owned = try ledger { () throws(LedgerError) in try book.ownedBlocks() }
        let pools = try ledger { () throws(LedgerError) in try book.pools() }
        try kernel { () throws(WiringError) in
            let announced = Set(owned.filter(\.isAnnounced).map(\.cidr))
            let stale = try wiring.blackholes(origin: settings.routeOrigin).filter { route in
                !announced.contains(route.destination) && pools.contains { $0.cidr.contains(route.destination) }
            }
            try wiring.withdraw(stale)
            try wiring.announce(Array(announced), origin: settings.routeOrigin)
        }
        try ledger { () throws(LedgerError) in
            if pools.contains(where: \.isDraining) {
                try book.transaction(in: directory) { () throws(LedgerError) in try book.removeDrainedPools() }
            }
            try directory.unlockBlockRoutes()
        }
    }
}

/// Collects failures of steps that do not depend on one another.
struct Failures {
    private var first: CNIFailure?

    mutating func attempt(_ body: () throws(CNIFailure) -> Void) {
        do throws(CNIFailure) { try body() } catch {
            if first == nil { first = error }
        }
    }

    func throwFirst() throws(CNIFailure) {
        if let first { throw first }
    }
}
