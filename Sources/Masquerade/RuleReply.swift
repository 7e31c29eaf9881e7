import Glibc
import System

/// What has come in answer to a dump of rules so far.
struct RuleReply {
    private let digest: UInt64?
    private(set) var tally = RuleTally()
    private(set) var isComplete = false
    private(set) var wasInterrupted = false

    init(_ digest: UInt64?) {
        self.digest = digest
    }

    /// Takes one datagram of messages.
    ///
    /// - Throws: `SystemError` when the kernel answered with one; a missing table is not one.
    mutating func read(_ datagram: UnsafeRawBufferPointer) throws(SystemError) {
        var cursor = Cursor(datagram)
        while !isComplete, let message = cursor.nextMessage() {
            guard message.sequence == NfNetlink.sequence else { continue }
            if message.flags & NfNetlink.interrupted != 0 { wasInterrupted = true }
            switch message.type {
            case NfNetlink.newRule:
                tally.count(comment(ofRule: message.payload), digest)
            case NfNetlink.error, NfNetlink.done:
                // A dump that fails on its way says so inside its end.
                isComplete = true
                try finish(message.payload)
            default:
                break
            }
        }
    }

    private mutating func finish(_ payload: UnsafeRawBufferPointer) throws(SystemError) {
        guard payload.count >= MemoryLayout<Int32>.size else { return }
        switch 0 &- payload.loadUnaligned(as: Int32.self) {
        case 0, ENOENT: break
        case EINTR, EAGAIN: wasInterrupted = true
        case let number: throw SystemError("recv", number: number)
        }
    }

    private func comment(ofRule payload: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        var attributes = Cursor(payload, from: NfNetlink.familyHeaderSize)
        while let attribute = attributes.nextAttribute() {
            if attribute.type == NfNetlink.ruleUserData { return comment(inUserData: attribute.value) }
        }
        return UnsafeRawBufferPointer(start: nil, count: 0)
    }

    private func comment(inUserData bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        var entries = Cursor(bytes)
        while let entry = entries.nextUserData() {
            guard entry.type == NfNetlink.comment else { continue }
            // As C wrote it, with its NUL.
            return UnsafeRawBufferPointer(rebasing: entry.value.dropLast(entry.value.last == 0 ? 1 : 0))
        }
        return UnsafeRawBufferPointer(start: nil, count: 0)
    }
}
