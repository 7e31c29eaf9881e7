internal import CLinux
import Glibc

/// An open network namespace, namespaces(7).
package struct NetworkNamespace: ~Copyable {
    package let descriptor: FileDescriptor
    package let identity: FileStatus.Identity

    /// Why a path does not lead to a network namespace that a pod may have.
    package enum Refusal: Error, Sendable {
        case unreachable(SystemError)
        case notANetworkNamespace
        /// The namespace that this process runs in.
        case isOwn
    }

    /// Opens the namespace behind `path` and makes sure that it is one.
    package init(at path: String) throws(Refusal) {
        do throws(SystemError) {
            let opened = try FileDescriptor(opening: path, O_RDONLY)
            let status = try FileStatus(of: opened.raw)
            guard martlet_namespace_type(opened.raw) == MARTLET_CLONE_NEWNET else {
                throw SystemError("ioctl", path, number: EINVAL)
            }
            descriptor = opened
            identity = status.identity
        } catch {
            switch error.call {
            case "ioctl": throw .notANetworkNamespace
            default: throw .unreachable(error)
            }
        }
    }

    /// Path of the calling thread's own namespace.
    package static let ownPath = "/proc/thread-self/ns/net"

    /// The namespace that the calling thread runs in.
    package static func current() throws(SystemError) -> FileStatus.Identity {
        try FileStatus(at: ownPath).identity
    }

    /// Moves the calling thread into the namespace, setns(2). A one-shot process has no need to come back.
    package borrowing func enter() throws(SystemError) {
        let raw = descriptor.raw
        try retrying("setns") { setns(raw, MARTLET_CLONE_NEWNET) }
    }
}
