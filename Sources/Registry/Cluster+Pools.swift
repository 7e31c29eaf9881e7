import IPAM
import Resources

/// What pools and claimed blocks allow.
extension Cluster {
    /// The blocks that nodes have of a pool, or had before they were deleted by force; by address.
    package func blocks(ofPool name: String) -> [BlockRecord] {
        blocks.values.filter { $0.pool == name }.sorted { $0.cidr < $1.cidr }
    }

    /// Why pools cannot be declared so; nil: they can. All of them together are looked at.
    package func refusal(ofDeclaring declared: [IPPool]) -> String? {
        let others = pools.values.filter { pool in !declared.contains { $0.name == pool.name } }.map(\.pool)
        do throws(PoolProblem) {
            for (index, pool) in declared.enumerated() {
                try PoolProblem.check(pool.pool)
                for other in others + declared[..<index].map(\.pool) {
                    try PoolProblem.check(pool.pool, beside: other)
                }
            }
        } catch { return error.description }
        for pool in declared {
            if let refusal = refusal(ofChanging: pool) { return refusal }
        }
        return nil
    }

    private func refusal(ofChanging new: IPPool) -> String? {
        guard let old = pools[new.name] else { return nil }
        let isResized = new.blockSize != old.blockSize
        let holders = blocks(ofPool: new.name).filter { isResized || !new.cidr.contains($0.cidr) }
        guard !holders.isEmpty else { return nil }
        let what =
            isResized
            ? "has blocks of /\(old.blockSize), and they cannot become /\(new.blockSize)"
            : "cannot become \(new.cidr), which does not hold all of its blocks"
        return "pool \"\(new.name)\" \(what): " + holders.map(\.holding).joined(separator: ", ")
            + "; make a new pool and disable this one, and change it when its blocks were given back"
    }
}

extension BlockRecord {
    /// The block and who has it, for people.
    package var holding: String {
        switch state {
        case .owned: "\(cidr) (\(owner))"
        case .orphaned: "\(cidr) (orphaned, was \(owner)'s)"
        }
    }
}
