import Addressing
import Glibc
import IPAM
import SQLite
import System

/// A node's ledger: which pod holds which address, and which blocks the node owns.
///
/// Opened for one operation of one process. Every change is one transaction under the lock of `LedgerDirectory`;
/// the lock is never held while the kernel is talked to.
package struct Ledger: ~Copyable {
    let connection: Connection
    private let path: String
    /// The node whose blocks are used.
    package let node: String
    /// The boot this process runs in.
    package let bootID: String
    /// Seconds since boot when the ledger was opened.
    let now: Int
    /// Seconds that a freed address rests; nil takes what operators have set, else 180.
    package let restTime: Int?
    /// Which blocks are used: those whose pods are reached by routes, or those in a subnet that another plugin makes.
    ///
    /// A blackhole route for a block would cut off pods that live in a bridge's subnet, so no block is both.
    let isRouted: Bool

    /// Tells SQLite that this process has one thread and a short life. Once, before the first ledger.
    package static func prepareForOneShot() {
        // Refused settings would cost time and nothing else.
        do throws(SQLiteError) { try Connection.prepareForOneShot() } catch {}
    }

    /// Opens the ledger in a folder, and makes it where there is none.
    ///
    /// - Parameter directory: must outlive this value, which uses its lock.
    package init(
        in directory: borrowing LedgerDirectory, node: String, bootID: String, restTime: Int?, isRouted: Bool
    ) throws(LedgerError) {
        let path = directory.databasePath
        let isFresh = try Self.prepareFile(path)
        let opened = try sql { () throws(SQLiteError) in
            try Connection(path, .readWrite, patience: Int32(LedgerDirectory.patience) * 1000)
        }
        if isFresh { try Self.prepareJournal(opened, directory) }
        // A commit waits for the disk only where `synchronize` says so: what a power cut takes, it takes from pods too.
        try sql { () throws(SQLiteError) in try opened.execute("PRAGMA synchronous = NORMAL") }
        self.init(opened, path: path, node: node, bootID: bootID, restTime: restTime, isRouted: isRouted)
    }

    private init(
        _ opened: consuming Connection, path: String, node: String, bootID: String, restTime: Int?, isRouted: Bool
    ) {
        connection = opened
        self.path = path
        self.node = node
        self.bootID = bootID
        self.restTime = restTime
        self.isRouted = isRouted
        now = Boot.seconds()
    }

    /// Opens the ledger in a folder, or answers nil where there is none.
    package init?(
        existingIn directory: borrowing LedgerDirectory, node: String, bootID: String, restTime: Int?, isRouted: Bool
    ) throws(LedgerError) {
        if access(directory.databasePath, F_OK) != 0 && errno == ENOENT { return nil }
        try self.init(in: directory, node: node, bootID: bootID, restTime: restTime, isRouted: isRouted)
    }

    /// Takes a copy in memory, and makes the tables where it has none.
    init(
        _ copy: consuming Connection, copyOf path: String, node: String, bootID: String, restTime: Int?,
        isRouted: Bool
    ) throws(LedgerError) {
        self.init(copy, path: path, node: node, bootID: bootID, restTime: restTime, isRouted: isRouted)
        try sql { () throws(SQLiteError) in try connection.execute("BEGIN") }
        try prepareTables()
        try sql { () throws(SQLiteError) in try connection.execute("COMMIT") }
    }

    /// Runs `body` as one transaction that is first in line for the ledger.
    ///
    /// What it throws undoes everything it wrote.
    package borrowing func transaction<Result: ~Copyable>(
        in directory: borrowing LedgerDirectory, _ body: () throws(LedgerError) -> Result
    ) throws(LedgerError) -> Result {
        try Self.lock(directory)
        do throws(LedgerError) {
            try sql { () throws(SQLiteError) in try connection.execute("BEGIN IMMEDIATE") }
            let result: Result
            do throws(LedgerError) {
                try prepareTables()
                result = try body()
            } catch {
                // A failed COMMIT or a full disk may have rolled back already; the error to tell is the first.
                do throws(SQLiteError) { try connection.execute("ROLLBACK") } catch {}
                throw error
            }
            try sql { () throws(SQLiteError) in try connection.execute("COMMIT") }
            // What is committed stands. A log that could not be emptied is emptied after a later transaction, and the
            // lock is given back when this process ends.
            do throws(LedgerError) { try checkpointIfGrown() } catch {}
            do throws(LedgerError) { try Self.unlock(directory) } catch {}
            return result
        } catch {
            do throws(LedgerError) { try Self.unlock(directory) } catch {}
            throw error
        }
    }

    /// Goes through a lease and takes it back: whether an ADD would get one.
    ///
    /// Unlike on a `LedgerCopy` nothing is read that an ADD does not read.
    package borrowing func rehearse(
        _ request: LeaseRequest, in directory: borrowing LedgerDirectory
    ) throws(LedgerError) {
        var isGranted = false
        do throws(LedgerError) {
            try transaction(in: directory) { () throws(LedgerError) -> Void in
                _ = try lease(request)
                isGranted = true
                throw .conflict("the rehearsal is over")
            }
        } catch {
            if !isGranted { throw error }
        }
    }

    /// Waits until what was committed would survive a power cut: after a block changed its owner.
    package borrowing func synchronize() throws(LedgerError) {
        try calls { () throws(SystemError) in
            let log = try FileDescriptor(opening: path + "-wal", O_RDWR)
            let raw = log.raw
            try retrying("fdatasync", path) { fdatasync(raw) }
        }
    }
}

