import Audit

/// What the agent does by itself about a finding.
enum Treatment {
    /// Puts the kernel back: the ledger proves what is right, nobody loses anything, and it can be done twice.
    case mend
    /// Leaves it to the collector, which asks for more proof.
    case collect
    /// Tells people.
    case tell
    /// Nothing is wrong.
    case none
}

extension Finding.Code {
    var treatment: Treatment {
        switch self {
        // The ledger says which blocks are this node's. Without its blackhole no other node hears of a block; with one
        // that is not the node's, packets for another's pods end here.
        case .blackholeMissing, .blackholeForeign: .mend
        // The lease says which link leads to the address and which MAC answers for it.
        case .hostRoute, .routeElsewhere, .hostNeighbour: .mend
        // What every host end has, whoever the pod is: it is up, has its alias, MAC, MTU and settings.
        case .hostLink, .hostSetting, .mac, .mtu: .mend
        // The sandbox lives and has lost its interface; the lease says how it was made.
        case .leaseWithoutLink: .mend
        // ADD switches it on; somebody has switched it off again.
        case .forwardingOff: .mend
        // Whoever frees an address must be sure; see `Collector`.
        case .leaseWithoutSandbox, .earlierBoot: .collect
        // What pods do within their own namespaces may be meant so.
        case .podLink, .podAddress, .podRoute, .podNeighbour: .tell
        // A wrong ledger proves nothing, and what only guesses at one changes it under a living pod.
        case .integrity, .blockOverlap, .leaseOutsideBlock, .duplicate, .countMismatch, .linkWithoutLease: .tell
        // Another program's.
        case .routeWithoutLease, .forwardDropped: .tell
        // Other parts of the agent see to BIRD and the registry, by what those say and not by an audit's looks.
        case .birdSilent, .sessionDown, .blockUnannounced, .announcedForeign, .twoAnnouncers, .peerRouteMissing,
            .registrySilent, .nodeUnregistered, .poolDiffers, .blockLost, .blockUnknown:
            .tell
        case .emptyBlock, .poolNearlyFull, .quarantined: .none
        }
    }
}
