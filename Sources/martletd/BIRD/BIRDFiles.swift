import AgentConfiguration
import BIRD
import Glibc
import System

/// BIRD has read a configuration and does not take it.
struct BIRDRefusal: Error, CustomStringConvertible {
    let description: String
}

/// The configuration that holds, and the one that is to take its place.
struct BIRDFiles {
    private let bird: AgentConfiguration.BIRD

    init(_ bird: AgentConfiguration.BIRD) { self.bird = bird }

    private var draft: String { bird.configurationFile + ".new" }

    /// Whether another text holds than this one.
    func differ(from text: String) throws(SystemError) -> Bool {
        do throws(SystemError) {
            let file = try FileDescriptor(opening: bird.configurationFile, O_RDONLY)
            return try file.readToEnd(limit: 64 << 20) != Array(text.utf8)
        } catch {
            guard error.number == ENOENT else { throw error }
            return true
        }
    }

    /// Whether any text holds.
    func areThere() throws(SystemError) -> Bool {
        if access(bird.configurationFile, F_OK) == 0 { return true }
        guard errno == ENOENT else { throw SystemError("access", bird.configurationFile) }
        return false
    }

    /// Writes the text beside the one that holds; secrets may be in it.
    func write(_ text: String) throws(SystemError) {
        let file = try FileDescriptor(opening: draft, O_WRONLY | O_CREAT | O_TRUNC, mode: 0o640)
        try file.write(Array(text.utf8))
        let raw = file.raw
        try retrying("fsync", draft) { fsync(raw) }
    }

    /// Has BIRD read it.
    ///
    /// - Throws: `BIRDRefusal` with BIRD's words, `SystemError` where BIRD cannot be run.
    func check() throws {
        let completion = try Command.run(
            bird.program, arguments: ["-p", "-c", draft], environment: [], capturesErrors: true)
        guard completion.status != .exited(0) else { return }
        let words = String(decoding: completion.errors + completion.output, as: UTF8.self)
        throw BIRDRefusal(
            description: "BIRD does not take its new configuration and keeps the one before: "
                + words.split(separator: "\n").joined(separator: "; "))
    }

    /// Puts it in the place of the one that holds.
    func adopt() throws(SystemError) {
        let (from, to) = (draft, bird.configurationFile)
        try retrying("rename", to) { rename(from, to) }
    }
}
