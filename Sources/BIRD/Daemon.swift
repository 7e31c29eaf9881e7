/// BIRD itself, as `show status` tells of it.
package struct Daemon: Hashable, Sendable {
    /// Such as `2.0.12`.
    package let version: String
    /// Its clock, in its time zone, `2026-11-23 03:21:02`.
    package let time: String
}

extension ControlSocket {
    /// Asks BIRD about itself.
    package mutating func daemon() throws(BIRDError) -> Daemon {
        let reply = try ask("show status")
        let version = reply.texts(1000).first.map { $0.drop { !$0.isNumber } } ?? ""
        let said = "Current server time is "
        let time = reply.texts(1011).first { $0.hasPrefix(said) }?.dropFirst(said.count) ?? ""
        // The clock is told with microseconds whatever the form of other times.
        return Daemon(version: String(version), time: String(time.prefix { $0 != "." }))
    }
}
