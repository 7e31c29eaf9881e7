import Glibc
import System

/// Hears of changes of table `inet martlet`, whoever makes them.
package struct TableEvents: ~Copyable {
    private let socket: FileDescriptor

    /// Listens in the network namespace of the calling thread.
    package init() throws(SystemError) {
        let type = Int32(SOCK_RAW.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let opened = FileDescriptor(owning: try retrying("socket") { Glibc.socket(AF_NETLINK, type, NfNetlink.bus) })
        let raw = opened.raw
        let address = NfNetlink.tableGroupAddress
        try retrying("bind") {
            address.withUnsafeBytes { bytes in
                bind(raw, bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count))
            }
        }
        socket = opened
    }

    /// For poll(2).
    package var raw: Int32 { socket.raw }

    /// Whether something of what the kernel has to say is of the table; it may be when there was more than it kept.
    ///
    /// Waits where there is nothing.
    package borrowing func areOfTable() throws(SystemError) -> Bool {
        var isOfTable = false
        var failure: SystemError?
        let raw = raw
        withUnsafeTemporaryAllocation(byteCount: NfNetlink.bufferSize, alignment: 8) { buffer in
            do throws(SystemError) {
                let count = try retrying("recv") { recv(raw, buffer.baseAddress, buffer.count, Int32(MSG_TRUNC)) }
                // What does not fit was a large change.
                isOfTable = count > buffer.count
                var cursor = Cursor(UnsafeRawBufferPointer(rebasing: buffer[..<min(count, buffer.count)]))
                while !isOfTable, let message = cursor.nextMessage() { isOfTable = Self.isOfTable(message) }
            } catch { failure = error }
        }
        if let failure {
            guard failure.number == ENOBUFS else { throw failure }
            return true
        }
        return isOfTable
    }

    private static func isOfTable(_ message: Cursor.Message) -> Bool {
        guard message.type >> 8 == NfNetlink.tables, message.payload.first == NfNetlink.inet else { return false }
        var attributes = Cursor(message.payload, from: NfNetlink.familyHeaderSize)
        // The table's name is the first attribute of a table's, a chain's, a rule's and a set's message alike.
        guard let name = attributes.nextAttribute(), name.type == NfNetlink.tableName else { return false }
        return name.value.elementsEqual(NfNetlink.table)
    }
}
