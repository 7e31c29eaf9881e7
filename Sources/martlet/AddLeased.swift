import Addressing
import CNI
import Dataplane
import IPAM
import Ledger
import NetworkConfiguration
import System

extension Operation {
    /// Leases addresses and wires with them; whatever fails after the lease gives it back.
    func addLeased(
        _ draft: LinkPlan, _ addresses: [LeaseRequest.Address], _ namespace: borrowing NetworkNamespace,
        _ directory: borrowing LedgerDirectory, _ wiring: inout Wiring,
        _ answer: (CNIResult) throws(CNIFailure) -> Void
    ) throws(CNIFailure) {
        let book = try openLedger(directory)
        let wish = settings.leaseRequest(
            request, attachment, addresses, sandbox: namespace.identity, hostInterface: draft.hostName,
            mac: draft.podMAC.description,
            mtu: draft.mtu)
        let grant = try lease(wish, book, directory)
        var plan = draft
        var leases = grant.leases
        if grant.isRepeated { try resume(wish, grant, &plan, namespace, book, directory) }
        var claimed = grant.claimed
        do throws(CNIFailure) {
            try settle(grant, book, directory, wiring)
            plan.addresses = LinkPlan.Address.of(leases)
            do throws(CNIFailure) {
                try connect(
                    &plan, namespace, &wiring,
                    { (name) throws(CNIFailure) in
                        try change(book, directory) { () throws(LedgerError) in try book.rename(attachment, to: name) }
                    },
                    { (conflict, device, plan) throws(CNIFailure) in
                        let next = try replace(conflict, heldBy: device, &leases, wish, book, directory)
                        claimed += next.claimed
                        plan.addresses = LinkPlan.Address.of(leases)
                    })
                let ips = plan.addresses.map { CNIResult.IP(address: $0.interface) }
                try answer(try finish(plan, namespace, &wiring, ips: ips, dns: settings.dns))
            } catch { throw undoing(&wiring, error) }
        } catch {
            throw freeing(leases, claimed, book, directory, &wiring, error)
        }
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
        try change(book, directory) { () throws(LedgerError) in try book.renew(wish) }
        if let lease = grant.leases.first { plan.hostName = lease.hostInterface }
        log.note(.debug, "the container came again; it keeps its addresses")
    }
}

extension LinkPlan.Address {
    /// The addresses of leases, each alone: pods share no subnet.
    static func of(_ leases: [Lease]) -> [LinkPlan.Address] {
        var addresses: [LinkPlan.Address] = []
        for lease in leases {
            let block = lease.isInOwnBlock ? lease.blockCIDR : nil
            addresses.append(LinkPlan.Address(InterfaceAddress(host: lease.address), block: block))
        }
        return addresses
    }
}
