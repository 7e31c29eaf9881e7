import Addressing
import CNI
import Dataplane
import IPAM
import JSON
import Netlink
import System

extension Operation {
    /// Makes the link and the host's side, working around what is taken.
    ///
    /// - Parameters:
    ///   - rename: told when the host end had to be given another name, before it is made.
    ///   - replace: told of an address and the device that holds its route; it changes the plan's address or throws.
    func connect(
        _ plan: inout LinkPlan, _ namespace: borrowing NetworkNamespace, _ wiring: inout Wiring,
        _ rename: (String) throws(CNIFailure) -> Void,
        _ replace: (LinkPlan.Address, String, inout LinkPlan) throws(CNIFailure) -> Void
    ) throws(CNIFailure) {
        do throws(CNIFailure) {
            try createLink(&plan, namespace, &wiring, rename)
            var conflicts = try host { () throws(WiringError) in try wiring.connectHost(plan) }
            while let conflict = conflicts.popLast() {
                let before = plan.addresses
                let device = try host { () throws(WiringError) in try wiring.device(holding: conflict.address) }
                try replace(conflict, device, &plan)
                for index in plan.addresses.indices where plan.addresses[index] != before[index] {
                    let address = plan.addresses[index]
                    let isFree = try host { () throws(WiringError) in try wiring.addHostRoute(address, plan) }
                    if !isFree { conflicts.append(address) }
                }
            }
        } catch { throw undoing(&wiring, error) }
    }

    private func host<Result>(_ body: () throws(WiringError) -> Result) throws(CNIFailure) -> Result {
        try kernel(body)
    }

    private func createLink(
        _ plan: inout LinkPlan, _ namespace: borrowing NetworkNamespace, _ wiring: inout Wiring,
        _ rename: (String) throws(CNIFailure) -> Void
    ) throws(CNIFailure) {
        // A stale link of our own is removed once, a stranger's name avoided once.
        for _ in 0..<3 {
            do throws(WiringError) { return try wiring.createLink(plan, in: namespace) } catch {
                guard case .hostNameTaken(let link) = error else { throw CNIFailure(error) }
                if plan.owner.owns(link) {
                    try removeStale(link, plan, namespace, &wiring)
                } else {
                    let name = HostInterfaceName.of(attachment)
                    if name == plan.hostName { throw CNIFailure(error) }
                    try rename(name)
                    plan.hostName = name
                }
            }
        }
        throw CNIFailure(.kernel, "the host's link " + plan.hostName + " came back each time it was removed")
    }

    /// Removes what an earlier ADD of this attachment left, unless it is in the pod and alive.
    private func removeStale(
        _ link: Link, _ plan: LinkPlan, _ namespace: borrowing NetworkNamespace, _ wiring: inout Wiring
    ) throws(CNIFailure) {
        try kernel { () throws(WiringError) in
            if try Wiring.hasInterface(plan.podName, in: namespace) { throw .podNameTaken(plan.podName) }
            try wiring.remove(link)
        }
    }

    /// Moves into the pod, makes its side, and says what the pod has now.
    func finish(
        _ plan: LinkPlan, _ namespace: borrowing NetworkNamespace, _ wiring: inout Wiring, ips: [CNIResult.IP],
        dns: JSON?
    ) throws(CNIFailure) -> CNIResult {
        let made = try kernel { () throws(WiringError) in
            let made = try wiring.connectPod(plan, in: namespace)
            try wiring.introducePod(plan)
            return made
        }
        var result = CNIResult(
            interfaces: [
                CNIResult.Interface(name: plan.hostName, mac: LinkPlan.hostMAC.description, mtu: plan.mtu),
                CNIResult.Interface(
                    name: plan.podName, mac: plan.podMAC.description, mtu: plan.mtu, sandbox: request.netns),
            ],
            dns: dns)
        for ip in ips {
            var numbered = ip
            numbered.interface = 1
            result.ips.append(numbered)
        }
        for route in made.routes {
            if case .gateway(let gateway, _) = route.target {
                result.routes.append(CNIResult.Route(dst: route.destination, gw: gateway))
            }
        }
        return request.prevResult?.appending(result) ?? result
    }

    /// Removes the link of a failed ADD, and answers the failure to report.
    func undoing(_ wiring: inout Wiring, _ failure: CNIFailure) -> CNIFailure {
        do throws(WiringError) {
            try wiring.undo()
            return failure
        } catch {
            // With the link there the address must stay leased: DEL will take both.
            return CNIFailure(
                .unremovable, failure.message,
                details: failure.details + "; the link could not be removed and stays until DEL: " + error.text)
        }
    }
}
