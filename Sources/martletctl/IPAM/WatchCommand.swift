import ArgumentParser
import Glibc
import Ledger
import System

/// A live view.
struct WatchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch",
        abstract: "Watch pools and blocks fill and empty.",
        discussion: """
            On a terminal the view is drawn anew each time, until it is interrupted; elsewhere one view follows the other.
            """)

    @OptionGroup var node: NodeOptions

    @Option(help: ArgumentHelp("Time between two views.", valueName: "seconds"))
    var interval = 1

    @Option(help: ArgumentHelp("End after so many views; 0 is never.", valueName: "number"))
    var count = 0

    func validate() throws {
        if !(1...3600).contains(interval) { throw ValidationError("--interval: expected 1 to 3600, found \(interval)") }
        if count < 0 { throw ValidationError("--count: expected 0 or more, found \(count)") }
    }

    func run() throws {
        try node.open { book, _ in
            var before: (pulse: Pulse, at: Int)?
            var shown = 0
            while true {
                let now = (pulse: try ledger { () throws(LedgerError) in try book.pulse() }, at: milliseconds())
                let usage = try ledger { () throws(LedgerError) in try book.usageByBlock() }
                Output.text(view(usage, now, before))
                before = now
                shown += 1
                if shown == count { return }
                sleep(UInt32(interval))
            }
        }
    }

    private func view(
        _ usage: UsageByBlock, _ now: (pulse: Pulse, at: Int), _ before: (pulse: Pulse, at: Int)?
    ) -> String {
        // Home and clear to the end (ECMA-48), where there is a screen to clear.
        var text = isatty(1) == 1 ? "\u{1B}[H\u{1B}[J" : ""
        text += counted(now.pulse.leases, "lease") + rates(now, before) + "\n"
        text += "quarantined: \(now.pulse.quarantined)\n"
        let oldest = now.pulse.oldestFree.map { free in
            "\(free.address), " + (free.seconds.map { "free for \($0) s" } ?? "free since before the last boot")
        }
        text += "oldest free address: \(oldest ?? "-")\n\n"
        var table = BorderedTable(UsageByBlock.Share.headings())
        for pool in usage.pools {
            table.add(pool.row("IP Pool"))
            for block in usage.blocks where pool.cidr.contains(block.cidr) { table.add(block.row("Block")) }
        }
        for line in table.lines { text += line + "\n" }
        return text + (isatty(1) == 1 ? "" : "\n")
    }

    /// ADDs and DELs a second since the last view; a lease that ended has been made, too.
    private func rates(_ now: (pulse: Pulse, at: Int), _ before: (pulse: Pulse, at: Int)?) -> String {
        guard let before, now.at > before.at else { return "" }
        let ended = now.pulse.ended - before.pulse.ended
        let made = now.pulse.leases - before.pulse.leases + ended
        return ", \(perSecond(made, now.at - before.at)) ADD/s, \(perSecond(ended, now.at - before.at)) DEL/s"
    }

    private func perSecond(_ number: Int, _ milliseconds: Int) -> String {
        let tenths = max(0, number) * 10_000 / milliseconds
        return "\(tenths / 10).\(tenths % 10)"
    }

    private func milliseconds() -> Int {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        return now.tv_sec * 1000 + now.tv_nsec / 1_000_000
    }
}
