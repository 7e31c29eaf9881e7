import Addressing
import IPAM

/// One thing on which ledger and kernel disagree, or that an operator should know.
package struct Finding: Hashable, Sendable {
    package let code: Code
    /// What it is about: an address, a block, a pool, a link, or the node.
    package let subject: String
    /// What was compared and how it differs.
    package let text: String
    /// Since when the row or link concerned has been there, in seconds since 1970; nil where nobody knows.
    package let since: Int?
    /// The command that repairs it.
    package let repair: String
    /// Whose it is, where it is somebody's.
    package let attachment: Attachment?

    package init(
        _ code: Code, _ subject: String, _ text: String, since: Int? = nil, repair: String = Finding.fix,
        attachment: Attachment? = nil
    ) {
        self.code = code
        self.subject = subject
        self.text = text
        self.since = since
        self.repair = repair
        self.attachment = attachment
    }

    /// The repair of all that `--fix` repairs.
    package static let fix = "martletctl ipam check --fix"

    /// Subject of what is wrong with the ledger's file as a whole.
    static let ledgerFile = "ledger.db"

    /// What a finding is. The words are stable: scripts and docs/audit.md know them.
    package enum Code: String, Hashable, Sendable, CaseIterable {
        // The ledger alone.
        case integrity = "integrity"
        case blockOverlap = "block-overlap"
        case leaseOutsideBlock = "lease-outside-block"
        case duplicate = "duplicate"
        case countMismatch = "count-mismatch"
        case earlierBoot = "earlier-boot"
        case emptyBlock = "empty-block"
        case poolNearlyFull = "pool-nearly-full"
        case quarantined = "quarantined"
        // Ledger against kernel.
        case leaseWithoutSandbox = "lease-without-sandbox"
        case leaseWithoutLink = "lease-without-link"
        case linkWithoutLease = "link-without-lease"
        case routeWithoutLease = "route-without-lease"
        case routeElsewhere = "route-elsewhere"
        case blackholeMissing = "blackhole-missing"
        case blackholeForeign = "blackhole-foreign"
        // One pod's wiring.
        case hostLink = "host-link"
        case hostRoute = "host-route"
        case hostNeighbour = "host-neighbour"
        case hostSetting = "host-setting"
        case mac = "mac"
        case mtu = "mtu"
        case podLink = "pod-link"
        case podAddress = "pod-address"
        case podRoute = "pod-route"
        case podNeighbour = "pod-neighbour"
        // The node.
        case forwardingOff = "forwarding-off"
        case forwardDropped = "forward-dropped"
        // Ledger and kernel against BIRD.
        case birdSilent = "bird-silent"
        case sessionDown = "session-down"
        case blockUnannounced = "block-unannounced"
        case announcedForeign = "announced-foreign"
        case twoAnnouncers = "two-announcers"
        case peerRouteMissing = "peer-route-missing"
        // Ledger against the registry.
        case registrySilent = "registry-silent"
        case nodeUnregistered = "node-unregistered"
        case poolDiffers = "pool-differs"
        case blockLost = "block-lost"
        case blockUnknown = "block-unknown"

        /// Whether it says how things are rather than that they are wrong: it does not count for the exit status.
        package var isNote: Bool {
            switch self {
            case .emptyBlock, .poolNearlyFull, .quarantined: true
            default: false
            }
        }

        /// Whether BIRD or the registry was asked for it.
        package var isOfMesh: Bool {
            switch self {
            case .birdSilent, .sessionDown, .blockUnannounced, .announcedForeign, .twoAnnouncers, .peerRouteMissing,
                .registrySilent, .nodeUnregistered, .poolDiffers, .blockLost, .blockUnknown:
                true
            default: false
            }
        }
    }
}
