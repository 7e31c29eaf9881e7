import Glibc
import JSON
import Ledger

extension UsageByBlock.Share {
    /// calicoctl's columns, and in the wide table one of Martlet's own.
    static func headings(isWide: Bool = false) -> [String] {
        ["GROUPING", "CIDR", "IPS TOTAL", "IPS IN USE", "IPS RESERVED", "IPS FREE"] + (isWide ? ["NAME OR NODE"] : [])
    }

    /// The cells of one row, with shares in per cent.
    func row(_ grouping: String, isWide: Bool = false) -> [String] {
        [grouping, cidr.description, large(total), part(inUse), part(reserved), part(free)] + (isWide ? [holder] : [])
    }

    /// The same for programs; `subject` is what the owner or name is called.
    func json(_ subject: String) -> [JSON.Member] {
        [
            JSON.Member(subject, .string(holder)), JSON.Member("cidr", .string(cidr.description)),
            JSON.Member("total", .number("\(total)")), JSON.Member("inUse", .number("\(inUse)")),
            JSON.Member("reserved", .number("\(reserved)")), JSON.Member("free", .number("\(free)")),
        ]
    }

    private func part(_ number: UInt128) -> String {
        // Halves go to the even number, as Go's fmt rounds.
        let percent = total == 0 ? 0 : (real(number) / real(total) * 100).rounded(.toNearestOrEven)
        return "\(large(number)) (\(Int(percent))%)"
    }

    /// Five digits, as calicoctl prints them: an IPv6 pool has more addresses than anybody reads.
    private func large(_ number: UInt128) -> String {
        if number < 100_000 { return String(UInt64(number)) }
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 32) { space in
            guard let start = space.baseAddress,
                withVaList([real(number)], { vsnprintf(start, 32, "%.5g", $0) }) > 0
            else { return String(number) }
            return String(cString: start)
        }
    }

    /// The conversion of 128 bits takes a hundred times as long.
    private func real(_ number: UInt128) -> Double { UInt64(exactly: number).map { Double($0) } ?? Double(number) }
}
