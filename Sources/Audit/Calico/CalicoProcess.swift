import Glibc
import System

/// A program of Calico's that runs in this node's network namespace, in whatever container.
struct CalicoProcess {
    let pid: Int
    let name: String
    /// Its arguments, separated by blanks.
    let command: String

    /// By number. A process that ends meanwhile is none.
    static func running() -> [CalicoProcess] {
        guard let own = namespace(of: "thread-self") else { return [] }
        return pids().compactMap { pid in
            guard let process = CalicoProcess(pid), namespace(of: String(pid)) == own else { return nil }
            return process
        }
    }

    private init?(_ pid: Int) {
        guard let line = Self.text("/proc/\(pid)/cmdline") else { return nil }
        let arguments = line.split(separator: "\0").map(String.init)
        guard let program = arguments.first else { return nil }
        // A program may write over the one name or the other.
        let called = [program, Self.text("/proc/\(pid)/comm") ?? ""].map {
            $0.split(separator: "/").last.map(String.init)
        }
        guard let name = called.compactMap({ $0 }).first(where: { Self.isCalicos($0, arguments) }) else { return nil }
        self.pid = pid
        self.name = name
        command = arguments.joined(separator: " ")
    }

    /// Operators have a BIRD or a confd of their own; Calico's read files below a folder of its name.
    private static func isCalicos(_ name: String, _ arguments: [String]) -> Bool {
        switch name {
        case "calico-node", "calico-felix", "felix": true
        case "bird", "bird6", "confd": arguments.contains { $0.contains("/calico") }
        default: false
        }
    }

    private static func pids() -> [Int] {
        guard let folder = opendir("/proc") else { return [] }
        defer { closedir(folder) }
        var pids: [Int] = []
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if let pid = Int(name) { pids.append(pid) }
        }
        return pids.sorted()
    }

    private static func namespace(of process: String) -> FileStatus.Identity? {
        do throws(SystemError) { return try FileStatus(at: "/proc/\(process)/ns/net").identity } catch { return nil }
    }

    private static func text(_ path: String) -> String? {
        do throws(SystemError) { return try readText(path) } catch { return nil }
    }
}
