import ArgumentParser
import IPAM
import Ledger
import NetworkConfiguration
import System

/// Which node's ledger a command looks at.
struct NodeOptions: ParsableArguments {
    @Option(
        name: .customLong("data-dir"),
        help: "Folder of the ledger: data_dir of the network configuration (default: /var/lib/martlet).")
    var dataDirectory: String?

    @Option(help: "Node whose blocks are meant (default: the ledger's, if it knows one only, else this machine).")
    var nodename: String?

    /// The folder that is meant.
    var folder: String { dataDirectory ?? Settings.standardDataDirectory }

    /// Opens the ledger.
    ///
    /// - Throws: `Trouble` with status 2 when there is none, or it cannot be read.
    ///
    /// - Parameter isRouted: whether the blocks of Martlet's own pods are meant, or those of other plugins' subnets.
    func open(
        isRouted: Bool = true, _ body: (borrowing Ledger, borrowing LedgerDirectory) throws -> Void
    ) throws {
        let directory = try existingDirectory()
        let node = try meantNode(directory)
        let opened = try book(directory, node, isRouted: isRouted)
        guard let book = opened else { throw missing }
        try body(book, directory)
    }

    /// What this node is called, whether it has a ledger yet or not.
    func name() throws(Trouble) -> String {
        if let nodename { return nodename }
        let found = try ledger { () throws(LedgerError) in try LedgerDirectory(existing: folder) }
        guard let directory = found, try book(directory, "") != nil else { return machineName() }
        return try meantNode(directory)
    }

    /// Whether there is the folder that every pod makes, and no ledger in it: other plugins give the addresses, or it is
    /// lost.
    func isWithoutLedger() throws(Trouble) -> Bool {
        let found = try ledger { () throws(LedgerError) in try LedgerDirectory(existing: folder) }
        guard let directory = found else { return false }
        return try book(directory, "") == nil
    }

    /// Opens the ledger, and makes it where there is none: what operators declare may come before the first pod.
    ///
    /// - Parameter name: the node's, where it matters; else the one that was said, or this machine's.
    func openOrMake(
        as name: String? = nil, _ body: (borrowing Ledger, borrowing LedgerDirectory) throws -> Void
    ) throws {
        let directory = try ledger { () throws(LedgerError) in try LedgerDirectory(creating: folder) }
        let node = name ?? nodename ?? machineName()
        let bootID = try bootID()
        let book = try ledger { () throws(LedgerError) in
            let book = try Ledger(in: directory, node: node, bootID: bootID, restTime: nil, isRouted: true)
            // The tables are made by the first transaction.
            try book.transaction(in: directory) { () throws(LedgerError) in }
            return book
        }
        try body(book, directory)
    }

    /// A copy of the ledger, to try on it what is not to be done.
    ///
    /// - Throws: `Trouble` as `open` does.
    func copy(isRouted: Bool) throws(Trouble) -> LedgerCopy {
        let directory = try existingDirectory()
        if try book(directory, "") == nil { throw missing }
        return try copy(of: folder, node: try meantNode(directory), isRouted: isRouted, restTime: nil)
    }

    /// The same, empty where there is no ledger yet.
    ///
    /// - Parameter name: as for `openOrMake`.
    func copyOrEmpty(as name: String? = nil) throws(Trouble) -> LedgerCopy {
        try copy(of: folder, node: name ?? nodename ?? machineName(), isRouted: true, restTime: nil)
    }

    /// The same of a folder and for a node that a network configuration names.
    func copy(of folder: String, node: String, isRouted: Bool, restTime: Int?) throws(Trouble) -> LedgerCopy {
        let bootID = try bootID()
        return try ledger { () throws(LedgerError) in
            try LedgerCopy(of: folder, node: node, bootID: bootID, restTime: restTime, isRouted: isRouted)
        }
    }

    private func existingDirectory() throws(Trouble) -> LedgerDirectory {
        let found = try ledger { () throws(LedgerError) in try LedgerDirectory(existing: folder, forLooking: true) }
        guard let directory = found else { throw missing }
        return directory
    }

    private func bootID() throws(Trouble) -> String {
        do throws(SystemError) { return try Boot.identifier() } catch { throw Trouble(.blind, error.description) }
    }

    private var missing: Trouble {
        Trouble(
            .blind, "there is no ledger in \(folder)",
            hint: "the first pod makes it; if data_dir is another folder, say --data-dir")
    }

    private func book(
        _ directory: borrowing LedgerDirectory, _ node: String, isRouted: Bool = true
    ) throws(Trouble) -> Ledger? {
        let bootID = try bootID()
        return try ledger { () throws(LedgerError) in
            try Ledger(existingIn: directory, node: node, bootID: bootID, restTime: nil, isRouted: isRouted)
        }
    }

    /// The node that is named, else the only owner of blocks, else this machine.
    ///
    /// - Throws: `Trouble` where that is none of several owners: for another node, this one's routes would be wrong.
    private func meantNode(_ directory: borrowing LedgerDirectory) throws(Trouble) -> String {
        if let nodename { return nodename }
        guard let book = try book(directory, "") else { throw missing }
        let owners = try ledger { () throws(LedgerError) in
            try book.reading { () throws(LedgerError) in try book.owners() }
        }
        let ownName = machineName()
        if owners.count == 1 { return owners[0] }
        if owners.isEmpty || owners.contains(ownName) { return ownName }
        throw Trouble(
            .blind, "the ledger has blocks of \(owners.joined(separator: ", ")), and this machine is called \(ownName)",
            hint: "say which node this is by --nodename")
    }
}
