import Addressing

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
