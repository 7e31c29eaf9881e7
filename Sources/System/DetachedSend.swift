internal import CDetached

/// A message that a process of its own sends, because the kernel comes back late and nobody needs to wait for that.
///
/// That process keeps nothing open but the socket: neither a lock, nor a namespace, nor the pipe that a runtime reads.
/// It lives on after this one has ended, until the kernel has done its work.
package struct DetachedSend: ~Copyable {
    private let end: FileDescriptor

    /// Copies the message and starts the process.
    ///
    /// - Throws: `SystemError` when there can be no process (EAGAIN, ENOMEM).
    package init(_ message: UnsafeRawBufferPointer, on socket: Int32) throws(SystemError) {
        var raw: Int32 = -1
        let process = martlet_detached_send(socket, message.baseAddress, message.count, &raw)
        if process < 0 { throw SystemError("clone3", number: -process) }
        end = FileDescriptor(owning: raw)
    }

    /// A descriptor that becomes readable when the process has ended.
    package var ending: Int32 { end.raw }
}
