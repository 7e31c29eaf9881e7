import Glibc

/// A system call that failed, and the kernel's reason.
///
/// Prints as `open /run/x: No such file or directory`, the way perror(3) does.
package struct SystemError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The call's name, as in its manual page.
    package let call: String
    /// What the call was about: a path, an address, a name. Empty when there is nothing to tell.
    package let subject: String
    /// The value of errno, errno(3).
    package let number: Int32

    /// An error of `call` on `subject`, with the errno of this moment unless another is given.
    package init(_ call: String, _ subject: String = "", number: Int32 = errno) {
        self.call = call
        self.subject = subject
        self.number = number
    }

    /// The kernel's reason alone, strerror(3).
    package var reason: String { String(cString: strerror(number)) }

    package var description: String {
        subject.isEmpty ? call + ": " + reason : call + " " + subject + ": " + reason
    }
}

/// Repeats a call that a signal interrupted, and throws its errno when it answers below zero.
///
/// Not generic for its callers: a generic function of another module is not specialised, and looking up its witnesses
/// for the first time costs a one-shot process 50 µs.
///
/// - Throws: `SystemError` for every errno but EINTR.
@discardableResult
package func retrying(
    _ call: StaticString, _ subject: String = "", _ body: () -> Int32
) throws(SystemError) -> Int32 {
    try retryingAny(call, subject, body)
}

/// The same for calls that answer with a length or an offset.
@discardableResult
package func retrying(
    _ call: StaticString, _ subject: String = "", _ body: () -> Int
) throws(SystemError) -> Int {
    try retryingAny(call, subject, body)
}

@inline(__always)
private func retryingAny<Value: SignedInteger>(
    _ call: StaticString, _ subject: String, _ body: () -> Value
) throws(SystemError) -> Value {
    while true {
        let value = body()
        if value >= 0 { return value }
        if errno != EINTR { throw SystemError(call.description, subject) }
    }
}
