/// An address as an interface carries it: with the length of the prefix it lies in, host bits kept, `10.1.0.5/24`.
package struct InterfaceAddress: Hashable, Sendable, CustomStringConvertible {
    /// The address itself.
    package let address: IPAddress
    /// Leading bits that the interface's network has in common: 0 to 32 or 128.
    package let prefixLength: Int

    /// What a text without a slash means.
    package enum DefaultPrefixLength: Sendable {
        /// It is an error.
        case none
        /// The family's full length, 32 or 128.
        case full
    }

    /// Makes an interface address; nil for a length that the family does not have.
    package init?(_ address: IPAddress, prefixLength: Int) {
        guard prefixLength >= 0 && prefixLength <= address.family.bits else { return nil }
        self.address = address
        self.prefixLength = prefixLength
    }

    /// An address that shares no network: with its family's full length.
    package init(host address: IPAddress) {
        self.address = address
        prefixLength = address.family.bits
    }

    /// Reads `address/length`.
    ///
    /// - Parameters:
    ///   - text: an address, a slash and a decimal length.
    ///   - defaultPrefixLength: what an address without a length means.
    /// - Throws: `AddressError` when the text is anything else.
    package init(parsing text: String, defaultPrefixLength: DefaultPrefixLength = .none) throws(AddressError) {
        let bytes = text.utf8Span.span
        do throws(Flaw) {
            let (address, given) = try scanAddressWithLength(bytes)
            let length: Int
            switch (given, defaultPrefixLength) {
            case (.some(let given), _): length = given
            case (.none, .full): length = address.family.bits
            case (.none, .none): throw .noLength(address)
            }
            guard length <= address.family.bits else { throw .tooLong(length, address.family) }
            self.address = address
            prefixLength = length
        } catch {
            throw AddressError(text, .interfaceAddress, error)
        }
    }

    /// The prefix that the address lies in.
    package var network: Prefix { Prefix(covering: address, checkedLength: prefixLength) }

    /// The address with its length, `10.1.0.5/24`.
    package var description: String { text(of: address, length: prefixLength) }
}
