import Glibc
import JSON
import System

/// Why the agent gave no answer.
package struct AgentSilence: Error, Hashable, Sendable, CustomStringConvertible {
    package let path: String
    package let reason: String

    package var description: String {
        "the agent does not answer at " + path + " (" + reason + "); is martletd running?"
    }
}

extension AgentSocket {
    /// Asks the agent whose sockets are in a folder, and waits for its answer for as long as `patience`.
    package static func ask(_ request: AgentRequest, in folder: String) throws(AgentSilence) -> AgentReply {
        let path = folder + "/" + name
        var line: [UInt8] = []
        do throws(SystemError) { line = try exchange(request.json.bytes + [newline], path) } catch {
            // The socket's own clock has run out.
            let isLate = error.number == EAGAIN || error.number == ETIMEDOUT
            throw AgentSilence(
                path: path, reason: isLate ? "it said nothing for " + String(patience) + " s" : error.reason)
        }
        if line.isEmpty { throw AgentSilence(path: path, reason: "it hung up") }
        do throws(AnswerProblem) { return try reply(line) } catch {
            throw AgentSilence(path: path, reason: "it answers what cannot be read: " + error.text)
        }
    }

    private struct AnswerProblem: Error { let text: String }

    private static func reply(_ line: [UInt8]) throws(AnswerProblem) -> AgentReply {
        let json: JSON
        do throws(JSON.SyntaxError) { json = try JSON.parse(line) } catch {
            throw AnswerProblem(text: error.description)
        }
        do throws(JSON.TypeError) { return try AgentReply(json) } catch {
            throw AnswerProblem(text: error.description)
        }
    }

    private static func exchange(_ question: [UInt8], _ path: String) throws(SystemError) -> [UInt8] {
        let end = Boot.seconds() + patience
        let socket = try FileDescriptor.connected(to: path, patience: patience)
        try socket.write(question)
        let raw = socket.raw
        var line: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while line.last != newline {
            let count = try retrying("recv", path) { recv(raw, &chunk, chunk.count, 0) }
            if count == 0 { return [] }
            line += chunk[..<count]
            if line.count > longestLine { throw SystemError("recv", path, number: EMSGSIZE) }
            if Boot.seconds() > end { throw SystemError("recv", path, number: ETIMEDOUT) }
        }
        return line
    }

    private static var newline: UInt8 { 0x0A }
}
