import Addressing
import SQLite

extension Statement {
    /// Binds an address as a number that sorts: an INTEGER for IPv4, 16 bytes for IPv6.
    borrowing func bind(_ index: Int32, ordered address: IPAddress) throws(SQLiteError) {
        switch address.family {
        case .ipv4: try bind(index, Int(address.value))
        case .ipv6:
            try address.withNetworkBytes { (bytes) throws(SQLiteError) in try bind(index, bytes: bytes) }
        }
    }

    /// Reads an address that was bound by `bind(_:ordered:)`; nil for anything else.
    borrowing func address(_ column: Int32, ordered family: AddressFamily) -> IPAddress? {
        switch family {
        case .ipv4: IPAddress(.ipv4, UInt128(truncatingIfNeeded: integer(column)))
        case .ipv6: withBytes(column) { IPAddress(family: .ipv6, bytes: $0) }
        }
    }

    /// Reads an address that was written as text.
    borrowing func address(_ column: Int32) throws(SQLiteError) -> IPAddress {
        do throws(AddressError) { return try IPAddress(parsing: text(column)) } catch {
            throw SQLiteError(code: 11, message: "a row holds no address but: " + error.description)
        }
    }

    /// Reads a prefix that was written as text.
    borrowing func prefix(_ column: Int32) throws(SQLiteError) -> Prefix {
        do throws(AddressError) { return try Prefix(parsing: text(column)) } catch {
            throw SQLiteError(code: 11, message: "a row holds no prefix but: " + error.description)
        }
    }
}
