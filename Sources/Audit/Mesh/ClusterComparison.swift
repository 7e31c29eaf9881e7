import Addressing
import IPAM
import Ledger

/// What the registry says, against the ledger.
struct ClusterComparison {
    private(set) var findings: [Finding] = []
    private let cluster: ClusterState
    private let look: MeshLook

    init(_ cluster: ClusterState, _ look: MeshLook) {
        self.cluster = cluster
        self.look = look
        if cluster.nodes[look.options.node] == nil { compareNode() }
        comparePools()
        if let blocks = cluster.blocks { compareBlocks(blocks) }
    }

    private mutating func compareNode() {
        findings.append(
            Finding(
                .nodeUnregistered, look.options.node,
                "the registry does not know node \(look.options.node): no other node has a session with it",
                repair: Finding.agent))
    }

    private mutating func comparePools() {
        for pool in cluster.pools {
            guard let own = look.ledger.pools.first(where: { $0.name == pool.name }) else {
                differ(pool.name, "is in the registry and not in the ledger")
                continue
            }
            let differences = own.differences(from: pool)
            if !differences.isEmpty { differ(pool.name, differences.joined(separator: ", ")) }
        }
        // Those that go wait for their last pods.
        for pool in look.ledger.pools where pool.isShared && !pool.isDraining {
            if !cluster.pools.contains(where: { $0.name == pool.name }) {
                differ(pool.name, "is the cluster's by the ledger, and not in the registry")
            }
        }
    }

    private mutating func differ(_ pool: String, _ text: String) {
        findings.append(Finding(.poolDiffers, pool, "pool \(pool) \(text)", repair: Finding.agent))
    }

    private mutating func compareBlocks(_ agreed: [Prefix: ClusterState.Owner]) {
        let node = look.options.node
        let shared = Set(look.ledger.pools.filter(\.isShared).map(\.id))
        let used = Set(look.ledger.leases.map(\.lease.block))
        for block in look.ledger.blocks where shared.contains(block.pool) && agreed[block.cidr] != .node(node) {
            let isOwn = block.owner == node
            // Of one that was lost before, only what is leased from it is left.
            guard isOwn || used.contains(block.id) else { continue }
            let pods = "pods that have addresses of it must be started anew"
            findings.append(
                Finding(
                    .blockLost, block.cidr.description,
                    "block \(block.cidr) \(isOwn ? "is this node's by the ledger" : "was this node's"), and "
                        + "\(owner(agreed[block.cidr])) by the registry"
                        + (used.contains(block.id) ? "; \(pods)" : ""),
                    since: block.claimedAt,
                    repair: isOwn ? Finding.agent : "delete the pods that have addresses of it"))
        }
        let own = Set(look.ownBlocks.map(\.cidr))
        for (block, owner) in agreed where owner == .node(node) && !own.contains(block) {
            findings.append(
                Finding(
                    .blockUnknown, block.description,
                    "block \(block) is this node's by the registry, and the ledger does not say so: nobody leases from it",
                    repair: Finding.agent))
        }
    }

    private func owner(_ owner: ClusterState.Owner?) -> String {
        if case .node(let name) = owner { return "\(name)'s" }
        return "nobody's"
    }
}

extension Pool {
    /// In what it is otherwise than the cluster's pool of that name.
    fileprivate func differences(from other: Pool) -> [String] {
        let words: [(String, String, String)] = [
            ("cidr", "\(cidr)", "\(other.cidr)"),
            ("blockSize", "\(blockLength)", "\(other.blockLength)"),
            ("natOutgoing", "\(natOutgoing)", "\(other.natOutgoing)"),
            ("disabled", "\(disabled)", "\(other.disabled)"),
            ("disableBGPExport", "\(!isExported)", "\(!other.isExported)"),
            ("nodeSelector", nodeSelector, other.nodeSelector),
            ("assignmentMode", isAutomatic ? "Automatic" : "Manual", other.isAutomatic ? "Automatic" : "Manual"),
        ]
        let differences = words.filter { $0.1 != $0.2 }.map {
            "has \($0.0) \($0.1) in the ledger and \($0.2) in the registry"
        }
        return differences + (isShared ? [] : ["is this node's own by the ledger, and the cluster's by the registry"])
    }
}
