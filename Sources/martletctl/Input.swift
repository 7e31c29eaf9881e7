import Glibc
import System

/// What a command is given to read.
enum Input {
    /// All of a file, or of stdin for `-`.
    static func bytes(of path: String, limit: Int) throws(Trouble) -> [UInt8] {
        do throws(SystemError) {
            if path == "-" { return try readToEnd(0, limit: limit) }
            let file = try FileDescriptor(opening: path, O_RDONLY)
            return try file.readToEnd(limit: limit)
        } catch { throw Trouble(.blind, error.description) }
    }

    /// What to call a file in errors.
    static func name(of path: String) -> String { path == "-" ? "stdin" : path }
}
