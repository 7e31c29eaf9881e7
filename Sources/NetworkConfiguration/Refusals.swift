import Addressing
import CNI
import IPAM
import Ledger

extension CNIFailure {
    /// Why there is no address, with the numbers behind it, or who has it.
    ///
    /// - Parameter ipam: the configuration that was asked with; nil for none in particular.
    package init(
        _ refusal: Allocator.Refusal, _ family: AddressFamily, in book: borrowing Ledger, _ ipam: Settings.IPAM?
    ) throws(LedgerError) {
        if case .leased(let address) = refusal, let holder = try book.holder(of: address) {
            self.init(
                .tryAgainLater,
                "the requested address " + address.description + " is leased to container " + holder.containerID
                    + ", interface " + holder.ifname + ", network " + holder.network)
        } else {
            self.init(refusal, family, usage: try book.usage(family), ipam)
        }
    }

    /// Why there is no address, in numbers.
    package init(_ refusal: Allocator.Refusal, _ family: AddressFamily, usage: [PoolUsage], _ ipam: Settings.IPAM?) {
        if case .exhausted(let limit) = refusal {
            self.init(exhausted: family, limit, usage, ipam)
        } else if case .blockWanted(let pools, let address) = refusal {
            self.init(wanted: family, pools, address)
        } else {
            let setting = Self.limitSetting(ipam)
            self.init(
                refusal.code, "the requested address " + refusal.reason(limitedBy: setting), details: refusal.advice)
        }
    }

    /// Nothing is left; trying again can help where somebody may give an address back.
    private init(
        exhausted family: AddressFamily, _ limit: Int?, _ usage: [PoolUsage], _ ipam: Settings.IPAM?
    ) {
        let kind = family == .ipv4 ? "IPv4" : "IPv6"
        var text = "no " + kind + " address left"
        var advice = "delete pods, or add a pool"
        if let limit {
            text += ": the limit of " + String(limit) + " blocks (" + Self.limitSetting(ipam) + ") is reached"
            advice = "delete pods, or raise the limit"
        } else if usage.isEmpty {
            text += ": there is no " + kind + " pool"
            advice = "give one under ipam.pools, or set ipam.assign_" + kind.lowercased() + " to false"
        } else {
            text += " in the pools"
            if let range = ipam?.ranges.first(where: { $0.family == family }) {
                text += " within ipam.node_range " + range.description
            }
        }
        let canWait = usage.contains { $0.leases > 0 }
        self.init(canWait ? .tryAgainLater : .nothingAvailable, text + Self.describe(usage), details: advice)
    }

    /// The agent has to claim a block first.
    private init(wanted family: AddressFamily, _ pools: [String], _ address: IPAddress?) {
        let what = address.map { "the requested address " + $0.description } ?? "an " + family.description + " address"
        let names = pools.map { "\"" + $0 + "\"" }.joined(separator: ", ")
        self.init(
            .tryAgainLater,
            what + " needs a block of pool " + names + ", which is the cluster's: only martletd can claim one")
    }

    /// Where the limit of blocks was set.
    private static func limitSetting(_ ipam: Settings.IPAM?) -> String {
        ipam?.blockLimit == nil ? "martletctl ipam configure --max-blocks-per-host" : "ipam.max_blocks_per_host"
    }

    private static func describe(_ usage: [PoolUsage]) -> String {
        var text = ""
        for pool in usage {
            text += text.isEmpty ? ": " : "; "
            text += "pool \"" + pool.pool.name + "\" " + pool.pool.cidr.description + " has "
            text += count(pool.blocks, "block") + " and " + count(pool.leases, "lease") + " here, "
            // Of other nodes' blocks in a pool of the cluster's the ledger knows none.
            if !pool.pool.isShared { text += count(pool.foreignBlocks, "block") + " elsewhere, " }
            text += count(pool.reservations, "reservation")
            if let exclusion = pool.exclusion { text += ", and " + exclusion.description }
        }
        return text
    }

    private static func count(_ number: Int, _ thing: String) -> String {
        String(number) + " " + thing + (number == 1 ? "" : "s")
    }
}

extension Allocator.Refusal {
    fileprivate var code: CNIFailure.Code {
        switch self {
        case .leased, .blockWanted: .tryAgainLater
        case .limitReached, .exhausted: .nothingAvailable
        case .outsidePools, .poolDisabled, .reserved, .ownedElsewhere, .otherUse, .outsideRange: .invalidConfiguration
        }
    }

    /// What speaks against an address that somebody asked for, beginning with the address.
    fileprivate func reason(limitedBy setting: String) -> String {
        switch self {
        case .exhausted, .blockWanted: ""
        case .outsidePools(let address): address.description + " is in no pool of this network"
        case .poolDisabled(let address, let pool):
            address.description + " is in pool \"" + pool.name + "\", which is "
                + (pool.isDraining ? "being deleted" : "disabled")
        case .reserved(let address, let prefix): address.description + " is reserved by " + prefix.description
        case .leased(let address): address.description + " is leased to another container"
        case .ownedElsewhere(let address, let block, let owner):
            address.description + " lies in block " + block.description + " of node " + owner
        case .otherUse(let address, let block):
            address.description + " lies in block " + block.description + ", which serves another kind of network"
        case .outsideRange(let address, let range):
            address.description + " lies outside ipam.node_range " + range.description
        case .limitReached(let address, let limit):
            address.description + " needs a new block, and the limit of " + String(limit)
                + " blocks (" + setting + ") is reached"
        }
    }

    /// What to do about it.
    fileprivate var advice: String {
        switch self {
        case .outsidePools: "ask for one inside ipam.pools"
        case .reserved: "ipam.reservations and the first, last and gateway address of a subnet are reserved"
        case .ownedElsewhere: "start the pod there, or ask for an address of this node's blocks"
        case .otherUse: "a block is either routed pod by pod (martlet) or in a subnet (martlet-ipam under others)"
        case .exhausted, .blockWanted, .poolDisabled, .leased, .outsideRange, .limitReached: ""
        }
    }
}
