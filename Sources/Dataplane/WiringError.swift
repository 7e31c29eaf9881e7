import Netlink
import System

/// Why an interface could not be wired.
package enum WiringError: Error, Sendable {
    /// The pod has an interface of that name.
    case podNameTaken(String)
    /// The host has a link of that name, somebody else's.
    case hostNameTaken(Link)
    /// A route that the configuration lists is in the pod already.
    case podRouteTaken(Route)
    case kernel(NetlinkError)
    case system(SystemError)

    /// What happened, with the names involved.
    package var text: String {
        switch self {
        case .podNameTaken(let name): "the pod has an interface " + name + " already"
        case .hostNameTaken(let link): "the host has a link " + link.name + " that is not this container's"
        case .podRouteTaken(let route): "the pod has a route to " + route.destination.description + " already"
        case .kernel(let error): error.description
        case .system(let error): error.description
        }
    }
}

/// Talks to the kernel; its refusal is the wiring's.
func kernel<Result: ~Copyable>(_ body: () throws(NetlinkError) -> Result) throws(WiringError) -> Result {
    do throws(NetlinkError) { return try body() } catch { throw .kernel(error) }
}

/// Makes system calls whose failure is the wiring's.
func calls<Result: ~Copyable>(_ body: () throws(SystemError) -> Result) throws(WiringError) -> Result {
    do throws(SystemError) { return try body() } catch { throw .system(error) }
}
