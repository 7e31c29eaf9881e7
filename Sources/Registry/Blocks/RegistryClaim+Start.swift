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
