import Glibc
import Testing

@testable import Masquerade
@testable import System

/// Answers that the kernel rarely gives, made by hand.
@Suite("A dump of rules")
struct RuleReplyTests {
    private func number<Number: FixedWidthInteger>(_ value: Number) -> [UInt8] {
        withUnsafeBytes(of: value) { Array($0) }
    }

    private func message(
        _ type: UInt16, flags: UInt16 = 2, sequence: UInt32 = NfNetlink.sequence, _ payload: [UInt8] = []
    ) -> [UInt8] {
        let padding = [UInt8](repeating: 0, count: (4 - payload.count % 4) % 4)
        return number(UInt32(16 + payload.count)) + number(type) + number(flags) + number(sequence) + number(UInt32(0))
            + payload + padding
    }

    private func attribute(_ type: UInt16, _ value: [UInt8]) -> [UInt8] {
        let padding = [UInt8](repeating: 0, count: (4 - value.count % 4) % 4)
        return number(UInt16(4 + value.count)) + number(type) + value + padding
    }

    private func rule(_ comment: String) -> [UInt8] {
        let text = Array(comment.utf8) + [0]
        return message(
            NfNetlink.newRule,
            [1, 0, 0, 0] + attribute(2, Array("postrouting\0".utf8))
                + attribute(7, [9, 1, 0, 0, UInt8(text.count)] + text))
    }

    private func end(_ errno: Int32 = 0, flags: UInt16 = 2) -> [UInt8] {
        message(NfNetlink.done, flags: flags, number(-errno))
    }

    private func reply(_ datagrams: [UInt8]...) throws -> RuleReply {
        var reply = RuleReply(7)
        for datagram in datagrams { try datagram.withUnsafeBytes { try reply.read($0) } }
        return reply
    }

    private var nat: [UInt8] { rule(RulePurpose.natOutgoing.comment(7)) }

    private func tally(_ datagrams: [UInt8]...) throws -> RuleTally {
        try reply(datagrams.flatMap { $0 } + end()).tally
    }

    @Test("is complete with its end, in however many datagrams it comes")
    func datagrams() throws {
        #expect(try !reply(nat, nat).isComplete)
        #expect(try reply(nat, nat + end()).isComplete)
        #expect(try reply(nat, nat, end()).tally == tally(nat, nat))
        #expect(try tally(nat) != tally(nat, nat))
    }

    @Test("takes only a comment that is the whole comment, for what it is")
    func comments() throws {
        let text = RulePurpose.natOutgoing.comment(7)
        for other in [
            "", "x", text + "0", String(text.dropLast()), RulePurpose.natOutgoing.comment(8),
            RulePurpose.sourceGuard.comment(7), text.uppercased(),
        ] {
            #expect(try tally(rule(other)) != tally(nat), "\(other)")
        }
        #expect(try tally(message(NfNetlink.newRule, [1, 0, 0, 0])) == tally(rule("")))
    }

    @Test("is void when the ruleset changed meanwhile, wherever the kernel says so")
    func interruption() throws {
        #expect(try !reply(nat + end()).wasInterrupted)
        #expect(try reply(nat + end(flags: 0x12)).wasInterrupted)
        #expect(try reply(message(NfNetlink.newRule, flags: 0x12, [1, 0, 0, 0]) + end()).wasInterrupted)
        #expect(try reply(end(EINTR)).wasInterrupted)
        #expect(try reply(message(NfNetlink.error, number(-EAGAIN))).wasInterrupted)
    }

    @Test("fails with the error in its end or in place of it, unless that is only that there is no table")
    func errors() throws {
        #expect(throws: SystemError("recv", number: ENOMEM)) { try reply(nat, end(ENOMEM)) }
        #expect(throws: SystemError("recv", number: EPERM)) { try reply(message(NfNetlink.error, number(-EPERM))) }
        #expect(try reply(end(ENOENT)).tally == RuleTally())
        #expect(try reply(message(NfNetlink.error, number(-ENOENT))).isComplete)
    }

    @Test("passes over messages of another question")
    func strangers() throws {
        let stranger = message(NfNetlink.done, sequence: 99, number(-ENOMEM))
        #expect(try reply(stranger + nat, stranger).isComplete == false)
        #expect(try reply(stranger + nat + end()).tally == tally(nat))
    }

    @Test("survives every way of being cut short or garbled")
    func garbage() throws {
        let whole = nat + end()
        for count in 0..<whole.count - 4 { #expect(try !reply(Array(whole[..<count])).isComplete, "\(count)") }
        for index in whole.indices {
            for value: UInt8 in [0, 1, 3, 0x7F, 0xFF] {
                var garbled = whole
                garbled[index] = value
                _ = try? reply(garbled)
            }
        }
    }
}
