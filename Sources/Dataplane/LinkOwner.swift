import Addressing
import Netlink

/// Whose a link is. Nothing is ever removed because of its name alone.
package struct LinkOwner: Hashable, Sendable {
    /// What the host end carries as alias: `network/container/ifname`.
    package let alias: String
    /// The group that the host end is born into, and leaves when it gets its alias.
    ///
    /// The kernel gives a link no alias in the message that makes it. An ADD that is killed between the two leaves a
    /// link that is known by this number: 30 bits of the alias's hash.
    package let mark: UInt32

    /// An owner by its alias.
    package init(alias: String) {
        self.alias = alias
        mark = UInt32(truncatingIfNeeded: fnv1a(alias)) & 0x3FFF_FFFF | 0x4000_0000
    }

    /// Whether a link is this owner's.
    package func owns(_ link: Link) -> Bool {
        link.alias.isEmpty ? link.group == mark : link.alias == alias
    }
}
