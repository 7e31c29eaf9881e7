import CNI
import Foundation
import System
import Testing

/// A folder in CNI_PATH with the recording plugin in it under the name `ipam`.
private final class Delegate {
    let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("martlet-delegate-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let recorder = URL(filePath: #filePath).deletingLastPathComponent().appendingPathComponent(
            "../Delegates/recorder")
        // A link, for a file written just now may still be open in somebody's child and not run ("text file busy").
        try FileManager.default.createSymbolicLink(
            at: folder.appendingPathComponent("ipam"), withDestinationURL: recorder)
    }

    deinit {
        do { try FileManager.default.removeItem(at: folder) } catch { print("left behind: \(folder.path): \(error)") }
    }

    func tell(_ name: String, _ text: String) throws {
        try Data(text.utf8).write(to: folder.appendingPathComponent(name))
    }

    func recorded(_ name: String) throws -> [UInt8] { Array(try Data(contentsOf: folder.appendingPathComponent(name))) }

    func calls() throws -> String {
        FileManager.default.fileExists(atPath: folder.appendingPathComponent("calls").path)
            ? String(decoding: try recorded("calls"), as: UTF8.self) : ""
    }

    func delegation(path: [String]? = nil, raw: String = "{ \"name\" : \"n\" }\n") -> Delegation {
        Delegation(type: "ipam", path: path ?? [folder.path], raw: Array(raw.utf8), version: .v100)
    }
}

@Suite("Delegation") struct DelegationTests {
    @Test("The first regular file of the name in CNI_PATH is taken") func locating() throws {
        let delegate = try Delegate()
        try FileManager.default.createDirectory(
            at: delegate.folder.appendingPathComponent("sub/ipam"), withIntermediateDirectories: true)
        let path = ["/nonexistent", delegate.folder.path + "/sub", delegate.folder.path]
        #expect(try delegate.delegation(path: path).locate() == delegate.folder.path + "/ipam")
    }

    @Test("A plugin that is not there is an error naming it and CNI_PATH") func notFound() throws {
        let missing = Delegation(type: "nothing", path: ["/a", "/b"], raw: [], version: .v100)
        let failure = #expect(throws: CNIFailure.self) { try missing.run(.add) }
        #expect(failure?.code == .invalidConfiguration)
        #expect(failure?.message == #"no plugin "nothing" in CNI_PATH (/a:/b)"#)
        let pathless = Delegation(type: "nothing", path: [], raw: [], version: .v100)
        let second = #expect(throws: CNIFailure.self) { try pathless.run(.add) }
        #expect(second?.code == .invalidEnvironment)
        #expect(second?.message.contains("CNI_PATH") == true)
        let escaping = Delegation(type: "../bin/true", path: ["/usr/lib"], raw: [], version: .v100)
        #expect(throws: CNIFailure.self) { try escaping.locate() }
    }

    @Test(
        "The plugin gets the same bytes, the same environment but CNI_COMMAND, and this stderr",
        arguments: CNIOperation.allCases)
    func passedOn(_ operation: CNIOperation) throws {
        let delegate = try Delegate()
        let raw = "{ \"b\" : 1.0e0,\n\t\"a\":\"\\u003c\" }\n"
        try delegate.tell("reply.\(operation.rawValue)", "{}")
        #expect(try delegate.delegation(raw: raw).run(operation) == Array("{}".utf8))
        #expect(try delegate.calls() == operation.rawValue + "\n")
        #expect(try delegate.recorded("stdin.\(operation.rawValue)") == Array(raw.utf8))
        let environ = try delegate.recorded("environ.\(operation.rawValue)").split(separator: 0).map {
            String(decoding: $0, as: UTF8.self)
        }
        let own = currentEnvironment().filter { !$0.hasPrefix("CNI_COMMAND=") }
        #expect(environ.sorted() == (own + ["CNI_COMMAND=\(operation.rawValue)"]).sorted())
        let stderr = String(decoding: try delegate.recorded("stderr.\(operation.rawValue)").dropLast(), as: UTF8.self)
        #expect(try stderr == FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/2"))
    }

