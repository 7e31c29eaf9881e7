import CNI
import Dataplane
import IPAM
import Ledger
import Netlink
import System

/// DEL of the network plugin: unwire, wait for the kernel's word, then free.
extension Operation {
    /// Removes the interface; succeeds whenever nothing is left to remove.
    ///
    /// It needs nothing but this node's state, and of that only what is still there. The link always goes, even if the
    /// ledger cannot be used: the audit or GC frees the lease later.
    func del() throws(CNIFailure) {
        try removeInterface()
        // The address of another IPAM is free only now that nothing uses it.
        if !usesOwnIPAM, let type = request.ipamType { _ = try request.delegation(to: type).run(.del) }
    }

    private func removeInterface(again: Bool = false) throws(CNIFailure) {
        let folder: LedgerDirectory?
        do throws(LedgerError) { folder = try LedgerDirectory(existing: settings.dataDirectory) } catch {
            return try removeBlindly(error)
        }
        guard let directory = folder else {
            // A link without a ledger: the ledger is lost, or the node's first ADD is just making both. Its folder comes
            // before the link, so a second look tells, and finds the lock to wait for.
            let wiring = try kernel { () throws(WiringError) in try Wiring() }
            let names = HostInterfaceName.candidates(attachment, request.args)
            if again { return try unwire([]) }
            // Without a link nothing is left to remove; one that comes now is that of an ADD, under its lock.
            guard try link(of: LinkOwner(alias: attachment.alias), names, wiring) != nil else { return }
            return try removeInterface(again: true)
        }
        let opened: Ledger?
        do throws(LedgerError) {
            try directory.lock(attachment)
            opened = try existingLedger(directory)
        } catch { return try removeBlindly(error) }
        guard let book = opened else { return try unwire([]) }
        try removeLeased(book, directory)
    }

    private func removeLeased(
        _ book: borrowing Ledger, _ directory: borrowing LedgerDirectory
    ) throws(CNIFailure) {
        let leases: [Lease]
        do throws(LedgerError) { leases = try heldLeases(book) } catch { return try removeBlindly(error) }
        try unwire(leases)
        guard !leases.isEmpty else { return }
        do throws(LedgerError) { try free(leases, book, directory) } catch {
            if case .busy = error { throw CNIFailure(error) }
            log.note(.error, "the lease stays until GC or the audit frees it: " + CNIFailure(error).message)
        }
    }

    /// The ledger, if there is one.
    func existingLedger(_ directory: borrowing LedgerDirectory) throws(LedgerError) -> Ledger? {
        let bootID: String
        do throws(SystemError) { bootID = try Boot.identifier() } catch { throw .system(error) }
        return try Ledger(
            existingIn: directory, node: settings.node, bootID: bootID, restTime: settings.ipam.restTime,
            isRouted: isRouted)
    }

    /// The attachment's leases.
    ///
    /// Runtimes send DEL with today's configuration, which may name another network than
    /// ADD's did: then those of the container's interface, if they are of one network only.
    func heldLeases(_ book: borrowing Ledger) throws(LedgerError) -> [Lease] {
        let own = try book.leases(of: attachment)
        if !own.isEmpty { return own }
        let others = try book.leases(ofContainer: attachment.containerID, ifname: attachment.ifname)
        guard let first = others.first, others.allSatisfy({ $0.attachment.network == first.attachment.network }) else {
            return []
        }
        log.note(.info, "removed under network " + attachment.network + ", added under " + first.attachment.network)
        return others
    }

    func free(
        _ leases: [Lease], _ book: borrowing Ledger, _ directory: borrowing LedgerDirectory
    ) throws(LedgerError) {
        try book.transaction(in: directory) { () throws(LedgerError) in
            for lease in leases { try book.free(lease) }
            agent.folder = try book.agent()
        }
    }

    /// Removes the links that carry the attachment's alias, and puts the blackholes of its blocks where they belong.
    private func unwire(_ leases: [Lease]) throws(CNIFailure) {
        var wiring = try kernel { () throws(WiringError) in try Wiring() }
        let owner = LinkOwner(alias: leases.first?.attachment.alias ?? attachment.alias)
        var names: [String] = []
        for lease in leases where !names.contains(lease.hostInterface) { names.append(lease.hostInterface) }
        for name in HostInterfaceName.candidates(attachment, request.args) where !names.contains(name) {
            names.append(name)
        }
        try kernel { () throws(WiringError) in
            // An ADD that was killed may have claimed a block and not announced it.
            let blocks = leases.filter { !$0.hostInterface.isEmpty && $0.isInOwnBlock }.map(\.blockCIDR)
            try wiring.announce(blocks, origin: settings.routeOrigin)
        }
        if let link = try link(of: owner, names, wiring) {
            try kernel { () throws(WiringError) in try LinkRemoval.remove(link) }
        }
    }

    /// The owner's link, if one of those names is its.
    private func link(
        of owner: LinkOwner, _ names: [String], _ wiring: borrowing Wiring
    ) throws(CNIFailure) -> Link? {
        try kernel { () throws(WiringError) in
            for name in names where !name.isEmpty {
                if let link = try wiring.hostLink(named: name), owner.owns(link) { return link }
            }
            return nil
        }
    }

    /// Without the ledger, and maybe without its lock: every link whose alias says that it is this container's.
    private func removeBlindly(_ problem: LedgerError) throws(CNIFailure) {
        if case .busy = problem { throw CNIFailure(problem) }
        log.note(.error, "the ledger cannot be used, only the link goes: " + CNIFailure(problem).message)
        try kernel { () throws(WiringError) in
            let wiring = try Wiring()
            try LinkRemoval.remove(try wiring.hostLinks().filter { attachment.isOnAnyNetwork($0) })
        }
    }
}
