import Addressing

/// Giving blocks back.
extension Registry {
    /// Gives a block of a node's back: whoever asks first may have it.
    ///
    /// - Returns: false where it was not the node's any more; then nothing is done.
    @discardableResult
    package func release(_ block: Prefix, of node: String) async throws(RegistryError) -> Bool {
        try await settle(block, of: node) { (record, object) throws(RegistryError) in
            guard record.state == .owned else { return false }
            try await remove(object.key, expecting: object.revision)
            return true
        }
    }

    /// Takes a block from a node that is deleted; nobody may have it before `claimableAt`, or the time of an orphan's
    /// that it is already.
    ///
    /// - Parameter claimableAt: seconds since 1970; nil: at once, whatever was said before.
    /// - Returns: false where it was not the node's any more; then nothing is done.
    @discardableResult
    package func orphan(_ block: Prefix, of node: String, until claimableAt: Int?) async throws(RegistryError) -> Bool {
        try await settle(block, of: node) { (record, object) throws(RegistryError) in
            if let claimableAt {
                guard record.state == .owned else { return true }
                var orphan = record
                orphan.state = .orphaned
                orphan.claimableAt = claimableAt
                try await put(object.key, orphan.body, expecting: object.revision)
            } else {
                try await remove(object.key, expecting: object.revision)
            }
            return true
        }
    }

    /// Does something to a node's block, again where it was changed meanwhile or nothing was heard: then it is looked at
    /// anew, which shows what has become of it.
    private func settle(
        _ block: Prefix, of node: String,
        _ body: (BlockRecord, RegistryObject) async throws(RegistryError) -> Bool
    ) async throws(RegistryError) -> Bool {
        let key = RegistryKey(.block, BlockRecord.name(of: block))
        var isUnclear = false
        for _ in 1..<5 {
            guard let object = try await get(key) else { return isUnclear }
            let record = try BlockRecord(object)
            guard record.owner == node else { return isUnclear }
            do throws(RegistryError) { return try await body(record, object) } catch {
                switch error {
                case .conflict: continue
                case .unclear: isUnclear = true
                case .unreachable, .forgotten, .unusable: throw error
                }
            }
        }
        throw .unclear("block \(block) changes all the time")
    }
}
