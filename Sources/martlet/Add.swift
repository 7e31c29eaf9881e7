import Addressing
import CNI
import Dataplane
import IPAM
import JSON
import Ledger
import NetworkConfiguration
import System

/// ADD of the network plugin: lease, wire, answer. The answer is given by `answer`, so that one which cannot be
/// delivered undoes the rest.
extension Operation {
    /// Makes the interface.
    ///
    /// - Parameter answer: delivers the result to the runtime.
    func add(answer: (CNIResult) throws(CNIFailure) -> Void) throws(CNIFailure) {
        let wishes = try PodWishes(request)
        let addresses = usesOwnIPAM ? try settings.addresses(wishes) : []
        if !usesOwnIPAM { _ = try delegate().locate() }
        let namespace = try openNamespace()
        let directory = try makeDirectory()
        try ledger { () throws(LedgerError) in try directory.lock(attachment) }
        var wiring = try kernel { () throws(WiringError) in try Wiring() }
        let plan = try makePlan(wishes, wiring)
        if usesOwnIPAM {
            try addLeased(plan, addresses, namespace, directory, &wiring, answer)
        } else {
            try addDelegated(plan, namespace, directory, &wiring, answer)
        }
    }

    /// The plan but for its addresses.
    private func makePlan(_ wishes: PodWishes, _ wiring: borrowing Wiring) throws(CNIFailure) -> LinkPlan {
        let mtu: Int
        if let configured = settings.mtu {
            mtu = configured
        } else {
            mtu = try kernel { () throws(WiringError) in try wiring.mtuOfDefaultRoute() }
        }
        return LinkPlan(
            hostName: HostInterfaceName.candidates(attachment, request.args)[0],
            owner: LinkOwner(alias: attachment.alias),
            podName: attachment.ifname, podMAC: wishes.mac ?? attachment.mac, mtu: mtu, addresses: [],
            destinations: settings.ipam.routes ?? [], wantsDefaultRoute: settings.ipam.routes == nil,
            blackholeOrigin: settings.routeOrigin, podForwards: settings.podForwards,
            enablesForwarding: settings.enablesForwarding)
    }

    /// Wires with addresses of a plugin that is executed.
    private func addDelegated(
        _ draft: LinkPlan, _ namespace: borrowing NetworkNamespace, _ directory: borrowing LedgerDirectory,
        _ wiring: inout Wiring, _ answer: (CNIResult) throws(CNIFailure) -> Void
    ) throws(CNIFailure) {
        let delegation = try delegate()
        let given = try delegation.add()
        do throws(CNIFailure) {
            var plan = draft
            for ip in given.ips { plan.addresses.append(LinkPlan.Address(ip.address, block: nil)) }
            if plan.addresses.isEmpty {
                throw CNIFailure(.delegate, "the IPAM plugin " + delegation.type + " gave no address")
            }
            if !given.routes.isEmpty {
                plan.wantsDefaultRoute = given.routes.contains { $0.dst.length == 0 }
                for route in given.routes where route.dst.length > 0 { plan.destinations.append(route.dst) }
            }
            if plan.families.contains(.ipv6) { try guardSources(directory) }
            try connect(
                &plan, namespace, &wiring, { (_) throws(CNIFailure) in },
                { (conflict, device, _) throws(CNIFailure) in
                    throw CNIFailure(
                        .kernel,
                        "device " + device + " holds the route to " + conflict.address.description + ", which "
                            + delegation.type + " gave")
                })
            do throws(CNIFailure) {
                let own = try finish(plan, namespace, &wiring, ips: given.ips, dns: settings.dns ?? given.dns)
                try answer(own)
            } catch { throw undoing(&wiring, error) }
        } catch {
            throw undoing(delegation, error)
        }
    }

    /// The IPAM plugin that is executed.
    func delegate() throws(CNIFailure) -> Delegation {
        guard let type = request.ipamType, !type.isEmpty else {
            throw CNIFailure(
                .invalidConfiguration, "ipam.type: expected the name of an IPAM plugin, found nothing",
                details: "\"" + Settings.ownIPAM + "\" is Martlet's own")
        }
        return request.delegation(to: type)
    }

    private func undoing(_ delegation: Delegation, _ failure: CNIFailure) -> CNIFailure {
        do throws(CNIFailure) {
            _ = try delegation.run(.del)
            return failure
        } catch {
            return CNIFailure(
                failure.code, failure.message, details: failure.details + "; its DEL failed, too: " + error.message)
        }
    }
}
