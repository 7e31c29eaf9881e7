import Glibc
import Synchronization
import System

/// Where lines go: a file when one is named, else the journal where there is one, else standard error.
///
/// Nothing is opened before the first line. Logging must never make an operation fail: what cannot be written to
/// its place goes to standard error instead, and the first time with the reason.
final class Sink: Sendable {
    private struct Place: ~Copyable {
        var file: LogFile?
        var journal: Journal?
        var hasComplained = false
    }

    private let settings: LogSettings
    private let place = Mutex(Place())

    init(_ settings: LogSettings) {
        self.settings = settings
    }

    func write(_ line: Line) {
        place.withLock { place in
            do throws(SystemError) {
                try deliver(line, to: &place)
            } catch {
                complain(line, "cannot write the log", error, &place.hasComplained)
                writeToStandardError(line.bytes)
            }
        }
    }

    private func deliver(_ line: Line, to place: inout Place) throws(SystemError) {
        if let path = settings.filePath {
            if place.file == nil { place.file = try LogFile(path, settings) }
            if let error = try place.file?.append(line.bytes) {
                complain(line, "cannot set the full log aside", error, &place.hasComplained)
            }
        } else if Journal.isThere(settings.journalSocket) {
            if place.journal == nil { place.journal = try Journal(settings.journalSocket) }
            try place.journal?.send(line)
        } else {
            writeToStandardError(line.bytes)
        }
    }

    private func complain(_ line: Line, _ what: String, _ error: SystemError, _ hasComplained: inout Bool) {
        if hasComplained { return }
        hasComplained = true
        writeToStandardError(Array("\(line.label): \(what): \(error)\n".utf8))
    }
}

/// One write(2); whether anybody reads it is not ours to know.
private func writeToStandardError(_ bytes: [UInt8]) {
    _ = bytes.withUnsafeBytes { Glibc.write(2, $0.baseAddress, $0.count) }
}
