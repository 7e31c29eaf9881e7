import Addressing
import ArgumentParser
import IPAM
import Ledger
import Resources

/// Makes a pool into several.
struct SplitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "split",
        abstract: "Split a pool into smaller ones of equal size.",
        discussion: """
            The parts are called split-POOL-0 and so on, and have all that the pool has but for name and range, its block
            size too. Blocks and leases live on in them, and no pod notices. What asks for the pool by name or cidr
            (ipam.ipv4_pools, annotations) has to ask for its parts from then on.

            Examples:
              martletctl ipam split 2 --name default-ipv4-ippool --dry-run
              martletctl ipam split 4 --cidr 10.244.0.0/16
            """)

    @OptionGroup var node: NodeOptions

    @Argument(help: "How many parts: a power of two.")
    var number: Int

    @Option(help: ArgumentHelp("The pool with this range.", valueName: "cidr"))
    var cidr: String?

    @Option(help: ArgumentHelp("The pool of this name.", valueName: "pool"))
    var name: String?

    @Flag(help: "Say what would be made, and change nothing.")
    var dryRun = false

    @Flag(help: "Split also a pool that has come from a network configuration and does not stand there any more.")
    var force = false

    func validate() throws {
        guard (cidr == nil) != (name == nil) else { throw ValidationError("give either --cidr or --name") }
        _ = try range()
    }

    func run() throws {
        let range = try range()
        if dryRun {
            let copy = try node.copy(isRouted: true)
            let (pool, parts) = try split(range, copy.ledger)
            show(pool, parts)
        } else {
            try node.open { book, directory in
                let (pool, parts) = try book.changing(in: directory) { () throws(Trouble) in try split(range, book) }
                show(pool, parts)
            }
        }
    }

    private func show(_ pool: Pool, _ parts: [Pool]) {
        Output.line(
            "IP Pool \(pool.name) \(dryRun ? "would be" : "was successfully") split into \(number) smaller pools.")
        for part in parts {
            Output.line("\(dryRun ? "Would create" : "Created") \(part.name) with CIDR \(part.cidr).")
        }
    }

    private func range() throws(ValidationError) -> Prefix? {
        guard let cidr else { return nil }
        do throws(AddressError) { return try Prefix(parsing: cidr) } catch {
            throw ValidationError("--cidr: \(error.description)")
        }
    }

    private func split(_ range: Prefix?, _ book: borrowing Ledger) throws(Trouble) -> (Pool, [Pool]) {
        let pools = try ledger { () throws(LedgerError) in try book.pools() }
        guard let pool = pools.first(where: { range == nil ? $0.name == name : $0.cidr == range }) else {
            let wanted = range.map { "with the range \($0)" } ?? name ?? ""
            throw Trouble(.findings, "there is no IPPool \(wanted)", hint: "martletctl get ippools")
        }
        let parts: [Pool]
        do throws(SplitProblem) { parts = try pool.parts(number) } catch {
            throw Trouble(.findings, "pool \"\(pool.name)\" cannot be split: \(error.description)")
        }
        try LedgerObjects.split(pool, into: parts, book, isForced: force)
        return (pool, parts)
    }
}
