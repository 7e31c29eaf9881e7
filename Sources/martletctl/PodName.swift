import ArgumentParser
import Ledger

/// A pod as an operator names it: `namespace/name`.
struct PodName: ExpressibleByArgument, CustomStringConvertible {
    let namespace: String
    let name: String

    init?(argument: String) {
        let parts = argument.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty }) else { return nil }
        namespace = String(parts[0])
        name = String(parts[1])
    }

    var description: String { namespace + "/" + name }

    /// Whether a lease is of this pod.
    func names(_ pod: PodIdentity) -> Bool { pod.namespace == namespace && pod.name == name }
}
