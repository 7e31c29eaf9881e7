import Addressing
import Glibc
import Masquerade

/// Asks one thing of the Masquerade library in whatever network namespace it is started in.
///
/// `NATProbe ACTION POOLS MASQUERADED [guard]`, the prefixes with commas between them or `-` for none.
/// Prints the answer, or the error with exit status 1.
@main
struct NATProbe {
    static func main() {
        signal(SIGPIPE, SIG_IGN)
        let arguments = CommandLine.arguments
        guard arguments.count >= 4 else { fail("NATProbe ACTION POOLS MASQUERADED [guard]") }
        do {
            let plan = MasqueradePlan(
                pools: try prefixes(arguments[2]), masqueraded: try prefixes(arguments[3]),
                guardsIPv6Sources: arguments.contains("guard"))
            try act(arguments[1], plan)
        } catch {
            fail("\(error)")
        }
    }

    private static func act(_ action: String, _ plan: MasqueradePlan) throws {
        switch action {
        case "look": print(try plan.isInPlace())
        case "serve": print(try plan.isServed())
        case "install": try plan.install()
        case "repeat": for _ in 0..<100 { try plan.install() }
        case "watch": for _ in 0..<20_000 where try !plan.isInPlace() { fail("not in place") }
        case "remove": try MasqueradePlan.remove()
        case "time": try time(plan)
        default: fail("unknown action \(action)")
        }
    }

    /// Nanoseconds that the first look took in this process, and the median of the following ones.
    private static func time(_ plan: MasqueradePlan) throws {
        var samples = [Int](repeating: now(), count: 1001)
        for index in samples.indices {
            let start = now()
            guard try plan.isInPlace() else { fail("not in place") }
            samples[index] = now() - start
        }
        let first = samples.removeFirst()
        samples.sort()
        print(first, samples[samples.count / 2])
    }

    private static func now() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }

    private static func prefixes(_ text: String) throws -> [Prefix] {
        if text == "-" { return [] }
        return try text.split(separator: ",").map { try Prefix(parsing: String($0)) }
    }

    private static func fail(_ reason: String) -> Never {
        print(reason)
        exit(1)
    }
}
