import Glibc
import System

/// Who holds a lock: `process 4711 (martlet)`, or that nobody could be found.
///
/// Open file description locks carry no process number, so the holder is found the slow way: by the `lock:` lines
/// that `/proc/PID/fdinfo` shows for each process that has the file open, proc(5). Only for an error's text.
func lockHolder(of file: Int32, kind: String, byte: Int?) -> String {
    guard let wanted = status(of: "/proc/self/fd/" + String(file)), let processes = opendir("/proc") else {
        return "a process that could not be found"
    }
    defer { closedir(processes) }
    while let entry = readdir(processes) {
        let name = entryName(entry)
        guard let process = Int32(name), process != getpid() else { continue }
        if holds(process: name, wanted, kind, byte) { return "process " + name + " (" + commandName(name) + ")" }
    }
    return "a process that could not be found"
}

private func holds(process: String, _ wanted: FileStatus.Identity, _ kind: String, _ byte: Int?) -> Bool {
    guard let descriptors = opendir("/proc/" + process + "/fd") else { return false }
    defer { closedir(descriptors) }
    while let entry = readdir(descriptors) {
        let number = entryName(entry)
        guard Int32(number) != nil, status(of: "/proc/" + process + "/fd/" + number) == wanted else { continue }
        for line in information("/proc/" + process + "/fdinfo/" + number).split(separator: "\n") {
            let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
            guard words.first == "lock:", words.contains(Substring(kind)) else { continue }
            if byte.map({ words.dropLast().last == Substring(String($0)) }) ?? true { return true }
        }
    }
    return false
}

private func status(of path: String) -> FileStatus.Identity? {
    // A process may end while its files are looked at.
    do throws(SystemError) { return try FileStatus(at: path).identity } catch { return nil }
}

private func information(_ path: String) -> String {
    do throws(SystemError) { return try readText(path) } catch { return "" }
}

private func commandName(_ process: String) -> String { information("/proc/" + process + "/comm") }

private func entryName(_ entry: UnsafeMutablePointer<dirent>) -> String {
    withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
}
