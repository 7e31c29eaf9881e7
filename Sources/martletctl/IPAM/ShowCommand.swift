import Addressing
import ArgumentParser
import Audit
import IPAM
import JSON
import Ledger

/// How much is used, and who holds an address.
struct ShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show how full pools and blocks are, or who holds an address.",
        discussion: """
            Examples:
              martletctl ipam show
              martletctl ipam show --show-blocks
              martletctl ipam show --ip 10.244.0.5
            """)

    @OptionGroup var node: NodeOptions

    @Flag(help: "Show each block under its pool.")
    var showBlocks = false

    @Flag(help: "Show leases of addresses in blocks of other nodes.")
    var showBorrowed = false

    @Flag(help: "Show what holds for all pools.")
    var showConfiguration = false

    @Option(help: ArgumentHelp("Show who holds this address.", valueName: "address"))
    var ip: String?

    func validate() throws {
        if [showBlocks, showBorrowed, showConfiguration, ip != nil].count(where: { $0 }) > 1 {
            throw ValidationError("--show-blocks, --show-borrowed, --show-configuration and --ip exclude one another")
        }
    }

    func run() throws {
        try node.open { book, _ in
            if let ip {
                try showHolder(try address(ip), book)
            } else if showBorrowed {
                try showBorrowed(book)
            } else if showConfiguration {
                try showConfiguration(book)
            } else {
                try showUsage(book)
            }
        }
    }

    private func showUsage(_ book: borrowing Ledger) throws {
        let usage = try ledger { () throws(LedgerError) in try book.usageByBlock() }
        var table = Table("GROUPING", "CIDR", "IPS TOTAL", "IPS IN USE", "IPS RESERVED", "IPS FREE")
        for pool in usage.pools {
            table.add(pool.row("IP Pool"))
            guard showBlocks else { continue }
            for block in usage.blocks where pool.cidr.contains(block.cidr) { table.add(block.row("Block")) }
        }
        table.print()
    }

    private func showHolder(_ address: IPAddress, _ book: borrowing Ledger) throws {
        let snapshot = try ledger { () throws(LedgerError) in try book.snapshot() }
        guard let entry = snapshot.leases.first(where: { $0.lease.address == address }) else {
            return Output.line("\(address) is not assigned")
        }
        let attachment = entry.lease.attachment
        Output.line("IP \(address) is in use")
        Output.line("Handle ID: \(attachment.network).\(attachment.containerID)")
        Output.line("Active Owner Attributes:")
        let node = snapshot.blocks.first { $0.id == entry.lease.block }?.owner
        let attributes = [
            ("container", attachment.containerID), ("interface", attachment.ifname),
            ("hostInterface", entry.lease.hostInterface), ("mac", entry.lease.mac), ("namespace", entry.pod.namespace),
            ("network", attachment.network), ("node", node), ("pod", entry.pod.name), ("sandbox", entry.sandbox),
            ("timestamp", Time.text(entry.createdAt)),
        ]
        for (key, value) in attributes.sorted(by: { $0.0 < $1.0 }) {
            if let value, !value.isEmpty { Output.line("  \(key): \(value)") }
        }
    }

    /// Every lease is in a block of its own node: the constraint holds, and so the list is empty unless it was broken.
    private func showBorrowed(_ book: borrowing Ledger) throws {
        let snapshot = try ledger { () throws(LedgerError) in try book.snapshot() }
        let owners = Dictionary(snapshot.blocks.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        var table = Table("IP", "BORROWING-NODE", "BLOCK", "BLOCK OWNER", "TYPE", "ALLOCATED-TO")
        for entry in snapshot.leases {
            let block = owners[entry.lease.block]
            if let block, block.cidr.contains(entry.lease.address) { continue }
            table.add(
                entry.lease.address.description, book.node, block?.cidr.description ?? "-", block?.owner ?? "-", "pod",
                entry.holder)
        }
        table.print()
    }

    private func showConfiguration(_ book: borrowing Ledger) throws {
        let settings = try ledger { () throws(LedgerError) in
            try book.reading { () throws(LedgerError) in try book.settings() }
        }
        var table = Table("PROPERTY", "VALUE")
        table.add("MaxBlocksPerHost", settings.blockLimit.map(String.init) ?? "-")
        table.add("RestSeconds", settings.restSeconds.map(String.init) ?? "-")
        table.add("StrictAffinity", "true")
        table.print()
    }
}

extension UsageByBlock.Share {
    /// The cells of one row, with shares in per cent.
    fileprivate func row(_ grouping: String) -> [String] {
        [grouping, cidr.description, large(total), part(inUse), part(reserved), part(free)]
    }

    private func part(_ number: UInt128) -> String {
        let percent = total == 0 ? 0 : Int((Double(number) / Double(total) * 100).rounded())
        return "\(large(number)) (\(percent)%)"
    }

    /// Five digits, as calicoctl prints them: an IPv6 pool has more addresses than anybody reads.
    private func large(_ number: UInt128) -> String {
        if number < 100_000 { return String(number) }
        var digits = String(number)
        let exponent = digits.count - 1
        digits = String(digits.prefix(5))
        return "\(digits.prefix(1)).\(digits.dropFirst())e+\(exponent < 10 ? "0" : "")\(exponent)"
    }
}

/// An address that somebody has typed.
func address(_ text: String) throws(ValidationError) -> IPAddress {
    do throws(AddressError) { return try IPAddress(parsing: text) } catch {
        throw ValidationError("\(text) is no address: \(error.description)")
    }
}
