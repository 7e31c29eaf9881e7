import Addressing

/// Where a BGP peer listens.
package struct PeerAddress: Hashable, Sendable, CustomStringConvertible {
    package let address: IPAddress
    /// Its TCP port; nil for the usual one.
    package let port: Int?

    /// Takes an address and a port.
    package init(_ address: IPAddress, port: Int? = nil) {
        self.address = address
        self.port = port
    }

    /// Reads `192.0.2.1`, `192.0.2.1:1790`, `fd00::1` or `[fd00::1]:1790`.
    init(parsing text: String) throws(AddressError) {
        let host: Substring
        let port: Substring?
        if text.hasPrefix("["), let end = text.firstIndex(of: "]") {
            host = text[text.index(after: text.startIndex)..<end]
            let rest = text[text.index(after: end)...]
            guard rest.hasPrefix(":") else { throw Self.noPort(text) }
            port = rest.dropFirst()
        } else if text.contains("."), let colon = text.lastIndex(of: ":"), text.firstIndex(of: ":") == colon {
            host = text[..<colon]
            port = text[text.index(after: colon)...]
        } else {
            (host, port) = (text[...], nil)
        }
        address = try IPAddress(parsing: String(host))
        self.port = try port.map { (port) throws(AddressError) in
            guard let number = UInt16(digits: port), number > 0 else { throw Self.noPort(text) }
            return Int(number)
        }
    }

    private static func noPort(_ text: String) -> AddressError {
        AddressError(
            found: text, expected: "an address, also with a port such as 192.0.2.1:1790 or [fd00::1]:1790",
            reason: "what follows the address is no port")
    }

    /// The address, and the port if it has one.
    package var description: String {
        guard let port else { return address.description }
        return address.family == .ipv4 ? "\(address):\(port)" : "[\(address)]:\(port)"
    }
}
