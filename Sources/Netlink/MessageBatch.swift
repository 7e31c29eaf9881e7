internal import CMnl
import Glibc

/// Netlink messages in one buffer, sent to the kernel by one system call, netlink(7).
///
/// The kernel carries them out in order. They are no transaction: a message runs whether or not the one before it
/// failed. Only the last asks for an acknowledgement; failures of the others are reported unasked.
package struct MessageBatch: ~Copyable {
    /// Enough for every batch that Martlet sends; long lists are sent in several.
    static let capacity = 32 << 10

    let buffer: UnsafeMutableRawPointer
    /// Bytes in use.
    private(set) var used = 0
    /// Number of messages.
    package private(set) var count = 0
    /// Sequence number of the first message; the following count on.
    private(set) var firstSequence: UInt32 = 0
    /// What each message asks for, for errors. Static text, so that nothing is built unless something fails.
    private(set) var labels: [StaticString] = []

    /// An empty batch.
    package init() {
        buffer = UnsafeMutableRawPointer.allocate(byteCount: Self.capacity, alignment: 8)
        labels.reserveCapacity(12)
    }

    deinit { buffer.deallocate() }

    /// Whether there is room for another message of ordinary size (4 KiB).
    package var hasRoom: Bool { Self.capacity - used > 4096 }

    /// Empties the batch for the next use.
    mutating func clear() {
        used = 0
        count = 0
        labels.removeAll(keepingCapacity: true)
    }

    /// Sequence number of the last message.
    var lastSequence: UInt32 { firstSequence &+ UInt32(count) &- 1 }

    /// Adds a message whose fixed part is `header`, and fills its attributes.
    ///
    /// - Parameters:
    ///   - label: what it asks for, for errors.
    ///   - type: `RTM_NEWLINK` and its like.
    ///   - flags: `NLM_F_CREATE` and its like; `NLM_F_REQUEST` is added.
    mutating func add<Header: BitwiseCopyable>(
        _ label: StaticString, type: Int, flags: Int32, header: Header, _ fill: (borrowing Message) -> Void = { _ in }
    ) {
        let start = mnl_nlmsg_put_header(buffer + used)
        guard let start else { return }
        start.pointee.nlmsg_type = UInt16(type)
        start.pointee.nlmsg_flags = UInt16(NLM_F_REQUEST | flags)
        if let space = mnl_nlmsg_put_extra_header(start, MemoryLayout<Header>.size) {
            space.storeBytes(of: header, as: Header.self)
        }
        fill(Message(header: start))
        used += Int(start.pointee.nlmsg_len)
        count += 1
        labels.append(label)
        last = start
    }

    private var last: UnsafeMutablePointer<nlmsghdr>?

    /// Numbers the messages from `first` on, so that no answer to an earlier batch is taken for one to these.
    mutating func number(from first: UInt32) {
        firstSequence = first
        var offset = 0
        for index in 0..<count {
            let header = (buffer + offset).assumingMemoryBound(to: nlmsghdr.self)
            header.pointee.nlmsg_seq = first &+ UInt32(index)
            offset += (Int(header.pointee.nlmsg_len) + 3) & ~3
        }
    }

    /// Asks the kernel to acknowledge the last message, which ends the exchange.
    func requestAcknowledgement() {
        last?.pointee.nlmsg_flags |= UInt16(NLM_F_ACK)
    }
}

/// A message under construction: attributes are appended to it.
struct Message: ~Copyable {
    let header: UnsafeMutablePointer<nlmsghdr>

    func put<Attribute: BinaryInteger>(_ type: Attribute, _ value: UInt8) {
        mnl_attr_put_u8(header, UInt16(type), value)
    }
    func put<Attribute: BinaryInteger>(_ type: Attribute, _ value: UInt16) {
        mnl_attr_put_u16(header, UInt16(type), value)
    }
    func put<Attribute: BinaryInteger>(_ type: Attribute, _ value: UInt32) {
        mnl_attr_put_u32(header, UInt16(type), value)
    }
    func put<Attribute: BinaryInteger>(_ type: Attribute, _ value: UInt64) {
        mnl_attr_put_u64(header, UInt16(type), value)
    }

    /// Text with the NUL at its end that the kernel expects.
    func put<Attribute: BinaryInteger>(_ type: Attribute, _ text: String) {
        text.withCString { mnl_attr_put_strz(header, UInt16(type), $0) }
    }

    func put<Attribute: BinaryInteger>(_ type: Attribute, bytes: UnsafeRawBufferPointer) {
        mnl_attr_put(header, UInt16(type), bytes.count, bytes.baseAddress)
    }

    /// A structure as it lies in memory.
    func put<Attribute: BinaryInteger, Value: BitwiseCopyable>(_ type: Attribute, structure value: Value) {
        withUnsafeBytes(of: value) { put(type, bytes: $0) }
    }

    /// An attribute that holds others.
    func nest<Attribute: BinaryInteger>(_ type: Attribute, _ fill: () -> Void) {
        let start = mnl_attr_nest_start(header, UInt16(type))
        fill()
        mnl_attr_nest_end(header, start)
    }

    /// A structure between attributes, as `VETH_INFO_PEER` begins with.
    func putExtra<Value: BitwiseCopyable>(_ value: Value) {
        mnl_nlmsg_put_extra_header(header, MemoryLayout<Value>.size)?.storeBytes(of: value, as: Value.self)
    }
}
