import ArgumentParser
import Glibc
import IPAM
import Ledger
import System

/// Which node's ledger a command looks at.
struct NodeOptions: ParsableArguments {
    @Option(name: .customLong("data-dir"), help: "Folder of the ledger: data_dir of the network configuration.")
    var dataDirectory = "/var/lib/martlet"

    @Option(help: "Node whose blocks are meant (default: the ledger's, if it knows one only, else this machine).")
    var nodename: String?

    /// Opens the ledger.
    ///
    /// - Throws: `Trouble` with status 2 when there is none, or it cannot be read.
    ///
    /// - Parameter isRouted: whether the blocks of Martlet's own pods are meant, or those of other plugins' subnets.
    func open(
        isRouted: Bool = true, _ body: (borrowing Ledger, borrowing LedgerDirectory) throws -> Void
    ) throws {
        let folder = try ledger { () throws(LedgerError) in
            try LedgerDirectory(existing: dataDirectory, forLooking: true)
        }
        guard let directory = folder else { throw missing }
        let node = try nodename ?? onlyNode(directory)
        let opened = try book(directory, node, isRouted: isRouted)
        guard let book = opened else { throw missing }
        try body(book, directory)
    }

    /// What this node is called, whether it has a ledger yet or not.
    func name() throws(Trouble) -> String {
        if let nodename { return nodename }
        guard access(dataDirectory + "/ledger.db", F_OK) == 0,
            let directory = try ledger({ () throws(LedgerError) in try LedgerDirectory(existing: dataDirectory) })
        else { return machineName() }
        return try onlyNode(directory)
    }

    /// Whether there is the folder that every pod makes, and no ledger in it: other plugins give the addresses, or it is
    /// lost.
    func isWithoutLedger() throws(Trouble) -> Bool {
        let folder = try ledger { () throws(LedgerError) in try LedgerDirectory(existing: dataDirectory) }
        guard let directory = folder else { return false }
        return try book(directory, "") == nil
    }

    /// Opens the ledger, and makes it where there is none: what operators declare may come before the first pod.
    ///
    /// - Parameter name: the node's, where it matters; else the one that was said, or this machine's.
    func openOrMake(
        as name: String? = nil, _ body: (borrowing Ledger, borrowing LedgerDirectory) throws -> Void
    ) throws {
        try make(in: dataDirectory, as: name, body)
    }

    /// Opens the ledger, or one that is gone afterwards where there is none: a rehearsal makes nothing.
    func openOrPretend(
        as name: String? = nil, _ body: (borrowing Ledger, borrowing LedgerDirectory) throws -> Void
    ) throws {
        if access(dataDirectory + "/ledger.db", F_OK) == 0 { return try make(in: dataDirectory, as: name, body) }
        var template = Array("/tmp/martletctl-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Trouble(.blind, SystemError("mkdtemp", "/tmp").description) }
        let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer {
            for file in ["ledger.db", "ledger.db-wal", "ledger.db-shm", "ledger.lock"] { unlink(folder + "/" + file) }
            rmdir(folder)
        }
        try make(in: folder, as: name, body)
    }

    private func make(
        in folder: String, as name: String?, _ body: (borrowing Ledger, borrowing LedgerDirectory) throws -> Void
    ) throws {
        let directory = try ledger { () throws(LedgerError) in try LedgerDirectory(creating: folder) }
        let node = name ?? nodename ?? machineName()
        let bootID: String
        do throws(SystemError) { bootID = try Boot.identifier() } catch { throw Trouble(.blind, error.description) }
        let book = try ledger { () throws(LedgerError) in
            let book = try Ledger(in: directory, node: node, bootID: bootID, restTime: nil, isRouted: true)
            // The tables are made by the first transaction.
            try book.transaction(in: directory) { () throws(LedgerError) in }
            return book
        }
        try body(book, directory)
    }

    private var missing: Trouble {
        Trouble(
            .blind, "there is no ledger in \(dataDirectory)",
            hint: "the first pod makes it; if data_dir is another folder, say --data-dir")
    }

    private func book(
        _ directory: borrowing LedgerDirectory, _ node: String, isRouted: Bool = true
    ) throws(Trouble) -> Ledger? {
        let bootID: String
        do throws(SystemError) { bootID = try Boot.identifier() } catch { throw Trouble(.blind, error.description) }
        return try ledger { () throws(LedgerError) in
            try Ledger(existingIn: directory, node: node, bootID: bootID, restTime: nil, isRouted: isRouted)
        }
    }

    /// The only owner of blocks, else this machine's name.
    ///
    /// - Throws: `Trouble` where that is none of several owners: for another node, this one's routes would be wrong.
    private func onlyNode(_ directory: borrowing LedgerDirectory) throws(Trouble) -> String {
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
