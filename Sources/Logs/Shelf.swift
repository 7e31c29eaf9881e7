import Glibc
import System

/// The files that were set aside: `martlet-2026-11-23T00-31-41.358.log` beside `martlet.log`.
///
/// By such names text order is age, and no file is renamed twice: a process killed here leaves no half-shifted series.
struct Shelf {
    private let path: String
    private let folder: String
    private let stem: String
    private let suffix: String
    private let days: Int
    private let count: Int

    /// - Parameters:
    ///   - path: the log file's.
    ///   - days: how long files are kept, by their names; 0 for ever.
    ///   - count: how many are kept; 0 for all.
    init(path: String, days: Int, count: Int) {
        self.path = path
        self.days = days
        self.count = count
        let slash = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
        folder = slash == path.startIndex ? "./" : String(path[..<slash])
        let name = path[slash...]
        let dot = name.lastIndex(of: ".") ?? name.endIndex
        stem = name[..<dot] + "-"
        suffix = String(name[dot...])
    }

    /// Moves the log file here, under a name of this moment that nobody else has.
    func take() throws(SystemError) {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        while true {
            let target = folder + stem + Timestamp(now).text(separator: "-") + suffix
            do throws(SystemError) {
                // rename(2) replaces what is there, so the name is reserved first.
                _ = try FileDescriptor(opening: target, O_WRONLY | O_CREAT | O_EXCL, mode: 0o640)
                try move(to: target)
                return
            } catch {
                guard error.number == EEXIST else { throw error }
                now = now.advancedByMillisecond
            }
        }
    }

    private func move(to target: String) throws(SystemError) {
        let path = path
        do throws(SystemError) {
            try retrying("rename", path) { rename(path, target) }
        } catch {
            unlink(target)
            throw error
        }
    }

    /// Removes the files that are too old or too many.
    ///
    /// Another process may be doing the same, so a file that is gone already is as good as removed.
    func prune() {
        guard days > 0 || count > 0 else { return }
        let newestFirst = timestamps().sorted(by: >)
        let oldest = days > 0 ? Timestamp(daysAgo: days).text(separator: "-") : ""
        for (index, timestamp) in newestFirst.enumerated() where timestamp < oldest || (count > 0 && index >= count) {
            unlink(folder + stem + timestamp + suffix)
        }
    }

    private func timestamps() -> [String] {
        guard let stream = opendir(folder) else { return [] }
        defer { closedir(stream) }
        var found: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard name.hasPrefix(stem), name.hasSuffix(suffix), name.utf8.count > stem.utf8.count + suffix.utf8.count
            else { continue }
            let middle = name.dropFirst(stem.count).dropLast(suffix.count)
            if Timestamp.isTimestamp(middle, separator: "-") { found.append(String(middle)) }
        }
        return found
    }
}

extension timespec {
    fileprivate var advancedByMillisecond: timespec {
        let nanoseconds = tv_nsec + 1_000_000
        return timespec(tv_sec: tv_sec + nanoseconds / 1_000_000_000, tv_nsec: nanoseconds % 1_000_000_000)
    }
}

extension Timestamp {
    /// The moment so many days before this one; the epoch at the earliest.
    init(daysAgo days: Int) {
        let (span, overflow) = days.multipliedReportingOverflow(by: 86400)
        self.init(timespec(tv_sec: overflow ? 0 : max(0, wallClockSeconds() - span), tv_nsec: 0))
    }
}
