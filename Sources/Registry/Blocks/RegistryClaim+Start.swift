import Addressing
import IPAM

extension RegistryClaim {
    /// Where in a pool a node begins: `(h xor h >> 32) mod count`, h the 64-bit FNV-1a of its name.
    ///
    /// Folded, because the lowest bits of FNV-1a alone depend on the lowest bits of the letters only.
    package static func start(of node: String, among count: UInt128) -> UInt128 {
        let hash = fnv1a(node)
        return count == 0 ? 0 : UInt128(hash ^ hash >> 32) % count
    }

    /// A name for a claim that nobody else gives theirs.
    package static func makeIdentifier() -> String {
        String(UInt64.random(in: 0...UInt64.max), radix: 16)
    }

    /// What is to be searched, in order: from the node's place to the end, then from the beginning to its place.
    static func spans(
        of pool: Pool, for node: String, within range: Prefix
    ) -> (spans: [(first: Prefix, last: Prefix)], failure: NoBlock) {
        guard pool.cidr.overlaps(range) else { return ([], .outside(pool: pool.name, range: range)) }
        let part = pool.cidr.contains(range) ? range : pool.cidr
        let count = part.subdivisionCount(length: pool.blockLength)
        func block(_ index: UInt128) -> Prefix? { part.subdivision(at: index, length: pool.blockLength) }
        let start = start(of: node, among: count)
        guard count > 0, let first = block(0), let own = block(start), let last = block(count - 1) else {
            return ([], .tooSmall(pool: pool.name, range: range, blockLength: pool.blockLength))
        }
        let before = start == 0 ? nil : block(start - 1)
        return ([(own, last)] + (before.map { [(first, $0)] } ?? []), .full(pool: pool.name, blocks: count))
    }
}

/// Why a node gets no block.
package enum NoBlock: Hashable, Sendable, CustomStringConvertible {
    /// Every block is taken, or of no use because all of its addresses are reserved.
    case full(pool: String, blocks: UInt128)
    /// Nothing of the pool is within the node's part.
    case outside(pool: String, range: Prefix)
    /// The node's part of the pool is smaller than a block.
    case tooSmall(pool: String, range: Prefix, blockLength: Int)
    /// The block that was meant is another's, or an orphan whose time has not come.
    case taken(by: BlockRecord)
    /// What stands in the registry where the block has its place cannot be read.
    case unreadable(name: String)

    package var description: String {
        switch self {
        case .full(let pool, let blocks): "all \(blocks) blocks of pool \(pool) are taken or reserved"
        case .outside(let pool, let range): "nothing of pool \(pool) is in \(range) (node_range)"
        case .tooSmall(let pool, let range, let length):
            "\(range) (node_range) is smaller than a block of pool \(pool), which is a /\(length)"
        case .taken(let record) where record.state == .orphaned:
            "\(record.cidr) was taken from \(record.owner), which was deleted by force"
        case .taken(let record): "\(record.cidr) is \(record.owner)'s"
        case .unreadable(let name): "block \(name) in the registry cannot be read"
        }
    }
}
