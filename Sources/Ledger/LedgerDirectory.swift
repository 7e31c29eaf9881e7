import Addressing
import Glibc
import IPAM
import System

/// The folder of a node's ledger, and the locks in it.
///
/// `ledger.db` is the database; `ledger.lock` beside it carries both kinds of lock: the whole file orders writers,
/// single bytes say which attachments are being worked on. The kernel gives a lock back after the last system call of
/// a killed process, so a DEL that follows a killed ADD waits for the ADD's netlink requests to end.
package struct LedgerDirectory: ~Copyable {
    package let path: String
    let lockFile: FileDescriptor

    /// Seconds that an operation waits for another.
    package static let patience = 10

    /// Opens the folder, or makes it with mode 0700.
    ///
    /// - Throws: `LedgerError.unusable` when somebody else could write in it, or it is none.
    package init(creating path: String) throws(LedgerError) {
        try Self.make(path)
        try Self.examine(path)
        lockFile = try calls { () throws(SystemError) in
            try FileDescriptor(opening: path + "/ledger.lock", O_RDWR | O_CREAT | O_NOFOLLOW)
        }
        self.path = path
    }

    /// Opens the folder, or answers nil where there is none.
    ///
    /// - Parameter forLooking: takes one on a disk that nobody can write to, too; then no lock can be had.
    package init?(existing path: String, forLooking: Bool = false) throws(LedgerError) {
        do throws(SystemError) {
            lockFile = try Self.openLock(path + "/ledger.lock", forLooking)
        } catch {
            if error.number == ENOENT || error.number == ENOTDIR { return nil }
            throw .system(error)
        }
        self.path = path
    }

    /// The database.
    package var databasePath: String { path + "/ledger.db" }

    private static func openLock(_ path: String, _ forLooking: Bool) throws(SystemError) -> FileDescriptor {
        do throws(SystemError) { return try FileDescriptor(opening: path, O_RDWR | O_NOFOLLOW) } catch {
            guard forLooking, error.number == EROFS else { throw error }
            return try FileDescriptor(opening: path, O_RDONLY | O_NOFOLLOW)
        }
    }

    /// Waits until no other operation works on the attachment.
    package borrowing func lock(_ attachment: Attachment) throws(LedgerError) {
        try lock(byte: Self.byte(of: attachment), "another operation on container " + attachment.containerID)
    }

    /// Takes the attachment unless another operation works on it; whether it did.
    package borrowing func tryLock(_ attachment: Attachment) throws(LedgerError) -> Bool {
        do throws(SystemError) { try lockFile.lockByte(Self.byte(of: attachment), patience: 0) } catch {
            if error.number == ETIMEDOUT { return false }
            throw .system(error)
        }
        return true
    }

    /// Lets others work on the attachment again.
    package borrowing func unlock(_ attachment: Attachment) throws(LedgerError) {
        try calls { () throws(SystemError) in try lockFile.unlockByte(Self.byte(of: attachment)) }
    }

    /// Whether an operation on the attachment is in flight.
    package borrowing func isLocked(_ attachment: Attachment) throws(LedgerError) -> Bool {
        try calls { () throws(SystemError) in try lockFile.isByteLocked(Self.byte(of: attachment)) }
    }

    /// Whether blocks are being claimed or given back just now.
    package borrowing func isChangingBlockRoutes() throws(LedgerError) -> Bool {
        try calls { () throws(SystemError) in try lockFile.isByteLocked(0) }
    }

    private static func byte(of attachment: Attachment) -> Int {
        let hash = fnv1a(attachment.ifname) ^ (fnv1a(attachment.containerID) &* 31)
        // Byte 0 is the blocks'; two attachments that share a byte wait for one another now and then.
        return 1 + Int(hash & 0x7FFF_FFFF)
    }

    /// Waits until no block's route is being taken away.
    package borrowing func lockBlockRoutes() throws(LedgerError) {
        try lock(byte: 0, "the giving back of blocks")
    }

    /// Lets others take blocks' routes away again.
    package borrowing func unlockBlockRoutes() throws(LedgerError) {
        try calls { () throws(SystemError) in try lockFile.unlockByte(0) }
    }

    private borrowing func lock(byte: Int, _ what: String) throws(LedgerError) {
        do throws(SystemError) {
            try lockFile.lockByte(byte, patience: Self.patience)
        } catch {
            guard error.number == ETIMEDOUT else { throw .system(error) }
            let holder = lockHolder(of: lockFile.raw, kind: "OFDLCK", byte: byte)
            throw .busy(what: what, holder: holder, patience: Self.patience)
        }
    }

    private static func make(_ path: String) throws(LedgerError) {
        if mkdir(path, 0o700) == 0 || errno == EEXIST { return }
        guard errno == ENOENT else { throw .system(SystemError("mkdir", path)) }
        var end = path.utf8.startIndex
        while let slash = path.utf8[path.utf8.index(after: end)...].firstIndex(of: UInt8(ascii: "/")) {
            if mkdir(String(path[..<slash]), 0o755) != 0 && errno != EEXIST {
                throw .system(SystemError("mkdir", String(path[..<slash])))
            }
            end = slash
        }
        if mkdir(path, 0o700) != 0 && errno != EEXIST { throw .system(SystemError("mkdir", path)) }
    }

    /// Refuses a folder that somebody else could write in.
    static func examine(_ path: String) throws(LedgerError) {
        let status = try calls { () throws(SystemError) in try FileStatus(at: path) }
        if status.kind != .directory {
            throw .unusable("data_dir " + path + " is not a folder; name one that only root can write in")
        }
        if status.owner != geteuid() || status.permissions & 0o022 != 0 {
            throw .unusable(
                "data_dir " + path + " can be written by others (mode 0" + String(status.permissions, radix: 8)
                    + ", owner " + String(status.owner) + "); run chown root and chmod 0700 on it")
        }
    }
}
