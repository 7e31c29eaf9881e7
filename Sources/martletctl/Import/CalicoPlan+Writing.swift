import Addressing
import IPAM
import Ledger
import Resources

extension CalicoPlan {
    /// The pods' attachments, each once.
    var attachments: [Attachment] {
        residents.map(\.attachment).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    /// Writes all of it, within a transaction; answers what the ledger has against it, and then it must not stand.
    ///
    /// An import that was done before is no conflict.
    func write(_ book: borrowing Ledger) throws(LedgerError) -> [Fate] {
        var conflicts: [Fate] = []
        let known = try book.pools()
        for pool in pools {
            let old = known.first { $0.name == pool.name }
            if let old, IPPool(old).spec == IPPool(pool.pool).spec { continue }
            if let conflict = try refusal(of: pool, isKnown: old != nil, book) { conflicts.append(conflict) }
        }
        guard conflicts.isEmpty else { return conflicts }
        for block in blocks where try !book.adopt(block: block) {
            conflicts.append(
                Fate("block \(block)", of: book.node, .refused("the ledger has it as another node's, or a subnet's")))
        }
        guard conflicts.isEmpty else { return conflicts }
        for resident in residents {
            if let conflict = try refusal(of: resident, book) { conflicts.append(conflict) }
        }
        return conflicts
    }

    private func refusal(of pool: IPPool, isKnown: Bool, _ book: borrowing Ledger) throws(LedgerError) -> Fate? {
        let reason: String
        if isKnown {
            reason = "the ledger has a pool of this name that differs: martletctl get ippool \(pool.name) -o yaml"
        } else {
            do throws(LedgerError) {
                _ = try LedgerObjects.put([(old: nil, new: .ipPool(pool))], book)
                return nil
            } catch {
                switch error {
                case .pools(let problem): reason = problem.description
                case .conflict(let text): reason = text
                default: throw error
                }
            }
        }
        return Fate("ippool/\(pool.name)", of: pool.cidr.description, .refused(reason))
    }

    private func refusal(of resident: Resident, _ book: borrowing Ledger) throws(LedgerError) -> Fate? {
        let held = try book.leases(of: resident.attachment)
        if held.contains(where: { $0.address == resident.address }) { return nil }
        let address = resident.address
        let reason: String
        if let other = held.first(where: { $0.address.family == address.family }) {
            reason = "its container has \(other.address) in the ledger"
        } else if try book.adopt(address, resident.wires.sighting(resident.attachment, resident.pod)) {
            return nil
        } else {
            let holder = try book.holder(of: address)
            reason = holder.map { "the ledger has it leased to container \($0.containerID)" } ?? "it is not this node's"
        }
        return Fate(address.description, of: "container \(resident.attachment.containerID)", .refused(reason))
    }
}
