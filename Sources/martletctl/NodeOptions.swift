import ArgumentParser
import IPAM
import Ledger
import NetworkConfiguration
import System

/// Which node's ledger a command looks at.
struct NodeOptions: ParsableArguments {
    @Option(
        name: .customLong("data-dir"),
        help:
            "Folder of the ledger: data_dir of the network configuration (default: the agent's, else /var/lib/martlet)."
    )
    var dataDirectory: String?

    @Option(
        help: "Node whose blocks are meant (default: the agent's, else the ledger's only one, else this machine).")
    var nodename: String?

    @OptionGroup var agent: AgentOptions

    static let standardFolder = Settings.standardDataDirectory

    /// The folder that is meant.
    func folder() throws(Trouble) -> String {
        if let dataDirectory { return dataDirectory }
        return try agent.read()?.dataDirectory ?? Self.standardFolder
    }

    /// The node that is named.
    private func named() throws(Trouble) -> String? {
        if let nodename { return nodename }
        return try agent.read()?.node
    }

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
        guard let book = opened else { throw try missing() }
        try body(book, directory)
    }

    /// What this node is called, whether it has a ledger yet or not.
    func name() throws(Trouble) -> String {
        if let named = try named() { return named }
        let folder = try folder()
        let found = try ledger { () throws(LedgerError) in try LedgerDirectory(existing: folder) }
        guard let directory = found, try book(directory, "") != nil else { return machineName() }
        return try meantNode(directory)
    }

    /// Whether there is the folder that every pod makes, and no ledger in it: other plugins give the addresses, or it is
    /// lost.
    func isWithoutLedger() throws(Trouble) -> Bool {
        let folder = try folder()
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
        let folder = try folder()
        let directory = try ledger { () throws(LedgerError) in try LedgerDirectory(creating: folder) }
        let named = try named()
        let node = name ?? named ?? machineName()
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
        if try book(directory, "") == nil { throw try missing() }
        return try copy(of: try folder(), node: try meantNode(directory), isRouted: isRouted, restTime: nil)
    }

    /// The same, empty where there is no ledger yet.
    ///
    /// - Parameter name: as for `openOrMake`.
    func copyOrEmpty(as name: String? = nil) throws(Trouble) -> LedgerCopy {
        let named = try named()
        return try copy(of: try folder(), node: name ?? named ?? machineName(), isRouted: true, restTime: nil)
    }

    /// The same of a folder and for a node that a network configuration names.
    func copy(of folder: String, node: String, isRouted: Bool, restTime: Int?) throws(Trouble) -> LedgerCopy {
        let bootID = try bootID()
        return try ledger { () throws(LedgerError) in
            try LedgerCopy(of: folder, node: node, bootID: bootID, restTime: restTime, isRouted: isRouted)
        }
    }

    private func existingDirectory() throws(Trouble) -> LedgerDirectory {
        let folder = try folder()
        let found = try ledger { () throws(LedgerError) in try LedgerDirectory(existing: folder, forLooking: true) }
        guard let directory = found else { throw try missing() }
        return directory
    }

    private func bootID() throws(Trouble) -> String {
        do throws(SystemError) { return try Boot.identifier() } catch { throw Trouble(.blind, error.description) }
    }

    private func missing() throws(Trouble) -> Trouble {
        Trouble(
            .blind, "there is no ledger in \(try folder())",
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
        if let named = try named() { return named }
        guard let book = try book(directory, "") else { throw try missing() }
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
