import Addressing
import IPAM

/// Why the next pod gets the address that it gets, or none.
package struct Explanation: Sendable {
    package let family: AddressFamily
    /// What the allocator itself chooses, and where it takes it from.
    package let outcome: Outcome
    /// Names of the pools that the ADD would bring into the ledger, or change there.
    package let adopts: [String]
    /// Every pool of the family, and every block of this node in it, with what speaks for or against it.
    package let verdicts: [Verdict]

    package enum Outcome: Sendable {
        case address(Chosen)
        case refused(Allocator.Refusal)
    }

    package struct Chosen: Sendable {
        package let address: IPAddress
        package let pool: Pool
        package let block: Prefix
        /// Whether its block would be claimed for it.
        package let isNew: Bool
        /// Whether it was freed a moment ago, and is given because nothing else is left.
        package let isResting: Bool
    }

    package struct Verdict: Hashable, Sendable {
        /// `pool NAME (CIDR)` or `block CIDR`.
        package let subject: String
        package let reason: Reason
        package let text: String
    }

    /// What speaks for or against a pool or a block, in a word for programs.
    package enum Reason: String, CaseIterable, Sendable {
        case gives, disabled, draining, selector, manual, unlisted, full, resting, reserved, limit, range
        /// A block of another kind of network: routed pod by pod, or in another plugin's subnet.
        case use
        /// The ADD waits for a new block, which the agent has to claim.
        case agent
        /// It has something, and another comes first.
        case later
    }
}

/// The links of a node, by which the living are known.
package struct HostLinks: Sendable {
    package let aliases: Set<String>
    package let names: Set<String>

    package init(aliases: Set<String>, names: Set<String>) {
        self.aliases = aliases
        self.names = names
    }
}
