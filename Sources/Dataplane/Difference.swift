/// One thing that the kernel has otherwise than planned.
package struct Difference: Hashable, Sendable {
    package let kind: Kind
    /// What was found and what was expected, in words.
    package let text: String

    /// What differs, as far as who repairs it must know.
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        /// The host end is missing, or is not this pod's.
        case hostLink
        /// The host end's MAC.
        case hostMAC
        /// A link is down.
        case state
        case mtu
        /// A setting of the host end below /proc/sys.
        case hostSetting
        /// The host's forwarding of all packets of a family.
        case forwarding
        /// The host's route to a pod's address.
        case hostRoute
        /// The host's neighbour entry of a pod's address.
        case hostNeighbour
        /// The host end's link-local address.
        case hostAddress
        /// A block's blackhole route.
        case blackhole
        /// The pod's interface is missing, or is not the other end of the host's.
        case podLink
        /// The pod's MAC.
        case podMAC
        /// An address of the pod.
        case podAddress
        /// A route or rule inside the pod.
        case podRoute
        /// The pod's neighbour entry of its gateway.
        case podNeighbour
        /// A setting inside the pod below /proc/sys.
        case podSetting
    }

    package init(_ kind: Kind, _ text: String) {
        self.kind = kind
        self.text = text
    }
}
