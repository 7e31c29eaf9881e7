internal import CMnl

/// A message from the kernel, valid during the call that hands it over.
package struct NetlinkReply {
    let header: UnsafeMutablePointer<nlmsghdr>

    /// `RTM_NEWLINK` and its like.
    var type: Int { Int(header.pointee.nlmsg_type) }

    /// Whether the dump it belongs to was disturbed by a change and must be taken again (`NLM_F_DUMP_INTR`).
    var isInterrupted: Bool { header.pointee.nlmsg_flags & UInt16(NLM_F_DUMP_INTR) != 0 }

    /// The fixed part of the message, if it is long enough.
    func fixed<Header: BitwiseCopyable>(as type: Header.Type) -> Header? {
        guard mnl_nlmsg_get_payload_len(header) >= MemoryLayout<Header>.size,
            let payload = mnl_nlmsg_get_payload(header)
        else { return nil }
        return payload.loadUnaligned(as: type)
    }

    /// Walks the attributes that follow a fixed part of `offset` bytes.
    func forEachAttribute(after offset: Int, _ body: (NetlinkAttribute) -> Void) {
        let total = Int(mnl_nlmsg_get_payload_len(header))
        let start = (offset + 3) & ~3
        guard total > start, let payload = mnl_nlmsg_get_payload(header) else { return }
        NetlinkAttribute.walk(UnsafeRawBufferPointer(start: payload + start, count: total - start), body)
    }
}

/// One attribute of a message from the kernel.
struct NetlinkAttribute {
    let type: Int
    let bytes: UnsafeRawBufferPointer

    var byte: UInt8 { bytes.first ?? 0 }
    var number: UInt32 { bytes.count >= 4 ? bytes.loadUnaligned(as: UInt32.self) : 0 }

    /// Text up to its NUL.
    var text: String {
        let end = bytes.firstIndex(of: 0) ?? bytes.endIndex
        return String(decoding: bytes[..<end], as: UTF8.self)
    }

    /// Walks the attributes inside this one.
    func forEachNested(_ body: (NetlinkAttribute) -> Void) { Self.walk(bytes, body) }

    /// Walks attributes laid one after another, each padded to 4 bytes.
    static func walk(_ region: UnsafeRawBufferPointer, _ body: (NetlinkAttribute) -> Void) {
        guard let base = region.baseAddress else { return }
        let end = base + region.count
        var next = UnsafePointer(base.assumingMemoryBound(to: nlattr.self))
        while true {
            let left = UnsafeRawPointer(next).distance(to: end)
            guard left >= 4, mnl_attr_ok(next, Int32(left)) else { return }
            let payload = UnsafeRawBufferPointer(
                start: mnl_attr_get_payload(next), count: Int(mnl_attr_get_payload_len(next)))
            body(NetlinkAttribute(type: Int(mnl_attr_get_type(next)), bytes: payload))
            guard let following = mnl_attr_next(next) else { return }
            next = UnsafePointer(following)
        }
    }
}
