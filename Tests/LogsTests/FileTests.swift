import Foundation
import Glibc
import Logging
import Logs
import TestKit
import Testing

@Suite("A log file")
struct FileTests {
    @Test("is not there before the first line that is logged")
    func laziness() throws {
        let folder = try Folder()
        let logger = fileLogger("\(folder.path)/a/b/log")
        logger.debug("not logged")
        #expect(fileMode("\(folder.path)/a") == nil)
        logger.info("logged")
        #expect(fileMode("\(folder.path)/a/b/log") == 0o640)
        #expect(fileMode("\(folder.path)/a") == 0o755)
    }

    @Test("keeps what is in it already")
    func appending() throws {
        let folder = try Folder()
        try writeFile("\(folder.path)/log", "before\n")
        fileLogger("\(folder.path)/log").info("after")
        let written = lines(of: "\(folder.path)/log")
        #expect(written.count == 2 && written[0] == "before")
    }

    @Test("is made again when somebody renamed or removed it")
    func following() throws {
        let folder = try Folder()
        let path = "\(folder.path)/log"
        let logger = fileLogger(path)
        logger.info("one")
        #expect(rename(path, path + ".1") == 0)
        logger.info("two")
        #expect(unlink(path) == 0)
        logger.info("three")
        #expect(try lines(of: path + ".1").map(withoutTime) == ["info martlet: one"])
        #expect(try lines(of: path).map(withoutTime) == ["info martlet: three"])
    }

    @Test(
        "that cannot be written is complained of once, and the lines go to standard error",
        arguments: [("/dev/full", "No space left"), ("/proc/log", "No such file"), ("/etc", "Is a directory")])
    func unwritable(_ path: String, _ reason: String) async throws {
        let completion = try await probe(file: path, lines: 3)
        #expect(completion.status == .exited(0))
        let said = completion.errorText.split(separator: "\n")
        try #require(said.count == 4)
        #expect(said[0].hasPrefix("martlet: cannot write the log: ") && said[0].contains(path))
        #expect(said[0].contains(reason))
        for (number, line) in said.dropFirst().enumerated() {
            #expect(try withoutTime(line) == "notice martlet: leased address number=\(number) tag=x")
        }
    }

    @Test("that is a pipe without a reader does not stop the process")
    func pipe() async throws {
        let folder = try Folder()
        #expect(mkfifo("\(folder.path)/log", 0o600) == 0)
        let completion = try await probe(file: "\(folder.path)/log")
        #expect(completion.status == .exited(0))
        #expect(completion.errorText.hasPrefix("martlet: cannot write the log: "))
    }

    @Test("that cannot be written is no trouble without a standard error either")
    func closedStandardError() async throws {
        let completion = try await probe(
            file: "/dev/full", lines: 3, through: ["/bin/sh", "-c", "exec \"$@\" 2>&-", "sh"])
        #expect(completion.status == .exited(0))
        #expect(completion.output.isEmpty && completion.errors.isEmpty)
    }
}