    @Test("A result is read in the version of the configuration unless it says its own") func result() throws {
        let delegate = try Delegate()
        try delegate.tell("reply.ADD", #"{"ips":[{"address":"10.0.0.5/24","gateway":"10.0.0.1"}]}"#)
        let result = try delegate.delegation().add()
        #expect(result.ips.map(\.address.description) == ["10.0.0.5/24"])
        try delegate.tell("reply.ADD", #"{"cniVersion":"0.2.0","ip4":{"ip":"10.0.0.6/24"}}"#)
        #expect(try delegate.delegation().add().ips.map(\.address.description) == ["10.0.0.6/24"])
        #expect(try delegate.calls() == "ADD\nADD\n")
    }

    @Test(
        "An ADD that fails or answers no result is undone by DEL",
        arguments: [
            (#"{"cniVersion":"1.0.0","code":11,"msg":"full","details":"of pods"}"#, 1, 11, "ipam: full"),
            (#"{"code":11}"#, 1, 105, "ipam: ADD ended with exit status 1 and without an error object"),
            ("panic", 2, 105, "ipam: ADD ended with exit status 2 and without an error object"),
            ("", 3, 105, "exit status 3"),
            ("", 0, 105, "ipam: unreadable result: line 1, column 1: expected a value, found nothing at all"),
            (#"{"ips":"#, 0, 105, "ipam: unreadable result: line 1"),
            (#"{"ips":[{}]}"#, 0, 105, "ipam: unreadable result: ips[0].address"),
        ])
    func undone(_ reply: String, _ status: Int, _ code: Int, _ message: String) throws {
        for viaRun in [true, false] {
            let delegate = try Delegate()
            try delegate.tell("reply.ADD", reply)
            try delegate.tell("status.ADD", "\(status)")
            let failure = #expect(throws: CNIFailure.self) {
                if viaRun { _ = try delegate.delegation().run(.add) } else { _ = try delegate.delegation().add() }
            }
            #expect(failure?.code.rawValue == code)
            #expect(failure?.message.contains(message) == true, "\(failure?.message ?? "")")
            #expect(try delegate.calls() == "ADD\nDEL\n")
        }
    }

    @Test("Details of the plugin are kept, and a failing DEL is added to them") func details() throws {
        let delegate = try Delegate()
        try delegate.tell("reply.ADD", #"{"cniVersion":"1.0.0","code":11,"msg":"full","details":"of pods"}"#)
        try delegate.tell("status.ADD", "1")
        let first = #expect(throws: CNIFailure.self) { try delegate.delegation().run(.add) }
        #expect(first == CNIFailure(.tryAgainLater, "ipam: full", details: "of pods"))
        try delegate.tell("status.DEL", "7")
        let second = #expect(throws: CNIFailure.self) { try delegate.delegation().run(.add) }
        #expect(second?.message == "ipam: full")
        #expect(
            second?.details.contains(
                "of pods; the DEL that should undo it failed, too: ipam: DEL ended with exit status 7") == true)
    }

    @Test(
        "Other operations fail once, with the plugin's own code", arguments: [CNIOperation.del, .check, .gc, .status])
    func others(_ operation: CNIOperation) throws {
        let delegate = try Delegate()
        try delegate.tell("reply.\(operation.rawValue)", #"{"code":50,"msg":"no"}"#)
        try delegate.tell("status.\(operation.rawValue)", "1")
        let failure = #expect(throws: CNIFailure.self) { try delegate.delegation().run(operation) }
        #expect(failure == CNIFailure(.notAvailable, "ipam: no"))
        #expect(try delegate.calls() == operation.rawValue + "\n")
    }

    @Test("A plugin that dies of a signal or cannot be run is named") func abnormal() throws {
        let delegate = try Delegate()
        try delegate.tell("signal.DEL", "")
        let killed = #expect(throws: CNIFailure.self) { try delegate.delegation().run(.del) }
        #expect(killed?.message == "ipam: DEL ended with signal 9 and without an error object")
        try delegate.tell("plain", "not a program")
        let plain = Delegation(type: "plain", path: [delegate.folder.path], raw: [], version: .v100)
        let refused = #expect(throws: CNIFailure.self) { try plain.run(.del) }
        #expect(refused?.code == .delegate)
        #expect(refused?.message.hasPrefix("plain: cannot run it: ") == true)
    }
}
