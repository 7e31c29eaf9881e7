import Glibc
import System

/// The rules that the kernel has in table `inet martlet`, asked for over nfnetlink.
enum RuleDump {
    /// How often a dump is begun again that a change of the ruleset interrupted.
    private static let attempts = 100

    /// Counts the rules, those with this digest, or with any, by their purpose; all zero where there is no such table.
    static func tally(_ digest: UInt64?) throws(MasqueradeError) -> RuleTally {
        do throws(SystemError) {
            for _ in 0..<attempts {
                if let tally = try dump(digest) { return tally }
            }
        } catch {
            throw MasqueradeError("nftables could not be asked for table inet martlet: \(error)")
        }
        throw MasqueradeError("nftables changed during each of \(attempts) looks at table inet martlet")
    }

    /// One dump; nil when the ruleset changed meanwhile.
    ///
    /// Each has a socket of its own: a dump given up half-way would keep its socket busy.
    private static func dump(_ digest: UInt64?) throws(SystemError) -> RuleTally? {
        let type = Int32(SOCK_RAW.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let socket = FileDescriptor(
            owning: try retrying("socket") { Glibc.socket(AF_NETLINK, type, NfNetlink.bus) })
        let raw = socket.raw
        let request = NfNetlink.ruleRequest
        // Not connected and not bound: the kernel is the default peer and gives the socket its address here.
        try retrying("send") { request.withUnsafeBytes { send(raw, $0.baseAddress, $0.count, 0) } }
        var reply = RuleReply(digest)
        var failure: SystemError?
        withUnsafeTemporaryAllocation(byteCount: NfNetlink.bufferSize, alignment: 8) { buffer in
            do throws(SystemError) {
                while !reply.isComplete {
                    // With MSG_TRUNC the answer is the message's own length, even past the buffer's end.
                    let count = try retrying("recv") {
                        recv(raw, buffer.baseAddress, buffer.count, Int32(MSG_TRUNC))
                    }
                    if count > buffer.count { throw SystemError("recv", number: EMSGSIZE) }
                    try reply.read(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                }
            } catch {
                failure = error
            }
        }
        if failure?.number == ENOBUFS { return nil }
        if let failure { throw failure }
        return reply.wasInterrupted ? nil : reply.tally
    }
}
