internal import CMnl
import Glibc

extension NetlinkSocket {
    /// Asks for a whole list, again if it changed while it was read.
    ///
    /// - Parameters:
    ///   - read: makes an element of a message, or nil for one to leave out.
    ///   - fill: adds attributes to the request.
    borrowing func dump<Header: BitwiseCopyable, Element>(
        _ label: StaticString, type: Int, header: Header, read: (NetlinkReply) -> Element?,
        _ fill: (borrowing Message) -> Void = { _ in }
    ) throws(NetlinkError) -> [Element] {
        // A namespace that changes during each of a hundred readings is worth an error, not an endless loop.
        for _ in 0..<100 {
            var batch = MessageBatch()
            batch.add(label, type: type, flags: NLM_F_DUMP, header: header, fill)
            var elements: [Element] = []
            var interrupted = false
            let failures = try exchange(&batch, lastIsQuery: true) { reply in
                if reply.isInterrupted { interrupted = true }
                if let element = read(reply) { elements.append(element) }
            }
            if let failure = failures.first { throw failure.error }
            if !interrupted { return elements }
        }
        throw NetlinkError(label.description, number: EAGAIN, explanation: "the list changed at every reading")
    }
}
