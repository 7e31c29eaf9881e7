import Addressing
import AgentSocket
import CNI
import IPAM
import Ledger

/// A request for leases, and what has become of asking the agent for the blocks that it needs.
///
/// The agent is asked outside of any transaction, and twice for each address at most: another pod may have taken all of a
/// block before this one comes to it. When it gives none, the node makes do with what it has.
struct BlockQuest {
    /// What to ask of the ledger.
    private(set) var request: LeaseRequest
    /// Why there is no block; nil while nobody has refused one.
    private(set) var refusal: CNIFailure?
    private let isRouted: Bool
    private var rounds = 0

    init(_ request: LeaseRequest, isRouted: Bool) {
        self.request = request
        self.isRouted = isRouted
    }

    /// Does what a refusal of the ledger calls for; whether it is worth another try.
    mutating func follow(_ error: LedgerError, _ agent: NodeAgent) -> Bool {
        guard case .refused(.blockWanted(let pools, let address), let family) = error, request.awaitsBlocks else {
            return false
        }
        let wish = BlockWish(family, pools: pools, address: address, isRouted: isRouted)
        rounds += 1
        guard let reason = rounds > 2 * request.addresses.count ? Self.lateness : Self.refusal(of: wish, agent) else {
            return true
        }
        refusal = CNIFailure(
            .tryAgainLater,
            "there is no " + Self.needed(wish) + " of pool " + pools.joined(separator: ", ") + ": " + reason)
        request.awaitsBlocks = false
        return true
    }

    private static let lateness = "what the agent claimed was full at once"

    private static func needed(_ wish: BlockWish) -> String {
        if let address = wish.address { return "block with the requested address " + address.description }
        return wish.family.description + " address left in this node's blocks, and no new block"
    }

    /// Why the agent gives no block; nil when it has given one.
    private static func refusal(of wish: BlockWish, _ agent: NodeAgent) -> String? {
        guard let folder = agent.folder else {
            return "the pool is the cluster's, and no agent has ever served this node; start martletd"
        }
        do throws(AgentSilence) {
            switch try AgentSocket.ask(.block(wish), in: folder) {
            case .granted: return nil
            case .refused(let reason): return reason
            case .alarms: return "the agent answered another question"
            }
        } catch { return error.description }
    }
}
