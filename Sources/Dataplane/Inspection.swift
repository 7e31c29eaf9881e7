import Addressing
import Glibc
import Netlink
import System

/// Compares a `LinkPlan` with what the kernel has, and says every difference in words.
///
/// It looks for what Martlet made and nothing else: what other plugins added beside it is theirs.
package struct Inspection {
    /// What differs; empty when all is as planned.
    package private(set) var differences: [Difference] = []
    let plan: LinkPlan
    let leniency: Leniency

    /// What of a plan is not known for sure, and so not compared.
    package struct Leniency: Hashable, Sendable {
        /// Whether a later plugin may have given the pod's end another MAC: the kernel forgets all neighbours of a link
        /// then.
        package var mayHaveNewMAC = false
        /// Whether the plan's MTU is a guess: then both ends are to have the same.
        package var guessesMTU = false
        /// Whether a later plugin may have given the pod's end a lower MTU; a higher one loses packets.
        package var podMTUMayBeLower = false
        /// Whether the pod's routes are a guess: then a default route or a rule for its address is to lead out.
        package var guessesRoutes = false
        /// Whether what the pod may change within itself is left alone.
        package var ignoresPodSettings = false

        package init() {}
    }

    private init(_ plan: LinkPlan, _ leniency: Leniency) {
        self.plan = plan
        self.leniency = leniency
    }

    /// Compares the host's side and the pod's. The calling thread goes into the pod's namespace and comes back.
    ///
    /// - Returns: the differences.
    package static func run(
        _ plan: LinkPlan, _ leniency: Leniency, _ tables: HostTables, in namespace: borrowing NetworkNamespace
    ) throws(WiringError) -> [Difference] {
        var inspection = Inspection(plan, leniency)
        let hostLink = inspection.compareHost(tables)
        try Wiring.visiting(namespace) { (socket) throws(WiringError) in
            try inspection.comparePod(hostLink, socket)
        }
        return inspection.differences
    }

    /// Compares the host's side alone, of a pod whose namespace cannot be reached.
    package static func runOnHost(_ plan: LinkPlan, _ leniency: Leniency, _ tables: HostTables) -> [Difference] {
        var inspection = Inspection(plan, leniency)
        _ = inspection.compareHost(tables)
        return inspection.differences
    }

    mutating func note(_ kind: Difference.Kind, _ text: String) { differences.append(Difference(kind, text)) }

    mutating func expect(_ isTrue: Bool, _ kind: Difference.Kind, _ text: String) {
        if !isTrue { note(kind, text) }
    }

    /// Compares a file below /proc/sys with what it should hold.
    mutating func expect(_ path: String, _ value: String, _ kind: Difference.Kind, isRequired: Bool = true) {
        do throws(SystemError) {
            let found = try readText(path)
            expect(found == value, kind, path + " is " + found + ", expected " + value)
        } catch {
            if isRequired || error.number != ENOENT { note(kind, error.description + ", expected " + value) }
        }
    }
}
