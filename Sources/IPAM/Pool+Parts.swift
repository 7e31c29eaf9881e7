import Addressing

/// Why a pool cannot be split as somebody wants it.
package enum SplitProblem: Error, Hashable, Sendable, CustomStringConvertible {
    case noPowerOfTwo(Int)
    case tooMany(Int, most: Int)
    /// Each part would be smaller than a block; nil: there is no number that would do.
    case tooSmall(Pool, Int, most: Int?)
    case longName(String)

    package var description: String {
        switch self {
        case .noPowerOfTwo(let number):
            return "expected a power of two from 2 on, found " + String(number) + ": the parts are of one size"
        case .tooMany(let number, let most):
            return "expected at most " + String(most) + " parts, found " + String(number)
        case .tooSmall(let pool, let number, let most):
            let blocks = " parts of " + pool.cidr.description + " would be smaller than a block of /"
            return String(number) + blocks + String(pool.blockLength)
                + (most.map { "; at most " + String($0) + " are not" } ?? ": the pool has one block")
        case .longName(let name): return "a part would be called " + name + ", which is too long for a name"
        }
    }
}

extension Pool {
    /// Most parts that a pool is split into at once: every ADD looks at all pools.
    package static let mostParts = 1024

    /// The pool in parts of equal size, which have all that it has but for name and range: calicoctl's `split-NAME-0` and
    /// so on.
    package func parts(_ number: Int) throws(SplitProblem) -> [Pool] {
        guard number >= 2, number.nonzeroBitCount == 1 else { throw .noPowerOfTwo(number) }
        guard number <= Pool.mostParts else { throw .tooMany(number, most: Pool.mostParts) }
        let last = partName(number - 1)
        guard last.utf8.count <= 253 else { throw .longName(last) }
        let length = cidr.length + number.trailingZeroBitCount
        guard length <= blockLength else {
            throw .tooSmall(self, number, most: cidr.length < blockLength ? 1 << (blockLength - cidr.length) : nil)
        }
        var parts: [Pool] = []
        for index in 0..<number {
            guard let range = cidr.subdivision(at: UInt128(index), length: length) else { break }
            var part = self
            part.id = 0
            part.name = partName(index)
            part.cidr = range
            part.configured = .not
            parts.append(part)
        }
        return parts
    }

    private func partName(_ index: Int) -> String { "split-" + name + "-" + String(index) }
}
