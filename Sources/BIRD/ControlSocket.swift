import Glibc
import System

/// A connection to BIRD's control socket, for one command after another.
///
/// It waits at most some seconds for BIRD, which answers within milliseconds.
package struct ControlSocket: ~Copyable {
    private let path: String
    private let socket: FileDescriptor
    private var received: [UInt8] = []

    private init(_ path: String, _ socket: consuming FileDescriptor) {
        self.path = path
        self.socket = socket
    }

    /// Connects and hears BIRD's greeting.
    ///
    /// - Parameter patience: seconds to wait for each answer.
    package static func open(_ path: String, patience: Int = 5) throws(BIRDError) -> ControlSocket {
        let socket: FileDescriptor
        do throws(SystemError) { socket = try FileDescriptor.connected(to: path, patience: patience) } catch {
            throw .unreachable(path: path, error)
        }
        var control = ControlSocket(path, socket)
        guard try control.answer().code == 1 else { throw .protocol("no greeting") }
        return control
    }

    /// Sends a command and reads the whole reply.
    ///
    /// - Throws: `BIRDError.refused` when BIRD says no.
    package mutating func ask(_ command: String) throws(BIRDError) -> Reply {
        do throws(SystemError) { try socket.write(Array((command + "\n").utf8)) } catch {
            throw .unreachable(path: path, error)
        }
        let reply = try answer()
        if let refusal = reply.refusal { throw .refused(command: command, refusal) }
        return reply
    }

    private mutating func answer() throws(BIRDError) -> Reply {
        var reader = ReplyReader()
        while true {
            while let end = received.firstIndex(of: UInt8(ascii: "\n")) {
                let line = String(decoding: received[..<end], as: UTF8.self)
                received.removeSubrange(...end)
                if let reply = try reader.take(line[...]) { return reply }
            }
            try receive()
        }
    }

    private mutating func receive() throws(BIRDError) {
        var chunk = [UInt8](repeating: 0, count: 16 << 10)
        let raw = socket.raw
        do throws(SystemError) {
            let count = try retrying("recv") { chunk.withUnsafeMutableBytes { recv(raw, $0.baseAddress, $0.count, 0) } }
            guard count > 0 else { throw SystemError("recv", number: ECONNRESET) }
            received += chunk[..<count]
        } catch { throw .unreachable(path: path, error) }
    }
}
