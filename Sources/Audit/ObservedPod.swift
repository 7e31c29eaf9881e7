import Addressing
import Dataplane
import IPAM
import JSON
import Ledger
import Netlink
import System

/// One attachment: its leases, and what of it is there.
struct ObservedPod {
    let attachment: Attachment
    /// At least one, by address.
    let entries: [LedgerSnapshot.Entry]
    /// The host end: the link that carries the attachment's alias, or the one of its name whose other end is the pod's.
    let link: Link?
    /// Whether the namespace that ADD was given is still behind its path.
    let isSandboxThere: Bool
    /// Whether a link of the lease's name says of nobody that it is his.
    private let hasNameless: Bool

    /// Nil without leases.
    init?(
        _ attachment: Attachment, _ entries: [LedgerSnapshot.Entry], _ tables: HostTables
    ) throws(WiringError) {
        guard let first = entries.first else { return nil }
        self.attachment = attachment
        self.entries = entries
        let sandbox = Self.open(first)
        isSandboxThere = sandbox != nil
        let named = tables.link(named: first.lease.hostInterface)
        hasNameless = named?.alias.isEmpty ?? false
        if let named, LinkOwner(alias: attachment.alias).owns(named) {
            link = named
        } else if let other = tables.link(alias: attachment.alias) {
            link = other
        } else if let named, let sandbox, try Self.leads(named, to: attachment.ifname, in: sandbox) {
            link = named
        } else {
            link = nil
        }
    }

    /// Whether a link's other end is a namespace's interface of that name: nothing else proves a link that lost its alias.
    private static func leads(
        _ link: Link, to name: String, in sandbox: borrowing NetworkNamespace
    ) throws(WiringError) -> Bool {
        guard link.kind == "veth" else { return false }
        return try Wiring.links(in: sandbox).contains {
            $0.name == name && $0.index == link.peerIndex && $0.peerIndex == link.index
        }
    }

    /// Whether Martlet made the interface; else it only gave the address.
    var isWiredByMartlet: Bool { !entries[0].lease.hostInterface.isEmpty }

    /// The addresses, for people.
    var addresses: String { entries.map(\.lease.address.description).joined(separator: " and ") }

    /// Whether nothing speaks for the leases any more: neither link nor sandbox, or no link since an earlier boot, which
    /// no namespace survives.
    func isDead(now bootID: String) -> Bool {
        link == nil && !hasNameless && (!isSandboxThere || entries[0].lease.bootID != bootID)
    }

    /// The namespace that ADD was given.
    func sandbox() -> NetworkNamespace? { Self.open(entries[0]) }

    private static func open(_ entry: LedgerSnapshot.Entry) -> NetworkNamespace? {
        do throws(NetworkNamespace.Refusal) {
            let namespace = try NetworkNamespace(at: entry.sandbox)
            guard namespace.identity == entry.sandboxIdentity else { return nil }
            return namespace
        } catch { return nil }
    }
}

/// How a pod should be wired, as far as its leases and the runtime's notes tell.
struct Expectation {
    let plan: LinkPlan
    let leniency: Inspection.Leniency
    /// Whether the plan's MAC is the pod's: a lease that was lost may have come back without one.
    let knowsMAC: Bool

    init(_ pod: ObservedPod, hostName: String, resultCache: String) {
        let lease = pod.entries[0].lease
        let answered = RuntimeCache.mac(of: pod.attachment, in: resultCache)
        let born = MACAddress(text: lease.mac)
        var leniency = Inspection.Leniency()
        // Born with an unknown one, or given another later.
        leniency.mayHaveNewMAC = born == nil || (answered != nil && answered != born)
        leniency.podMTUMayBeLower = true
        leniency.guessesRoutes = true
        leniency.ignoresPodSettings = true
        self.leniency = leniency
        knowsMAC = answered != nil || born != nil
        plan = LinkPlan(
            hostName: hostName, owner: LinkOwner(alias: pod.attachment.alias), podName: pod.attachment.ifname,
            podMAC: answered ?? born ?? LinkPlan.hostMAC, mtu: pod.entries[0].mtu,
            // Blocks are compared by themselves, not once for each pod.
            addresses: pod.entries.map { LinkPlan.Address(InterfaceAddress(host: $0.lease.address), block: nil) },
            destinations: [], wantsDefaultRoute: true, blackholeOrigin: 0, podForwards: false, enablesForwarding: false)
    }
}

extension MACAddress {
    /// An address as text, or nil.
    init?(text: String) {
        do throws(AddressError) { try self.init(parsing: text) } catch { return nil }
    }
}
