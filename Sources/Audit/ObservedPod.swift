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
    /// The host end, if a link carries the attachment's alias.
    let link: Link?
    /// Whether the namespace that ADD was given is still behind its path.
    let isSandboxThere: Bool

    /// Nil without leases.
    init?(_ attachment: Attachment, _ entries: [LedgerSnapshot.Entry], _ tables: HostTables) {
        guard let first = entries.first else { return nil }
        self.attachment = attachment
        self.entries = entries
        let candidate = tables.link(named: first.lease.hostInterface)
        link = candidate.flatMap { attachment.owner.owns($0) ? $0 : nil }
        isSandboxThere = Self.open(first) != nil
    }

    /// Whether Martlet made the interface; else it only gave the address.
    var isWiredByMartlet: Bool { !entries[0].lease.hostInterface.isEmpty }

    /// The namespace that ADD was given.
    func sandbox() -> NetworkNamespace? { Self.open(entries[0]) }

    private static func open(_ entry: LedgerSnapshot.Entry) -> NetworkNamespace? {
        do throws(NetworkNamespace.Refusal) {
            let namespace = try NetworkNamespace(at: entry.sandbox)
            guard namespace.identity == entry.sandboxIdentity else { return nil }
            return namespace
        } catch { return nil }
    }

    /// How the pod should be wired, as far as its leases and the runtime's notes tell.
    func expectation(_ hostName: String, resultCache: String) -> (LinkPlan, Inspection.Leniency) {
        let lease = entries[0].lease
        let answered = RuntimeCache.mac(of: attachment, in: resultCache)
        let born = MACAddress(text: lease.mac)
        var leniency = Inspection.Leniency()
        leniency.mayHaveNewMAC = answered != nil && answered != born
        leniency.podMTUMayBeLower = true
        leniency.guessesRoutes = true
        leniency.ignoresPodSettings = true
        let plan = LinkPlan(
            hostName: hostName, owner: attachment.owner, podName: attachment.ifname,
            podMAC: answered ?? born ?? LinkPlan.hostMAC, mtu: entries[0].mtu,
            // Blocks are compared by themselves, not once for each pod.
            addresses: entries.map { LinkPlan.Address(InterfaceAddress(host: $0.lease.address), block: nil) },
            destinations: [], wantsDefaultRoute: true, blackholeOrigin: 0, podForwards: false, enablesForwarding: false)
        return (plan, leniency)
    }
}

extension Attachment {
    /// How the attachment's link is known.
    var owner: LinkOwner { LinkOwner(alias: alias, hash: fnv1a(alias)) }
}

extension MACAddress {
    /// An address as text, or nil.
    init?(text: String) {
        do throws(AddressError) { try self.init(parsing: text) } catch { return nil }
    }
}
