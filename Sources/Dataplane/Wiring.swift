import Addressing
import Glibc
import Netlink
import System

/// Carries out a `LinkPlan`, step by step: the link, the host's side, the pod's side.
///
/// The link is made by a message of its own. Its number is chosen here, so that nothing has to be asked back; if that
/// number is taken the kernel says so, and no later message has touched a stranger's link.
package struct Wiring: ~Copyable {
    let host: NetlinkSocket
    var batch = MessageBatch()
    /// Number of the host end; 0 before it is made.
    package private(set) var hostIndex: Int32 = 0
    /// Number of the pod's end in the pod's namespace.
    package private(set) var podIndex: Int32 = 0

    /// Opens a socket in the host's namespace, where the calling thread still is.
    package init() throws(WiringError) {
        host = try kernel { () throws(NetlinkError) in try NetlinkSocket() }
    }

    /// Makes the veth pair, its far end inside the pod.
    ///
    /// - Throws: `WiringError.podNameTaken`, `.hostNameTaken`; nothing is left behind then.
    package mutating func createLink(
        _ plan: LinkPlan, in namespace: borrowing NetworkNamespace
    ) throws(WiringError) {
        let podNamespace = namespace.descriptor.raw
        for _ in 0..<16 {
            let (hostIndex, podIndex) = Self.randomIndexes()
            batch.addVeth(
                VethRequest(
                    hostName: plan.hostName, hostIndex: hostIndex, hostMAC: LinkPlan.hostMAC, group: plan.owner.mark,
                    podName: plan.podName, podIndex: podIndex, podMAC: plan.podMAC, podNamespace: podNamespace,
                    mtu: plan.mtu))
            let failures: [BatchFailure]
            do throws(WiringError) { failures = try exchange() } catch {
                try adopt(hostIndex, plan.owner)
                throw error
            }
            guard let failure = failures.first else {
                self.hostIndex = hostIndex
                self.podIndex = podIndex
                return
            }
            switch failure.number {
            case EBUSY: continue
            case EEXIST: throw try nameConflict(plan)
            default: throw .kernel(failure.error)
            }
        }
        throw .kernel(NetlinkError("add the veth pair", number: EBUSY, explanation: "every number tried was taken"))
    }

    /// The kernel's answer was lost, and the link may be there all the same: then it is for `undo` to remove.
    private mutating func adopt(_ index: Int32, _ owner: LinkOwner) throws(WiringError) {
        let link = try kernel { () throws(NetlinkError) in try host.link(index) }
        if let link, owner.owns(link) { hostIndex = index }
    }

    /// Removes the link, and with it all that hangs on it, when something after it failed.
    package mutating func undo() throws(WiringError) {
        guard hostIndex != 0 else { return }
        batch.removeLink(hostIndex)
        let failures = try exchange()
        if let failure = failures.first, failure.number != ENODEV { throw .kernel(failure.error) }
        hostIndex = 0
    }

    /// The link of that name on the host, or nil.
    package borrowing func hostLink(named name: String) throws(WiringError) -> Link? {
        try kernel { () throws(NetlinkError) in try host.link(named: name) }
    }

    /// Removes a link and waits for the kernel to have forgotten it.
    package mutating func remove(_ link: Link) throws(WiringError) {
        batch.removeLink(link.index)
        let failures = try exchange()
        if let failure = failures.first, failure.number != ENODEV { throw .kernel(failure.error) }
    }

    mutating func exchange() throws(WiringError) -> [BatchFailure] {
        do throws(NetlinkError) { return try host.exchange(&batch) } catch { throw .kernel(error) }
    }

    /// Which of the two names was taken.
    private borrowing func nameConflict(_ plan: LinkPlan) throws(WiringError) -> WiringError {
        if let link = try hostLink(named: plan.hostName) { return .hostNameTaken(link) }
        return .podNameTaken(plan.podName)
    }

    /// Numbers far above those that the kernel counts up from 1, so that two seldom meet.
    private static func randomIndexes() -> (host: Int32, pod: Int32) {
        let random = randomNumber()
        let mask: UInt64 = 0x0FFF_FFFF
        return (0x1000_0000 + Int32(random & mask), 0x1000_0000 + Int32((random >> 32) & mask))
    }
}
