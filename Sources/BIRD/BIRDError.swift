import System

/// Why BIRD could not be asked, or did not do what it was asked.
package enum BIRDError: Error, CustomStringConvertible {
    /// Nobody answers on the control socket.
    case unreachable(path: String, SystemError)
    /// Something that is no BIRD answers.
    case `protocol`(String)
    /// BIRD said no.
    case refused(command: String, String)

    package var description: String {
        switch self {
        case .unreachable(let path, let error):
            "BIRD does not answer on \(path): \(error.reason). Is martlet-bird.service running?"
        case .protocol(let what): "this is not BIRD's control socket: \(what)"
        case .refused(let command, let reason): "BIRD refused \"\(command)\": \(reason)"
        }
    }
}
