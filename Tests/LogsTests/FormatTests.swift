import Foundation
import Logging
import Logs
import TestKit
import Testing

@Suite("A line")
struct FormatTests {
    private func line(_ log: (Logger) -> Void) throws -> String {
        let folder = try Folder()
        log(fileLogger("\(folder.path)/log", level: .from(.debug)))
        let written = lines(of: "\(folder.path)/log")
        guard written.count == 1 else { throw Failure("\(written.count) lines") }
        return try withoutTime(written[0])
    }

    @Test("is time, level, label, message and the metadata by its sorted keys")
    func form() throws {
        let written = try line {
            $0.notice("leased address", metadata: ["container": "4f2a", "address": "10.0.0.7", "b": ["x", "y"]])
        }
        #expect(written == #"notice martlet: leased address address=10.0.0.7 b="[\"x\", \"y\"]" container=4f2a"#)
    }

    @Test("stays one line whatever is logged")
    func lineBreaks() throws {
        let written = try line {
            $0.error("two\nlines\u{2028}\u{85}\u{1B}[31m", metadata: ["key\n": "a\r\nb\tc\u{0}"])
        }
        #expect(written == #"error martlet: two\nlines\u2028\u0085\u001b[31m key\n="a\r\nb\tc\u0000""#)
    }

    @Test(
        "puts a value in quotes only where it is not one plain word",
        arguments: [
            ("plain", "plain"), ("fd00::1/64", "fd00::1/64"), ("größe", "größe"), ("", #""""#), ("a b", #""a b""#),
            ("a=b", #""a=b""#), (#"say "hi""#, #""say \"hi\"""#), (#"C:\x"#, #""C:\\x""#),
        ])
    func quotes(_ value: String, _ expected: String) throws {
        #expect(try line { $0.info("x", metadata: ["k": "\(value)"]) } == "info martlet: x k=\(expected)")
    }

    @Test("carries the logger's metadata, the event's over it, and the error")
    func metadata() throws {
        struct Broken: Error, CustomStringConvertible { let description = "it broke" }
        let written = try line {
            var logger = $0
            logger[metadataKey: "container"] = "old"
            logger[metadataKey: "pod"] = "default/web"
            logger.error("failed", error: Broken(), metadata: ["container": "new"])
        }
        #expect(written == #"error martlet: failed container=new error="it broke" pod=default/web"#)
    }

    @Test("is written by copies of a logger that share nothing but the file")
    func copies() throws {
        let folder = try Folder()
        let first = fileLogger("\(folder.path)/log")
        var second = first
        second.logLevel = .error
        second[metadataKey: "who"] = "second"
        first.info("one")
        second.info("two")
        second.error("three")
        #expect(
            try lines(of: "\(folder.path)/log").map(withoutTime)
                == ["info martlet: one", "error martlet: three who=second"])
    }
}

@Suite("A log level")
struct LevelTests {
    @Test(
        "has Calico's names",
        arguments: [
            ("debug", Logger.Level.debug), ("info", .info), ("warning", .warning), ("error", .error),
            ("fatal", .critical), ("panic", .critical), ("Info", .info), ("DEBUG", .debug),
        ])
    func names(_ name: String, _ level: Logger.Level) {
        #expect(LogSettings.Threshold(named: name) == .from(level))
    }

    @Test("of another name is not guessed at", arguments: ["", "warn", "trace", "info ", "7"])
    func unknownNames(_ name: String) {
        #expect(LogSettings.Threshold(named: name) == nil)
    }

    @Test("lets through itself and what is graver", arguments: Logger.Level.allCases)
    func threshold(_ level: Logger.Level) throws {
        let folder = try Folder()
        let logger = fileLogger("\(folder.path)/log", level: .from(level))
        for other in Logger.Level.allCases { logger.log(level: other, "x") }
        #expect(lines(of: "\(folder.path)/log").count == Logger.Level.allCases.filter { $0 >= level }.count)
    }

    @Test("of none lets nothing through")
    func silence() throws {
        let folder = try Folder()
        let none = try #require(LogSettings.Threshold(named: "none"))
        fileLogger("\(folder.path)/log", level: none).critical("x")
        #expect(fileMode("\(folder.path)/log") == nil)
    }
}