extension Ledger {
    private static func lock(_ directory: borrowing LedgerDirectory) throws(LedgerError) {
        do throws(SystemError) {
            try directory.lockFile.lockWhole(patience: LedgerDirectory.patience)
        } catch {
            guard error.number == ETIMEDOUT else { throw .system(error) }
            let holder = lockHolder(of: directory.lockFile.raw, kind: "FLOCK", byte: nil)
            throw .busy(what: "the ledger", holder: holder, patience: LedgerDirectory.patience)
        }
    }

    private static func unlock(_ directory: borrowing LedgerDirectory) throws(LedgerError) {
        do throws(SystemError) { try directory.lockFile.unlockWhole() } catch { throw .system(error) }
    }

    /// Empties the write-ahead log once it has grown: at each first opening SQLite reads all of it.
    private borrowing func checkpointIfGrown() throws(LedgerError) {
        var log = stat()
        guard stat(path + "-wal", &log) == 0, log.st_size > Self.longestLog else { return }
        try sql { () throws(SQLiteError) in try connection.checkpoint() }
    }

    /// Bytes of write-ahead log that are kept. Emptying it is two waits for the disk, with the others waiting behind;
    /// reading it some microseconds a KiB: at a millisecond per wait, about this much costs least.
    private static let longestLog = 128 << 10

    /// Makes the file with mode 0600 if there is none; true if it has no tables yet.
    private static func prepareFile(_ path: String) throws(LedgerError) -> Bool {
        let status: FileStatus
        do throws(SystemError) {
            status = try FileStatus(at: path, following: false)
        } catch {
            guard error.number == ENOENT else { throw .system(error) }
            _ = try calls { () throws(SystemError) in
                try FileDescriptor(opening: path, O_RDWR | O_CREAT | O_NOFOLLOW)
            }
            return true
        }
        try examine(status, path)
        return status.size == 0
    }

    /// Refuses what is no file, or one that somebody else could write.
    static func examine(_ status: FileStatus, _ path: String) throws(LedgerError) {
        switch status.kind {
        case .regular: break
        case .directory: throw .unusable("the ledger " + path + " is a folder; move it away")
        case .symbolicLink:
            throw .unusable("the ledger " + path + " is a symbolic link; set data_dir to the folder it points to")
        case .other: throw .unusable("the ledger " + path + " is no regular file; move it away")
        }
        if status.owner != geteuid() || status.permissions & 0o022 != 0 {
            throw .unusable(
                "the ledger " + path + " can be written by others (mode 0" + String(status.permissions, radix: 8)
                    + ", owner " + String(status.owner) + "); run chown root and chmod 0600 on it")
        }
    }

    /// Sets up what cannot be changed within a transaction. Small pages make small commits: each page that a
    /// transaction touches is written and checksummed whole.
    private static func prepareJournal(
        _ connection: borrowing Connection, _ directory: borrowing LedgerDirectory
    ) throws(LedgerError) {
        try lock(directory)
        try sql { () throws(SQLiteError) in
            try connection.execute("PRAGMA page_size = 1024; PRAGMA journal_mode = WAL")
        }
        try calls { () throws(SystemError) in
            let folder = try FileDescriptor(opening: directory.path, O_RDONLY | O_DIRECTORY)
            let raw = folder.raw
            try retrying("fsync", directory.path) { fsync(raw) }
        }
        try unlock(directory)
    }

    /// Makes sure, within a transaction, that the tables are there and that this code may write them.
    private borrowing func prepareTables() throws(LedgerError) {
        let found = try number("PRAGMA user_version")
        if found == Schema.version { return }
        if found > Schema.version {
            if try number("SELECT minimum_writer FROM ledger") <= Schema.version { return }
            throw .tooNew(path: path, version: found)
        }
        let objects = found == 0 ? try number("SELECT count(*) FROM sqlite_schema") : 1
        guard objects == 0 else {
            throw .unusable(
                "the ledger " + path + " has no tables of Martlet's (version " + String(found)
                    + "); it is another program's or damaged: move it away, or restore a backup")
        }
        try sql { () throws(SQLiteError) in
            try connection.execute(Schema.tables)
            let row = try connection.prepare("INSERT INTO ledger (minimum_writer, boot_id) VALUES (?, ?)")
            try row.bind(1, Schema.version)
            try row.bind(2, bootID)
            try row.run()
            // The tables stay, whatever becomes of what the transaction was begun for.
            try connection.execute("COMMIT; BEGIN IMMEDIATE")
        }
    }

    /// Whether the file has Martlet's tables: not before the first transaction.
    package borrowing func hasTables() throws(LedgerError) -> Bool { try number("PRAGMA user_version") > 0 }

    /// Makes sure that there are tables, and that this code understands them.
    borrowing func checkTables() throws(LedgerError) {
        let found = try number("PRAGMA user_version")
        if found > Schema.version {
            if try number("SELECT minimum_writer FROM ledger") > Schema.version {
                throw .tooNew(path: path, version: found)
            }
        } else if found < Schema.version {
            throw .unusable("the ledger " + path + " has no tables yet: no pod has been started with it")
        }
    }

    private borrowing func number(_ query: StaticString) throws(LedgerError) -> Int {
        try sql { () throws(SQLiteError) in
            let row = try connection.prepare(query)
            return try row.step() ? row.integer(0) : 0
        }
    }
}
