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

            JSON and YAML have these members. By default: pools, each with name, cidr, total, inUse, reserved and free, and
            with --show-blocks blocks, each with owner, cidr, total, inUse, reserved and free. --ip: ip, assigned, and
            where it is assigned handle and attributes. --show-borrowed: borrowed. --show-configuration:
            maxBlocksPerHost, restSeconds (null: not set) and strictAffinity.

            Names are the cidrs of pools, and with --show-blocks of blocks; --ip: the pod, else the container; with
            --show-borrowed addresses, with --show-configuration properties.
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

    @Option(name: .shortAndLong, help: "How to print.")
    var output: ReadingFormat = .table

    func validate() throws {
        if [showBlocks, showBorrowed, showConfiguration, ip != nil].count(where: { $0 }) > 1 {
            throw ValidationError("--show-blocks, --show-borrowed, --show-configuration and --ip exclude one another")
        }
    }

    func run() throws {
        try node.open { book, _ in
            try listing(book).show(output)
        }
    }

    private func listing(_ book: borrowing Ledger) throws -> Listing {
        if let ip { return try holder(try address(ip), book) }
        if showBorrowed { return try borrowed(book) }
        return showConfiguration ? try configuration(book) : try usage(book)
    }

    private func usage(_ book: borrowing Ledger) throws(Trouble) -> Listing {
        let usage = try ledger { () throws(LedgerError) in try book.usageByBlock() }
        let shares = usage.pools.map { pool in
            (pool: pool, blocks: showBlocks ? usage.blocks.filter { pool.cidr.contains($0.cidr) } : [])
        }
        return Listing(
            lines: Self.table(shares, isWide: output == .wide).lines, json: ["pools": .array(shares.map(json))],
            names: shares.flatMap { pool, blocks in ([pool] + blocks).map(\.cidr.description) })
    }

    private static func table(
        _ shares: [(pool: UsageByBlock.Share, blocks: [UsageByBlock.Share])], isWide: Bool
    ) -> BorderedTable {
        var table = BorderedTable(UsageByBlock.Share.headings(isWide: isWide))
        for (pool, blocks) in shares {
            table.add(pool.row("IP Pool", isWide: isWide))
            for block in blocks { table.add(block.row("Block", isWide: isWide)) }
        }
        return table
    }

    private func json(_ pool: UsageByBlock.Share, _ blocks: [UsageByBlock.Share]) -> JSON {
        var members = pool.json("name")
        if showBlocks { members.append(JSON.Member("blocks", .array(blocks.map { .object($0.json("owner")) }))) }
        return .object(members)
    }

    private func holder(_ address: IPAddress, _ book: borrowing Ledger) throws(Trouble) -> Listing {
        let snapshot = try ledger { () throws(LedgerError) in try book.leaseSnapshot() }
        guard let entry = snapshot.leases.first(where: { $0.lease.address == address }) else {
            return Listing(
                lines: ["\(address) is not assigned"],
                json: ["ip": .string(address.description), "assigned": false], names: [])
        }
        let attachment = entry.lease.attachment
        let handle = "\(attachment.network).\(attachment.containerID)"
        let attributes = entry.attributes(node: snapshot.blocks.first { $0.id == entry.lease.block }?.owner)
        return Listing(
            lines: ["IP \(address) is in use", "Handle ID: \(handle)", "Active Owner Attributes:"]
                + attributes.map { "  \($0.name): \($0.text)" },
            json: [
                "ip": .string(address.description), "assigned": true, "handle": .string(handle),
                "attributes": .object(attributes.map { JSON.Member($0.name, .string($0.text)) }),
            ], names: [entry.pod.name == nil ? attachment.containerID : entry.pod.text])
    }

    /// Every lease is in a block of its own node: the constraint holds, and so the list is empty unless it was broken.
    private func borrowed(_ book: borrowing Ledger) throws(Trouble) -> Listing {
        let snapshot = try ledger { () throws(LedgerError) in try book.leaseSnapshot() }
        let blocks = Dictionary(snapshot.blocks.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        var table = BorderedTable("IP", "BORROWING-NODE", "BLOCK", "BLOCK OWNER", "TYPE", "ALLOCATED-TO")
        var borrowed: [JSON] = []
        var names: [String] = []
        for entry in snapshot.leases {
            let block = blocks[entry.lease.block]
            let address = entry.lease.address
            if let block, block.cidr.contains(address) { continue }
            let (cidr, owner) = (block?.cidr.description ?? "-", block?.owner ?? "-")
            table.add([address.description, book.node, cidr, owner, "pod", entry.holder])
            borrowed.append([
                "ip": .string(address.description), "borrowingNode": .string(book.node), "block": .string(cidr),
                "blockOwner": .string(owner), "type": "pod", "allocatedTo": .string(entry.holder),
            ])
            names.append(address.description)
        }
        return Listing(lines: table.lines, json: ["borrowed": .array(borrowed)], names: names)
    }

    private func configuration(_ book: borrowing Ledger) throws(Trouble) -> Listing {
        let settings = try ledger { () throws(LedgerError) in
            try book.reading { () throws(LedgerError) in try book.settings() }
        }
        let rows = [
            ("MaxBlocksPerHost", "maxBlocksPerHost", settings.blockLimit.map { JSON($0) }),
            ("RestSeconds", "restSeconds", settings.restSeconds.map { JSON($0) }),
            ("StrictAffinity", "strictAffinity", true),
        ]
        var table = BorderedTable("PROPERTY", "VALUE")
        for (name, _, value) in rows { table.add([name, value?.description ?? "-"]) }
        return Listing(
            lines: table.lines, json: .object(rows.map { JSON.Member($0.1, $0.2 ?? .null) }), names: rows.map(\.0))
    }
}

extension LedgerSnapshot.Entry {
    /// What is known of the pod, by name.
    fileprivate func attributes(node: String?) -> [(name: String, text: String)] {
        let attributes = [
            ("container", lease.attachment.containerID), ("hostInterface", lease.hostInterface),
            ("interface", lease.attachment.ifname), ("mac", lease.mac), ("namespace", pod.namespace),
            ("network", lease.attachment.network), ("node", node), ("pod", pod.name), ("sandbox", sandbox),
            ("timestamp", Time.text(createdAt)),
        ]
        return attributes.compactMap { name, text in
            guard let text, !text.isEmpty else { return nil }
            return (name, text)
        }
    }
}

/// An address that somebody has typed.
func address(_ text: String) throws(ValidationError) -> IPAddress {
    do throws(AddressError) { return try IPAddress(parsing: text) } catch {
        throw ValidationError("\(text) is no address: \(error.description)")
    }
}
