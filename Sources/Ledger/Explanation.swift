import Addressing
import IPAM

/// Why the next pod gets the address that it gets, or none.
package struct Explanation: Sendable {
    package let family: AddressFamily
    /// What the allocator itself would give, and where it would take it from.
    package let outcome: Outcome
    /// Every pool of the family, and every block of this node in it, with what speaks for or against it.
    package let verdicts: [Verdict]

    package enum Outcome: Sendable {
        /// - Parameters:
        ///   - isNew: whether its block would be claimed for it.
        ///   - isResting: whether it was freed a moment ago, and is given because nothing else is left.
        case address(IPAddress, block: Prefix, isNew: Bool, isResting: Bool)
        case refused(LedgerError)
    }

    package struct Verdict: Hashable, Sendable {
        /// `pool NAME (CIDR)` or `block CIDR`.
        package let subject: String
        package let reason: Reason
        package let text: String
    }

    /// What speaks for or against a pool or a block, in a word for programs.
    package enum Reason: String, CaseIterable, Sendable {
        case gives, disabled, draining, selector, manual, full, resting, reserved, limit
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

extension Pool.Exclusion {
    var reason: Explanation.Reason {
        switch self {
        case .disabled: .disabled
        case .draining: .draining
        case .otherNodes: .selector
        case .onRequest: .manual
        }
    }
}
