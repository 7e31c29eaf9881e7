import Foundation
import Glibc
import TestKit

/// The node at a time that the test chooses: a shell there, in a time namespace in which the machine has been up for
/// longer or shorter than it has. All that the shell starts is in it.
final class Stage: Sendable {
    private let shell: Dialogue
    private let folder: String
    /// Seconds by which its time since boot is ahead.
    let offset: Int

    init(_ node: Node, ahead offset: Int) throws {
        self.offset = offset
        folder = "\(node.folder.path)/stage"
        mkdir(folder, 0o700)
        shell = try node.namespace.converse("/usr/bin/unshare", "--time", "--boottime", String(offset), "/bin/sh")
    }

    /// Whole seconds since boot on this machine, on no stage.
    static func machineSeconds() -> Int {
        var now = timespec()
        clock_gettime(clockid_t(7), &now)
        return now.tv_sec
    }

    /// Seconds since boot as programs on the stage see them.
    var seconds: Int { Self.machineSeconds() + offset }

    /// A program to be run, with what it finds in its environment and on standard input.
    struct Call: Sendable {
        var command: [String]
        var environment: [String: String] = [:]
        var input = ""
    }

    /// How it ended.
    struct Reply: Sendable {
        /// As the shell says it: 137 for one that was killed.
        let status: Int
        let output: [UInt8]
        let errors: String
    }

    /// Runs programs, all at the same time; on a thread that may block.
    func run(_ calls: [Call]) throws -> [Reply] {
        let script = calls.enumerated().map { number, call in
            let variables = call.environment.map { "\($0.key)='\($0.value)'" }
            let words = (variables + call.command.map { "'\($0)'" }).joined(separator: " ")
            let files = "\(folder)/\(number)"
            return """
                { \(words) <<'THE END' >\(files).output 2>\(files).errors
                \(call.input)
                THE END
                echo $? >\(files).status; }\(calls.count > 1 ? " &" : "")
                """
        }
        _ = try shell.ask(script.joined(separator: "\n") + "\nwait; echo")
        return try calls.indices.map { number in
            let text = { (kind: String) in try readFile("\(self.folder)/\(number).\(kind)") }
            let status = String(decoding: try text("status"), as: UTF8.self).trimmingCharacters(in: .newlines)
            return Reply(
                status: Int(status) ?? -1, output: try text("output"),
                errors: String(decoding: try text("errors"), as: UTF8.self))
        }
    }
}
