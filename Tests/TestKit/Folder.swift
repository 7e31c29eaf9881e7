import Foundation
import Glibc

/// A temporary folder on a file system in memory, removed when its last user lets go of it.
///
/// Its name holds this process's number, so that the next run can remove what a killed one left.
package final class Folder: Sendable {
    package let path: String

    private static let base = "/dev/shm"
    private static let prefix = "martlet-test-"
    private static let isSwept: Bool = {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: base)) ?? [] where name.hasPrefix(prefix) {
            let owner = name.dropFirst(prefix.count).prefix { $0 != "-" }
            guard let pid = pid_t(owner), kill(pid, 0) != 0, errno == ESRCH else { continue }
            try? FileManager.default.removeItem(atPath: "\(base)/\(name)")
        }
        return true
    }()

    /// Makes an empty folder that only root can enter.
    package init() throws {
        _ = Folder.isSwept
        var template = Array("\(Folder.base)/\(Folder.prefix)\(getpid())-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Failure("mkdtemp: \(String(cString: strerror(errno)))") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }
}

/// Everything below a folder, one line each, `kind mode path`, without SQLite's transient side files.
package func fileLines(below path: String) -> [String] {
    let manager = FileManager.default
    return ((try? manager.subpathsOfDirectory(atPath: path)) ?? []).compactMap { name in
        guard !name.hasSuffix("-wal"), !name.hasSuffix("-shm"),
            let attributes = try? manager.attributesOfItem(atPath: "\(path)/\(name)")
        else { return nil }
        let mode = (attributes[.posixPermissions] as? NSNumber)?.intValue ?? 0
        let kind = (attributes[.type] as? FileAttributeType)?.rawValue ?? "unknown"
        return "\(kind.replacing("NSFileType", with: "")) \(String(mode, radix: 8)) \(name)"
    }
}

/// Permission bits of a file or folder, nil when there is none.
package func fileMode(_ path: String) -> Int? {
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    return (attributes?[.posixPermissions] as? NSNumber)?.intValue
}

/// Writes a text file, replacing what is there.
package func writeFile(_ path: String, _ text: String, mode: Int = 0o600) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    try FileManager.default.setAttributes([.posixPermissions: NSNumber(value: mode)], ofItemAtPath: path)
}

/// All bytes of a file.
package func readFile(_ path: String) throws -> [UInt8] {
    guard let data = FileManager.default.contents(atPath: path) else { throw Failure("\(path) cannot be read") }
    return Array(data)
}

/// The names in a folder; none when there is no folder.
package func entries(of path: String) -> [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
}
