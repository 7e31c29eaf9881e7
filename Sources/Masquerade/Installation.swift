import Glibc
import JSON

extension MasqueradePlan {
    /// Whether the kernel has the table as planned, in the network namespace of the calling thread.
    ///
    /// One dump, that of the table's rules, tells all. A rule holds on to its chain, the chain to its table, and a
    /// rule and its comment come and go together; the sets are constant, so that as long as a rule refers to them the
    /// kernel refuses to flush, change or delete them. So the comments with this plan's digest, and no others, are
    /// there exactly when table, chains, sets, elements and rules are. A missing table is no error, just false.
    ///
    /// - Throws: `MasqueradeError` when the kernel could not be asked.
    package func isInPlace() throws(MasqueradeError) -> Bool {
        try isInPlace(pauses: [1, 4])
    }

    /// Whether the kernel's table has the rules that this plan asks for and nobody else's, for whatever pools.
    ///
    /// The pools may have changed since the table was made, or the form that it is written in. The next installation
    /// mends that; until then the table serves the pods that it was made for.
    ///
    /// - Throws: `MasqueradeError` when the kernel could not be asked.
    package func isServed() throws(MasqueradeError) -> Bool {
        let wanted = RuleTally(self)
        return try look(for: nil, pauses: [1, 4]) { $0.serves(wanted) }
    }

    /// Installs the table where it is not in place.
    ///
    /// - Throws: `MasqueradeError` as `isInPlace` and `install` do.
    package func keep() throws(MasqueradeError) {
        if try !isInPlace() { try install() }
    }

    /// Makes the kernel's table the planned one in a single transaction, and looks whether it is.
    ///
    /// Whatever else was in the table goes; other tables are not touched. No packet meets a state in between.
    ///
    /// - Throws: `MasqueradeError` when nft is missing or refuses, or when the table is another one afterwards.
    package func install() throws(MasqueradeError) {
        try Nft.run(Ruleset.document(for: self))
        if try isInPlace(pauses: [1, 4, 16, 64]) { return }
        throw MasqueradeError(
            "table inet martlet is not as it was written: something else writes it too "
                + "(`nft monitor` shows what); martlet needs this table to itself")
    }

    private func isInPlace(pauses: [UInt32]) throws(MasqueradeError) -> Bool {
        let wanted = RuleTally(self)
        return try look(for: digest, pauses: pauses) { $0 == wanted }
    }

    /// Looks once, and after each pause in milliseconds again as long as the answer is no.
    ///
    /// While the kernel replaces the table, it has two of that name for a moment, and a dump shows only the one that
    /// comes first and has no valid rule left. No mark tells such a dump from that of an empty table.
    private func look(
        for digest: UInt64?, pauses: [UInt32], _ isEnough: (RuleTally) -> Bool
    ) throws(MasqueradeError) -> Bool {
        if isEnough(try RuleDump.tally(digest)) { return true }
        for pause in pauses {
            usleep(pause * 1000)
            if isEnough(try RuleDump.tally(digest)) { return true }
        }
        return false
    }

    /// Whether the kernel has a table with rules of Martlet's, and no others.
    ///
    /// - Throws: `MasqueradeError` when the kernel could not be asked.
    package static func hasOwnTable() throws(MasqueradeError) -> Bool {
        let tally = try RuleDump.tally(nil)
        return tally != RuleTally() && tally.serves(RuleTally())
    }

    /// Removes the table, if there is one.
    ///
    /// - Throws: `MasqueradeError` when nft is missing or refuses.
    package static func remove() throws(MasqueradeError) {
        try Nft.run(["nftables": .array(Ruleset.removal)])
    }
}
