import Glibc
import SQLite
import System

/// An open registry file: one connection, for one thread at a time.
final class RegistryFile {
    let path: String
    let connection: Connection
    /// Which file it is, by any name.
    let identity: FileStatus.Identity
    /// Tells its revisions from those of another file.
    let id: String
    private let patience: Int

    /// Opens the file, and makes it where there is none if that is allowed.
    ///
    /// - Parameter patience: seconds to wait for others who write.
    init(_ path: String, mayMake: Bool, patience: Int) throws(RegistryError) {
        if try Self.isMissing(path, mayMake: mayMake) { try Self.make(path) }
        let refusal: String?
        self.path = path
        self.patience = patience
        identity = try Self.examine(path).identity
        do throws(SQLiteError) {
            let connection = try Connection(path, .readWrite, patience: Int32(patience) * 1000)
            refusal = try Self.refusal(of: connection)
            id = refusal == nil ? try Self.id(of: connection) : ""
            try connection.execute("PRAGMA synchronous = FULL")
            self.connection = connection
        } catch { throw RegistryError(error, path, patience) }
        if let refusal { throw .unusable("\(path) \(refusal)") }
    }

    /// Whether the path still leads to this file.
    var isInPlace: Bool {
        do throws(SystemError) { return try FileStatus(at: path).identity == identity } catch { return false }
    }

    /// Reads at one moment.
    func reading<Result>(_ body: () throws(SQLiteError) -> Result) throws(RegistryError) -> Result {
        try transaction("BEGIN") { () throws(SQLiteError) in .success(try body()) }
    }

    /// Writes all or nothing; a failure that `body` answers undoes what it has written.
    ///
    /// It also waits for whoever is writing, and sees what they have written.
    func writing<Value>(
        _ body: () throws(SQLiteError) -> Result<Value, RegistryError>
    ) throws(RegistryError) -> Value {
        try transaction("BEGIN IMMEDIATE", body)
    }

    private func transaction<Value>(
        _ begin: StaticString, _ body: () throws(SQLiteError) -> Result<Value, RegistryError>
    ) throws(RegistryError) -> Value {
        var isCommitting = false
        let outcome: Result<Value, RegistryError>
        do throws(SQLiteError) {
            try connection.execute(begin)
            outcome = try body()
            if case .success = outcome {
                isCommitting = true
                try connection.execute("COMMIT")
            } else {
                try connection.execute("ROLLBACK")
            }
        } catch {
            // SQLite may have rolled back already; the error to tell is the first.
            do throws(SQLiteError) { try connection.execute("ROLLBACK") } catch {}
            throw RegistryError(error, path, patience, isCommitting: isCommitting)
        }
        return try outcome.get()
    }
}

extension RegistryError {
    /// What SQLite's refusal means, with the file and what to do.
    init(_ error: SQLiteError, _ path: String, _ patience: Int, isCommitting: Bool = false) {
        self =
            switch error.kind {
            case .busy:
                .unreachable(
                    "\(path) has been locked by another program for \(patience) s; fuser \(path) tells which it is")
            case .full: .unreachable("there is no room left on the disk of \(path); make room")
            case .readOnly:
                .unusable(
                    "\(path) cannot be written (\(error.message)); it must be on a disk that is mounted read-write")
            case .corrupt:
                .unusable(
                    "\(path) is damaged or no SQLite file (\(error.message)); move it away, or restore a backup")
            case .constraint, .other:
                isCommitting ? .unclear("\(path): \(error)") : .unreachable("\(path): \(error)")
            }
    }
}
