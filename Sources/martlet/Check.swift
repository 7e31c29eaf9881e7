import Addressing
import CNI
import Dataplane
import IPAM
import Ledger
import Netlink
import System

/// CHECK of the network plugin: ledger, host and pod against prevResult and the configuration.
extension Operation {
    /// Names everything that differs.
    ///
    /// What later plugins changed is in prevResult and so expected: the MAC, the MTU.
    ///
    /// - Throws: `CNIFailure` with code 103 and all differences, or 3 where nothing exists that could differ.
    func check() throws(CNIFailure) {
        let namespace = try openNamespace()
        let expected: Expectation
        do throws(CNIFailure) { expected = try expectation() } catch { throw told(error) }
        let differences = try kernel { () throws(WiringError) in
            try Inspection.run(expected.plan, expected.leniency, HostTables(), in: namespace)
        }
        guard let first = differences.first else { return }
        throw CNIFailure(
            .checkFailed,
            differences.dropFirst().reduce(first.text) { $0 + "; " + $1.text },
            details: "delete the pod and let it start again")
    }

    /// What the kernel should have.
    private struct Expectation {
        let plan: LinkPlan
        let leniency: Inspection.Leniency
    }

    /// Compares prevResult with the ledger, or has another IPAM plugin do it, and gathers what ADD had planned.
    private func expectation() throws(CNIFailure) -> Expectation {
        guard let result = request.prevResult,
            let number = result.interfaces.firstIndex(where: {
                $0.name == attachment.ifname && $0.sandbox == request.netns
            })
        else {
            throw CNIFailure(
                .checkFailed, "prevResult does not list interface " + attachment.ifname + " of this container")
        }
        let ips = result.ips.filter { $0.interface == nil || $0.interface == number }
        let interface = result.interfaces[number]
        let leases = usesOwnIPAM ? try checkedLeases(ips) : []
        let addresses = usesOwnIPAM ? LinkPlan.Address.of(leases) : try checkDelegate(ips)
        let plan = try planToCheck(result, interface, addresses)
        // Another IPAM's pods have no lease that would say the MAC they were born with, if it was asked for.
        let birthMAC = leases.first?.mac ?? attachment.mac.description
        var leniency = Inspection.Leniency()
        leniency.mayHaveNewMAC = birthMAC != plan.podMAC.description
        leniency.guessesMTU = settings.mtu == nil && interface.mtu == nil
        return Expectation(plan: plan, leniency: leniency)
    }

    /// The plan that ADD had, as far as prevResult and ledger tell it.
    private func planToCheck(
        _ result: CNIResult, _ interface: CNIResult.Interface, _ addresses: [LinkPlan.Address]
    ) throws(CNIFailure) -> LinkPlan {
        var names = result.interfaces.filter { $0.sandbox == nil }.map(\.name)
        names += HostInterfaceName.candidates(attachment, request.args)
        let link = try kernel { () throws(WiringError) -> Link? in
            let wiring = try Wiring()
            for name in names {
                if let link = try wiring.hostLink(named: name), LinkOwner(alias: attachment.alias).owns(link) {
                    return link
                }
            }
            return nil
        }
        guard let link else {
            throw CNIFailure(
                .checkFailed,
                "the host has no link with alias \"" + attachment.alias + "\"; looked at "
                    + names.joined(separator: ", "))
        }
        var plan = LinkPlan(
            hostName: link.name, owner: LinkOwner(alias: attachment.alias), podName: attachment.ifname,
            podMAC: try mac(of: interface), mtu: interface.mtu ?? settings.mtu ?? link.mtu, addresses: addresses,
            destinations: [],
            wantsDefaultRoute: false, blackholeOrigin: settings.routeOrigin, podForwards: settings.podForwards,
            enablesForwarding: settings.enablesForwarding)
        for route in result.routes where route.gw == LinkPlan.gateway(route.dst.family) {
            if route.dst.length == 0 {
                plan.wantsDefaultRoute = true
            } else {
                plan.destinations.append(route.dst)
            }
        }
        return plan
    }

    /// The MAC that the pod's end should have: later plugins may have changed it, and say so.
    private func mac(of interface: CNIResult.Interface) throws(CNIFailure) -> MACAddress {
        do throws(AddressError) { return try MACAddress(parsing: interface.mac ?? "") } catch {
            throw CNIFailure(.undecodable, "prevResult: mac of interface " + interface.name + ": " + error.description)
        }
    }

    private func checkDelegate(_ ips: [CNIResult.IP]) throws(CNIFailure) -> [LinkPlan.Address] {
        if let type = request.ipamType { _ = try request.delegation(to: type).run(.check) }
        return ips.map { LinkPlan.Address($0.address, block: nil) }
    }
}
