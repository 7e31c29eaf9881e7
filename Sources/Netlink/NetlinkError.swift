import Glibc
import System

/// A request that the kernel refused, or a socket that failed.
package struct NetlinkError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was asked for, as a person would type it: `add link cali0`, `dump routes`.
    package let request: String
    /// The kernel's errno.
    package let number: Int32
    /// The kernel's own words, where it had any (`NLMSGERR_ATTR_MSG`).
    package let explanation: String

    package init(_ request: String, number: Int32, explanation: String = "") {
        self.request = request
        self.number = number
        self.explanation = explanation
    }

    package var description: String {
        let reason = request + ": " + String(cString: strerror(number))
        return explanation.isEmpty ? reason : reason + " (" + explanation + ")"
    }
}
