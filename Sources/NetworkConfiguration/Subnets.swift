import Addressing
import CNI
import IPAM
import JSON
import Ledger

/// What plugins that make a subnet need beside an address: a prefix length and a gateway inside of it.
package struct Subnets {
    /// One pool as such a plugin sees it.
    private struct Subnet {
        let pool: Pool
        let gateway: IPAddress
        let prefixLength: Int
    }

    private let subnets: [Subnet]
    private let caller: String
    /// Whether the configuration says which part of a pool is this node's subnet.
    private let isTold: Bool

    /// Finds gateway and prefix length of each pool.
    ///
    /// - Throws: `CNIFailure` with code 7 where several nodes share a pool and the configuration does not tell both.
    package init(_ ipam: Settings.IPAM, _ caller: String) throws(CNIFailure) {
        var subnets: [Subnet] = []
        for pool in ipam.pools {
            let configured = ipam.gateways.first { $0.family == pool.cidr.family }
            let isShared = ipam.ranges.contains { $0.family == pool.cidr.family && !$0.contains(pool.cidr) }
            if isShared && (configured == nil || ipam.prefixLength == nil) {
                throw CNIFailure(.invalidConfiguration, Self.sharedText(pool, caller))
            }
            let length = ipam.prefixLength ?? pool.cidr.length
            guard let gateway = configured ?? pool.cidr.first.advanced(by: 1), length <= pool.cidr.family.bits,
                let subnet = Prefix(covering: gateway, length: length)
            else {
                throw CNIFailure(
                    .invalidConfiguration, "ipam.prefix_length: expected at most " + String(pool.cidr.family.bits))
            }
            guard subnet.overlaps(pool.cidr), gateway != subnet.first || subnet.length >= pool.cidr.family.bits - 1
            else {
                throw CNIFailure(
                    .invalidConfiguration,
                    "ipam.gateway: expected an address of pool \"" + pool.name + "\" (" + pool.cidr.description
                        + ") but its first and last, found " + gateway.description)
            }
            subnets.append(Subnet(pool: pool, gateway: gateway, prefixLength: length))
        }
        self.subnets = subnets
        self.caller = caller
        isTold = !ipam.gateways.isEmpty && ipam.prefixLength != nil
    }

    /// Refuses a pool in which other nodes own blocks, unless the configuration says which part is this node's.
    package func refuseForeign(_ book: borrowing Ledger) throws(LedgerError) {
        if isTold { return }
        for subnet in subnets where try book.isShared(poolNamed: subnet.pool.name) {
            throw .conflict(Self.sharedText(subnet.pool, caller))
        }
    }

    private static func sharedText(_ pool: Pool, _ caller: String) -> String {
        "ipam.gateway and ipam.prefix_length: expected both, as pool \"" + pool.name
            + "\" is shared with other nodes: the plugin " + caller
            + " makes a subnet, and its gateway must be this node's own"
    }

    /// Takes the gateway and the subnet's first and last address out of what pods get, from now on.
    package func reserve(in book: borrowing Ledger) throws(LedgerError) {
        for subnet in subnets {
            guard let whole = Prefix(covering: subnet.gateway, length: subnet.prefixLength) else { continue }
            try book.reserve(Prefix(host: whole.first), note: "network address of " + whole.description)
            try book.reserve(Prefix(host: whole.last), note: "broadcast address of " + whole.description)
            try book.reserve(Prefix(host: subnet.gateway), note: "gateway of " + whole.description)
        }
    }

    /// The leases as such a plugin needs them.
    package func result(_ grant: Grant, routes: [Prefix], dns: JSON?) throws(CNIFailure) -> CNIResult {
        var result = CNIResult(dns: dns)
        for lease in grant.leases {
            guard let subnet = subnets.first(where: { $0.pool.cidr.contains(lease.address) }),
                let address = InterfaceAddress(lease.address, prefixLength: subnet.prefixLength)
            else {
                throw CNIFailure(
                    .invalidConfiguration,
                    "ipam.pools: " + lease.address.description + " is leased, and no pool holds it",
                    details: "martlet-ipam under another plugin needs its pools in the configuration")
            }
            result.ips.append(CNIResult.IP(address: address, gateway: subnet.gateway))
        }
        for route in routes { result.routes.append(CNIResult.Route(dst: route)) }
        return result
    }
}
