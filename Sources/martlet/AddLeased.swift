import Addressing
import CNI
import Dataplane
import IPAM
import Ledger
import Masquerade
import System

extension Operation {
    /// Leases addresses and wires with them; whatever fails after the lease gives it back.
    func addLeased(
        _ draft: LinkPlan, _ wishes: PodWishes, _ namespace: borrowing NetworkNamespace,
        _ directory: borrowing LedgerDirectory, _ wiring: inout Wiring,
        _ answer: (CNIResult) throws(CNIFailure) -> Void
    ) throws(CNIFailure) {
        let book = try openLedger(directory)
        let wish = leaseRequest(draft, wishes, namespace.identity)
        let grant = try lease(wish, book, directory)
        var plan = draft
        var leases = grant.leases
        if grant.isRepeated { try resume(wish, grant, &plan, namespace, book, directory) }
        do throws(CNIFailure) {
            try settle(grant, book, directory)
            plan.addresses = LinkPlan.Address.of(leases)
            do throws(CNIFailure) {
                try connect(
                    &plan, namespace, &wiring,
                    { (attachment, name) throws(CNIFailure) in
                        try ledger { () throws(LedgerError) in
                            try book.transaction(in: directory) { () throws(LedgerError) in
                                try book.rename(attachment, to: name)
                            }
                        }
                    },
                    { (conflict, plan) throws(CNIFailure) in
                        try exchange(conflict, &leases, wish, book, directory)
                        plan.addresses = LinkPlan.Address.of(leases)
                    })
                let ips = plan.addresses.map { CNIResult.IP(address: $0.interface) }
                try answer(try finish(plan, namespace, &wiring, ips: ips, dns: settings.dns))
            } catch { throw undoing(&wiring, error) }
        } catch {
            throw freeing(leases, book, directory, error)
        }
    }

    private func leaseRequest(
        _ plan: LinkPlan, _ wishes: PodWishes, _ sandbox: FileStatus.Identity
    ) -> LeaseRequest {
        var addresses: [LeaseRequest.Address] = []
        for family in AddressFamily.allCases {
            let wanted = wishes.addresses.first { $0.family == family }
            guard wanted != nil || settings.ipam.assigns.contains(family) else { continue }
            addresses.append(
                LeaseRequest.Address(
                    family, wanted: wanted, pools: wishes.pools(family) ?? settings.ipam.poolNames(family)))
        }
        return LeaseRequest(
            attachment: attachment,
            pod: PodIdentity(
                namespace: request.args.podNamespace, name: request.args.podName, uid: request.args.podUID),
            addresses: addresses, hostInterface: plan.hostName, mac: plan.podMAC.description,
            sandbox: request.netns ?? "", sandboxIdentity: sandbox, pools: settings.ipam.pools,
            ranges: settings.ipam.ranges, reservations: settings.ipam.reservations,
            blockLimit: settings.ipam.blockLimit, isRouted: true)
    }

    /// The attachment holds leases: an ADD before this one was killed, or its interface lives.
    ///
    /// - Throws: `CNIFailure` with code 102 when the interface is in the pod; nothing is touched then.
    private func resume(
        _ wish: LeaseRequest, _ grant: Grant, _ plan: inout LinkPlan, _ namespace: borrowing NetworkNamespace,
        _ book: borrowing Ledger, _ directory: borrowing LedgerDirectory
    ) throws(CNIFailure) {
        let isThere = try kernel { () throws(WiringError) in
            try Wiring.hasInterface(attachment.ifname, in: namespace)
        }
        if isThere { throw CNIFailure(.podNameTaken(attachment.ifname)) }
        try ledger { () throws(LedgerError) in
            try book.transaction(in: directory) { () throws(LedgerError) in try book.renew(wish) }
        }
        if let lease = grant.leases.first { plan.hostName = lease.hostInterface }
        log.note(.debug, "the container came again; it keeps its addresses")
    }

    /// What must be true before anything is wired: the claim on disk, NAT in place.
    private func settle(
        _ grant: Grant, _ book: borrowing Ledger, _ directory: borrowing LedgerDirectory
    ) throws(CNIFailure) {
        if grant.claimedBlock {
            // A block that is being given back keeps its route until this lock is free.
            try ledger { () throws(LedgerError) in
                try book.synchronize()
                try directory.lockBlockRoutes()
            }
        }
        for address in grant.unrested {
            log.note(.warning, "address " + address.description + " is used again before its rest: the pools are full")
        }
        let guardsIPv6 = grant.pools.contains { $0.cidr.family == .ipv6 }
        guard guardsIPv6 || grant.pools.contains(where: { $0.natOutgoing }) else { return }
        var all: [Prefix] = []
        var masqueraded: [Prefix] = []
        for pool in grant.allPools {
            all.append(pool.cidr)
            if pool.natOutgoing { masqueraded.append(pool.cidr) }
        }
        let table = MasqueradePlan(
            pools: all, masqueraded: masqueraded,
            guardsIPv6Sources: grant.allPools.contains { $0.cidr.family == .ipv6 })
        do throws(MasqueradeError) { if try !table.isInPlace() { try table.install() } } catch {
            throw CNIFailure(error)
        }
    }

    /// Another device holds the address's route: it is set aside, and the next one takes its place.
    private func exchange(
        _ conflict: LinkPlan.Address, _ leases: inout [Lease], _ wish: LeaseRequest, _ book: borrowing Ledger,
        _ directory: borrowing LedgerDirectory
    ) throws(CNIFailure) {
        guard let index = leases.firstIndex(where: { $0.address == conflict.address }) else { return }
        let old = leases[index]
        var wish = wish
        wish.hostInterface = old.hostInterface
        // One that was asked for by name is not replaced by another behind the asker's back.
        if wish.addresses.contains(where: { $0.wanted == old.address }) {
            throw CNIFailure(
                .kernel, "another device holds the route to the requested address " + old.address.description,
                details: "find it with ip route get " + old.address.description)
        }
        let grant = try ledger { () throws(LedgerError) in
            try book.transaction(in: directory) { () throws(LedgerError) in
                try book.replace(old, quarantine: "another device holds its route", wish)
            }
        }
        log.note(.warning, "address " + old.address.description + " is set aside: another device holds its route")
        leases[index] = grant.leases[0]
        if grant.leases[0].address == old.address {
            throw CNIFailure(
                .kernel, "the only address left, " + old.address.description + ", is routed to another device",
                details: "find it with ip route get " + old.address.description)
        }
        if grant.claimedBlock { try ledger { () throws(LedgerError) in try book.synchronize() } }
    }

    /// Frees the leases of a failed ADD, and answers the failure to report.
    private func freeing(
        _ leases: [Lease], _ book: borrowing Ledger, _ directory: borrowing LedgerDirectory, _ failure: CNIFailure
    ) -> CNIFailure {
        if failure.code == .unremovable { return failure }
        do throws(LedgerError) {
            try free(leases, book, directory)
            return failure
        } catch {
            return CNIFailure(
                failure.code, failure.message,
                details: failure.details + "; its leases stay until DEL: " + CNIFailure(error).message)
        }
    }
}

extension LinkPlan.Address {
    /// The addresses of leases, each alone: pods share no subnet.
    static func of(_ leases: [Lease]) -> [LinkPlan.Address] {
        var addresses: [LinkPlan.Address] = []
        for lease in leases {
            addresses.append(LinkPlan.Address(InterfaceAddress(host: lease.address), block: lease.blockCIDR))
        }
        return addresses
    }
}
