import Addressing
import CNI
import Glibc
import IPAM
import JSON
import Ledger

/// Which addresses a pod is to get: the configuration's families and pools, and what runtime and pod ask for.
extension Settings {
    /// The addresses to lease, checked as far as that goes without the ledger: an ADD that cannot succeed makes no file.
    ///
    /// - Throws: `CNIFailure` with code 7 that names the key.
    package func addresses(_ wishes: PodWishes) throws(CNIFailure) -> [LeaseRequest.Address] {
        var addresses: [LeaseRequest.Address] = []
        for family in AddressFamily.allCases {
            let asked = wishes.pools(family)
            let names = asked?.names ?? ipam.poolNames(family)
            try checkPoolNames(names, family, asked?.key)
            let wanted = wishes.addresses.first { $0.family == family }
            guard wanted != nil || ipam.assigns.contains(family) else { continue }
            try checkPools(family)
            addresses.append(LeaseRequest.Address(family, wanted: wanted, pools: names))
        }
        return addresses
    }

    /// - Parameter annotation: the pod's that gives the names; nil where the configuration does.
    private func checkPoolNames(
        _ names: [String], _ family: AddressFamily, _ annotation: String?
    ) throws(CNIFailure) {
        let pools = ipam.pools
        guard !pools.isEmpty else { return }
        for name in names {
            let pool = pools.first { $0.name == name || $0.cidr.description == name }
            guard let pool, pool.cidr.family == family, !pool.disabled else {
                let key = family == .ipv4 ? "ipv4_pools" : "ipv6_pools"
                throw CNIFailure(
                    .invalidConfiguration,
                    (annotation ?? "ipam." + key) + ": the given pool (" + name
                        + ") does not exist, or is not enabled, or is of the other family",
                    details: "name pools that stand under ipam.pools, by name or cidr",
                    at: annotation == nil ? place(key) : nil)
            }
        }
    }

    private func checkPools(_ family: AddressFamily) throws(CNIFailure) {
        let kind = family == .ipv4 ? "IPv4" : "IPv6"
        let key = family == .ipv4 ? "ipam.assign_ipv4" : "ipam.assign_ipv6"
        if ipam.pools.isEmpty {
            // Then they must stand in the ledger, and so there must be one.
            guard access(dataDirectory + "/ledger.db", F_OK) != 0 else { return }
            // Nobody can tell a forgotten key from an agent that has yet to write down the cluster's pools.
            throw CNIFailure(
                .tryAgainLater, "ipam.pools: expected at least one pool, found none, and there is no ledger yet",
                details: "give pools as [{\"name\": …, \"cidr\": …}], or start martletd if they are the cluster's",
                at: place("pools"))
        }
        let pools = ipam.pools.filter { $0.cidr.family == family }
        guard !pools.isEmpty else {
            throw CNIFailure(
                .invalidConfiguration, "ipam.pools: expected an " + kind + " pool, found none",
                details: "add one, or set " + key + " to false", at: place("pools"))
        }
        guard let range = ipam.ranges.first(where: { $0.family == family }) else { return }
        let isUseful = pools.contains {
            range.contains($0.cidr) || ($0.cidr.contains(range) && range.length <= $0.blockLength)
        }
        if !isUseful {
            throw CNIFailure(
                .invalidConfiguration,
                "ipam.node_range: expected a part of an " + kind + " pool that holds at least one block, found "
                    + range.description, at: place("node_range"))
        }
    }

    private func place(_ key: String) -> JSON.Path { .key(.key(.root, "ipam"), key) }
}
