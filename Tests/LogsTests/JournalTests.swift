import Foundation
import Glibc
import Logging
import Logs
import TestKit
import Testing

/// A datagram socket in a folder, where a journal would be.
private final class JournalSocket {
    private let folder: Folder
    private let descriptor: Int32
    let path: String

    init(_ existing: Folder? = nil) throws {
        let folder = try existing ?? Folder()
        self.folder = folder
        let path = "\(folder.path)/socket"
        self.path = path
        unlink(path)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        let result = withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        self.descriptor = descriptor
        guard result == 0 else { throw Failure("bind: \(String(cString: strerror(errno)))") }
    }

    deinit { close(descriptor) }

    /// The next datagram that has come, nil when there is none.
    func next() -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
        return count < 0 ? nil : Array(buffer[..<count])
    }
}

@Suite("The journal")
struct JournalTests {
    private func logger(_ path: String) -> Logger {
        makeLogger(LogSettings(level: .from(.trace), journalSocket: path), label: "martlet")
    }

    @Test("gets a datagram for each event, with message, priority, identifier and the metadata as fields")
    func fields() throws {
        let journal = try JournalSocket()
        logger(journal.path).notice(
            "leased address", metadata: ["container": "4f2a", "address": "10.0.0.7", "pod-name.x": "a b"])
        let datagram = try #require(journal.next())
        #expect(
            String(decoding: datagram, as: UTF8.self) == """
                MESSAGE=leased address address=10.0.0.7 container=4f2a pod-name.x="a b"
                PRIORITY=5
                SYSLOG_IDENTIFIER=martlet
                MARTLET_ADDRESS=10.0.0.7
                MARTLET_CONTAINER=4f2a
                MARTLET_POD_NAME_X=a b

                """)
        #expect(journal.next() == nil)
    }

    @Test("gets a value with a line feed by its length")
    func lineFeed() throws {
        let journal = try JournalSocket()
        logger(journal.path).info("x", metadata: ["k": "a\nPRIORITY=0\n"])
        let datagram = try #require(journal.next())
        let field = Array("MARTLET_K\n".utf8) + [13, 0, 0, 0, 0, 0, 0, 0] + Array("a\nPRIORITY=0\n\n".utf8)
        #expect(Array(datagram.suffix(field.count)) == field)
        #expect(String(decoding: datagram, as: UTF8.self).hasPrefix(#"MESSAGE=x k="a\nPRIORITY=0\n"\#nPRIORITY=6\#n"#))
    }

    @Test(
        "gets syslog's numbers for the levels",
        arguments: zip(Logger.Level.allCases, ["7", "7", "6", "5", "4", "3", "2"]))
    func priorities(_ level: Logger.Level, _ number: String) throws {
        let journal = try JournalSocket()
        logger(journal.path).log(level: level, "x")
        #expect(String(decoding: try #require(journal.next()), as: UTF8.self).contains("\nPRIORITY=\(number)\n"))
    }

    @Test("gets names of at most 64 characters, the longest it takes")
    func longNames() throws {
        let journal = try JournalSocket()
        logger(journal.path).info("x", metadata: ["\(String(repeating: "k", count: 100))": "v"])
        let datagram = String(decoding: try #require(journal.next()), as: UTF8.self)
        #expect(datagram.hasSuffix("\nMARTLET_" + String(repeating: "K", count: 56) + "=v\n"))
    }

    @Test("is not used where a file is named")
    func precedence() throws {
        let journal = try JournalSocket()
        let folder = try Folder()
        let settings = LogSettings(filePath: "\(folder.path)/log", journalSocket: journal.path)
        makeLogger(settings, label: "martlet").info("x")
        #expect(journal.next() == nil)
        #expect(lines(of: "\(folder.path)/log").count == 1)
    }

    @Test("is found again by the same logger after it was restarted")
    func restart() throws {
        let folder = try Folder()
        var journal = try JournalSocket(folder)
        let logger = logger(journal.path)
        logger.info("one")
        #expect(journal.next() != nil)
        journal = try JournalSocket(folder)
        logger.info("two")
        #expect(journal.next() != nil)
    }

    @Test("that is not there leaves the lines to standard error, without complaint")
    func absence() async throws {
        let folder = try Folder()
        try writeFile("\(folder.path)/file", "")
        for path in ["\(folder.path)/none", "\(folder.path)/file"] {
            let completion = try await probe(journal: path)
            #expect(try withoutTime(completion.errorText) == "notice martlet: leased address number=0 tag=x\n")
            #expect(completion.output.isEmpty)
        }
    }

    @Test("that has died is complained of once, and the lines go to standard error")
    func death() async throws {
        let folder = try Folder()
        _ = try JournalSocket(folder)
        let completion = try await probe(journal: "\(folder.path)/socket", lines: 3)
        let said = completion.errorText.split(separator: "\n")
        #expect(said.count == 4)
        #expect(said[0].hasPrefix("martlet: cannot write the log: sendto \(folder.path)/socket: Connection refused"))
    }

    @Test("that hangs delays a line by no more than a moment")
    func hang() async throws {
        let journal = try JournalSocket()
        // A socket that nobody reads holds net.unix.max_dgram_qlen datagrams, 10 unless somebody raised it.
        let setting = try String(contentsOfFile: "/proc/sys/net/unix/max_dgram_qlen", encoding: .utf8)
        let length = try #require(Int(setting.dropLast()))
        let completion = try await probe(journal: journal.path, lines: length + 3)
        #expect(completion.status == .exited(0))
        #expect(completion.errorText.contains("Resource temporarily unavailable"))
        #expect(completion.duration < .seconds(5))
        #expect(journal.next() != nil)
    }
}
