internal import CMnl

extension NetlinkSocket {
    /// The number by which this namespace knows another, an open one; nil when it has never had a reason to.
    ///
    /// Like `ip netns list-id`. A link names by it the namespace of its other end.
    package borrowing func number(ofNamespace descriptor: Int32) throws(NetlinkError) -> UInt32? {
        var batch = MessageBatch()
        batch.add("ask for a namespace's number", type: Int(RTM_GETNSID), flags: 0, header: rtgenmsg()) { message in
            message.put(NETNSA_FD, UInt32(bitPattern: descriptor))
        }
        var number: UInt32?
        let failures = try exchange(&batch, lastIsQuery: true) { reply in
            guard reply.type == Int(RTM_NEWNSID) else { return }
            reply.forEachAttribute(after: MemoryLayout<rtgenmsg>.size) { attribute in
                // -1 where there is none.
                if attribute.type == Int(NETNSA_NSID), Int32(bitPattern: attribute.number) >= 0 {
                    number = attribute.number
                }
            }
        }
        if let failure = failures.first { throw failure.error }
        return number
    }
}
