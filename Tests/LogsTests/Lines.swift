import Foundation
import Logging
import Logs
import TestKit

/// Runs LogProbe; what is not said is as a plugin has it.
func probe(
    file: String? = nil, journal: String = "/nowhere", size: Int = 100, age: Int = 30, count: Int = 10,
    level: String = "info", lines: Int = 1, tag: String = "x", through wrapper: [String] = []
) async throws -> Completion {
    let command = [Programs.built("LogProbe"), file ?? "-", journal, "\(size)", "\(age)", "\(count)", level]
    return try await execute(wrapper + command + ["\(lines)", tag])
}

/// The lines of a text file, none when there is no file.
func lines(of path: String) -> [String] {
    String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
        .split(separator: "\n").map(String.init)
}

/// A line without its time, which is checked to be one of the last minute.
func withoutTime(_ line: some StringProtocol) throws -> String {
    let parts = line.split(separator: " ", maxSplits: 1)
    let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
    guard parts.count == 2, parts[0].utf8.count == 24, let time = try? style.parse(String(parts[0])),
        (-60...1).contains(time.timeIntervalSinceNow)
    else { throw Failure("no time of now at the start of \(line)") }
    return String(parts[1])
}

/// A logger that writes to the file.
func fileLogger(_ path: String, level: LogSettings.Threshold = .from(.info)) -> Logger {
    makeLogger(LogSettings(level: level, filePath: path), label: "martlet")
}
