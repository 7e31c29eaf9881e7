/// Walks over the parts of a netlink message; a part that is not all there ends the walk.
struct Cursor {
    /// A message without its header, `nlmsghdr` of linux/netlink.h.
    struct Message {
        let type: UInt16
        let flags: UInt16
        let sequence: UInt32
        let payload: UnsafeRawBufferPointer
    }

    private var rest: UnsafeRawBufferPointer

    /// Starts so many bytes into the buffer, which has to outlive the walk.
    init(_ bytes: UnsafeRawBufferPointer, from offset: Int = 0) {
        rest = UnsafeRawBufferPointer(rebasing: bytes.dropFirst(offset))
    }

    mutating func nextMessage() -> Message? {
        guard rest.count >= NfNetlink.headerSize else { return nil }
        let length = Int(rest.loadUnaligned(as: UInt32.self))
        let type = rest.loadUnaligned(fromByteOffset: 4, as: UInt16.self)
        let flags = rest.loadUnaligned(fromByteOffset: 6, as: UInt16.self)
        let sequence = rest.loadUnaligned(fromByteOffset: 8, as: UInt32.self)
        guard let payload = take(length, header: NfNetlink.headerSize, alignment: 4) else { return nil }
        return Message(type: type, flags: flags, sequence: sequence, payload: payload)
    }

    /// The next `nlattr` of linux/netlink.h.
    mutating func nextAttribute() -> (type: UInt16, value: UnsafeRawBufferPointer)? {
        guard rest.count >= 4 else { return nil }
        let length = Int(rest.loadUnaligned(as: UInt16.self))
        let type = rest.loadUnaligned(fromByteOffset: 2, as: UInt16.self) & NfNetlink.attributeTypeMask
        guard let value = take(length, header: 4, alignment: 4) else { return nil }
        return (type, value)
    }

    /// The next piece of a rule's user data: a byte of type, one of length, the value.
    mutating func nextUserData() -> (type: UInt8, value: UnsafeRawBufferPointer)? {
        guard rest.count >= 2 else { return nil }
        let type = rest[0]
        guard let value = take(2 + Int(rest[1]), header: 2, alignment: 1) else { return nil }
        return (type, value)
    }

    /// Cuts off a part of this length, header included, and the padding after it; nil if it is not all there.
    private mutating func take(_ length: Int, header: Int, alignment: Int) -> UnsafeRawBufferPointer? {
        guard length >= header, length <= rest.count else { return nil }
        let part = UnsafeRawBufferPointer(rebasing: rest[header..<length])
        let padded = (length + alignment - 1) / alignment * alignment
        rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(padded))
        return part
    }
}
