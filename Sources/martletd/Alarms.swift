import Logging
import Synchronization

/// What is wrong now and needs somebody's eye: said once in the log when it begins and when it ends, and in the metrics
/// for as long as it lasts.
final class Alarms: Sendable {
    /// What can be wrong.
    enum Kind: String, CaseIterable, Sendable {
        /// The registry cannot be reached or used.
        case registry
        /// An object in the registry cannot be read.
        case unreadableObject
        /// This node has no address, or is not in the registry.
        case node
        /// The ledger cannot be written.
        case ledger
        /// BIRD does not run, or does not answer.
        case bird
        /// BIRD refuses the configuration; it keeps the one before.
        case birdConfiguration
        /// Pools are full, or the registry refuses a claim.
        case claim
        /// Blocks that this node had are another's now.
        case blocksLost
        /// The kernel is not as the ledger says and cannot be made so.
        case kernel
        /// What is proven dead cannot be freed.
        case collecting
        /// Connections of freed addresses cannot be forgotten.
        case connections
        /// nftables is not as pools say.
        case masquerade
        /// Metrics are not served.
        case metrics
    }

    private let active = Mutex<[Kind: String]>([:])
    private let log: Logger

    init(log: Logger) { self.log = log }

    /// Says that something is wrong, if that was not said yet.
    func raise(_ kind: Kind, _ text: String) {
        let isNew = active.withLock { active in
            defer { active[kind] = text }
            return active[kind] != text
        }
        if isNew { log.error("\(text)", metadata: ["alarm": "\(kind.rawValue)"]) }
    }

    /// Says that it is over.
    func clear(_ kind: Kind) {
        let was = active.withLock { $0.removeValue(forKey: kind) }
        if was != nil { log.notice("over: \(was ?? "")", metadata: ["alarm": "\(kind.rawValue)"]) }
    }

    /// What is wrong now.
    var current: [Kind: String] { active.withLock { $0 } }
}
