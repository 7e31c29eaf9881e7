import Addressing
internal import CMnl
import Glibc

/// "From this address, look into that table", ip-rule(8).
package struct SourceRule: Hashable, Sendable {
    package let source: IPAddress
    package let table: UInt32
    /// Lower is asked first; main is at 32766.
    package let priority: UInt32

    package init(from source: IPAddress, table: UInt32, priority: UInt32) {
        self.source = source
        self.table = table
        self.priority = priority
    }
}

extension MessageBatch {
    /// Adds a rule. Like `ip rule add from SOURCE lookup TABLE priority N`.
    package mutating func addRule(_ rule: SourceRule) {
        var header = fib_rule_hdr()
        header.family = family(of: rule.source)
        header.src_len = UInt8(rule.source.family.bits)
        header.action = UInt8(FR_ACT_TO_TBL)
        add("add the rule", type: Int(RTM_NEWRULE), flags: NLM_F_CREATE | NLM_F_EXCL, header: header) { message in
            message.put(FRA_SRC, rule.source)
            message.put(FRA_TABLE, rule.table)
            message.put(FRA_PRIORITY, rule.priority)
        }
    }
}

extension NetlinkSocket {
    /// The rules of one family that match on a single source address.
    package borrowing func sourceRules(_ addressFamily: AddressFamily) throws(NetlinkError) -> [SourceRule] {
        var header = fib_rule_hdr()
        header.family = family(addressFamily)
        return try dump("list rules", type: Int(RTM_GETRULE), header: header, read: SourceRule.init)
    }
}

extension SourceRule {
    init?(_ reply: NetlinkReply) {
        guard reply.type == Int(RTM_NEWRULE), let fixed = reply.fixed(as: fib_rule_hdr.self) else { return nil }
        var source: IPAddress?
        var table = UInt32(fixed.table)
        var priority: UInt32 = 0
        reply.forEachAttribute(after: MemoryLayout<fib_rule_hdr>.size) { attribute in
            switch attribute.type {
            case Int(FRA_SRC): source = attribute.address(family: fixed.family)
            case Int(FRA_TABLE): table = attribute.number
            case Int(FRA_PRIORITY): priority = attribute.number
            default: break
            }
        }
        guard let source, Int(fixed.src_len) == source.family.bits else { return nil }
        self.init(from: source, table: table, priority: priority)
    }
}
