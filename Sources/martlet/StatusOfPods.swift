import Addressing
import CNI
import Dataplane
import IPAM
import Ledger
import Masquerade
import Netlink
import System

/// What running pods need of the node beside their own wires: its forwarding, and the nftables table.
extension Operation {
    /// - Throws: `CNIFailure` with code 51 for what limits the pods of this network, and cannot wait for the next ADD.
    func examineRunningPods() throws(CNIFailure) {
        let (leases, pools) = try runningPods()
        let families = AddressFamily.allCases.filter { family in leases.contains { $0.address.family == family } }
        try examineForwarding(families, .limitedConnectivity)
        let needsTable = pools.contains { pool in
            pool.needsTable && leases.contains { pool.cidr.contains($0.address) }
        }
        if needsTable { try examineTable(pools) }
    }

    /// Whether the host forwards these families, where no ADD would switch it on.
    func examineForwarding(_ families: [AddressFamily], _ code: CNIFailure.Code) throws(CNIFailure) {
        if settings.enablesForwarding { return }
        let sleeping = try kernel { () throws(WiringError) in
            let wiring = try Wiring()
            var sleeping: [String] = []
            for family in families where try !wiring.forwards(family) { sleeping.append(family.forwardingSetting) }
            return sleeping
        }
        if sleeping.isEmpty { return }
        throw CNIFailure(
            code,
            "the host forwards no packets of pods: " + sleeping.joined(separator: " and ")
                + " is 0, and ip_forward is \"leave\"",
            details: "run sysctl -w " + sleeping.map { $0 + "=1" }.joined(separator: " ")
                + ", or set ip_forward to \"auto\"")
    }

    private func examineTable(_ pools: [Pool]) throws(CNIFailure) {
        let isServed = try masquerade { () throws(MasqueradeError) in try MasqueradePlan(of: pools).isServed() }
        if isServed { return }
        throw CNIFailure(
            .limitedConnectivity,
            "table inet martlet is not as it should be: pods of natOutgoing pools may not reach the outside, and IPv6 "
                + "sources may be forged",
            details: "the next ADD makes it anew, also one by hand (martlet --help shows how); `nft monitor` shows who "
                + "else writes it")
    }

    /// The leases of this network whose link is there, and all pools.
    ///
    /// A lease without a link is that of a pod which went with the last boot, or is about to go.
    private func runningPods() throws(CNIFailure) -> (leases: [Lease], pools: [Pool]) {
        let folder = try ledger { () throws(LedgerError) in
            try LedgerDirectory(existing: settings.dataDirectory)
        }
        guard let directory = folder else { return ([], []) }
        let opened = try ledger { () throws(LedgerError) in try existingLedger(directory) }
        guard let book = opened else { return ([], []) }
        let (leases, pools) = try ledger { () throws(LedgerError) in
            try book.transaction(in: directory) { () throws(LedgerError) in
                (try book.leases(ofNetwork: request.network), try book.pools())
            }
        }
        let links = leases.isEmpty ? [] : try kernel { () throws(WiringError) in try Wiring().hostLinks() }
        let aliases = Set(links.map(\.alias))
        return (leases.filter { aliases.contains($0.attachment.alias) }, pools)
    }
}

extension AddressFamily {
    /// The sysctl that lets the host forward.
    fileprivate var forwardingSetting: String {
        switch self {
        case .ipv4: "net.ipv4.ip_forward"
        case .ipv6: "net.ipv6.conf.all.forwarding"
        }
    }
}
