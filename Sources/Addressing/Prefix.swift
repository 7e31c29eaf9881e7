/// A block of addresses that share their leading bits, RFC 4632: `10.244.0.0/16`.
///
/// A prefix is canonical: no host bit is set. For an address that keeps its host bits see `InterfaceAddress`.
/// Prefixes are ordered by address, shorter ones first.
package struct Prefix: Hashable, Sendable {
    /// The lowest address of the block.
    package let address: IPAddress
    /// How many leading bits are fixed: 0 to 32 or 128.
    package let length: Int

    /// Makes a prefix; nil for a length that the family does not have, or when host bits are set.
    package init?(_ address: IPAddress, length: Int) {
        guard let covering = Prefix(covering: address, length: length), covering.address == address else { return nil }
        self = covering
    }

    /// Makes the prefix of this length that `address` lies in; nil only for a length that the family does not have.
    package init?(covering address: IPAddress, length: Int) {
        guard length >= 0 && length <= address.family.bits else { return nil }
        self.init(covering: address, checkedLength: length)
    }

    /// Makes the longest prefix that both addresses lie in; nil for addresses of two families.
    package init?(covering one: IPAddress, and other: IPAddress) {
        guard one.family == other.family else { return nil }
        let differing = UInt128.bitWidth - (one.value ^ other.value).leadingZeroBitCount
        self.init(covering: one, checkedLength: one.family.bits - differing)
    }

    /// The prefix of one address alone: a /32 or a /128.
    package init(host address: IPAddress) { self.init(covering: address, checkedLength: address.family.bits) }

    /// The prefix of all addresses of a family: 0.0.0.0/0 or ::/0.
    package static func everything(_ family: AddressFamily) -> Prefix {
        Prefix(covering: IPAddress(family, 0), checkedLength: 0)
    }

    /// As `init(covering:length:)`, for a length that is known to be the family's.
    init(covering address: IPAddress, checkedLength length: Int) {
        let hostMask = address.family.hostMask(prefixLength: length)
        self.address = IPAddress(address.family, address.value & ~hostMask)
        self.length = length
    }

    /// Reads `address/length`.
    ///
    /// - Throws: `AddressError`; when host bits are set it names the prefix that was probably meant.
    package init(parsing text: String) throws(AddressError) {
        let bytes = text.utf8Span.span
        do throws(Flaw) {
            let (address, length) = try scanAddressWithLength(bytes)
            guard let length else { throw .noLength(address) }
            guard let covering = Prefix(covering: address, length: length) else {
                throw .tooLong(length, address.family)
            }
            guard covering.address == address else {
                throw Flaw("host bits are set, \(covering) was probably meant")
            }
            self = covering
        } catch {
            throw AddressError(text, .prefix, error)
        }
    }

    /// Which protocol the prefix belongs to.
    package var family: AddressFamily { address.family }

    /// The lowest address, the same as `address`.
    package var first: IPAddress { address }

    /// The highest address.
    package var last: IPAddress { IPAddress(family, address.value | family.hostMask(prefixLength: length)) }

    /// How many addresses there are; one less than true (`UInt128.max`) for `::/0`.
    package var count: UInt128 { subdivisionCount(length: family.bits) }
}

extension Prefix: Comparable {
    /// Orders by first address, then shorter prefixes first.
    package static func < (left: Prefix, right: Prefix) -> Bool {
        left.address == right.address ? left.length < right.length : left.address < right.address
    }
}

extension Prefix {
    /// Whether the address lies in this block; never for one of the other family.
    package func contains(_ other: IPAddress) -> Bool {
        other.family == family && (other.value ^ address.value) & ~family.hostMask(prefixLength: length) == 0
    }

    /// Whether all of the other block lies in this one.
    package func contains(_ other: Prefix) -> Bool {
        other.length >= length && contains(other.address)
    }

    /// Whether the blocks have an address in common.
    package func overlaps(_ other: Prefix) -> Bool {
        contains(other) || other.contains(self)
    }

    /// How many prefixes of this length fit: 0 when it is shorter than this one or longer than an address.
    ///
    /// The answer for 2^128 is `UInt128.max`.
    package func subdivisionCount(length wanted: Int) -> UInt128 {
        guard wanted >= length && wanted <= family.bits else { return 0 }
        return wanted - length == 128 ? .max : 1 << UInt128(wanted - length)
    }

    /// The `index`-th prefix of this length within this one, counted from 0; nil outside.
    package func subdivision(at index: UInt128, length wanted: Int) -> Prefix? {
        let count = subdivisionCount(length: wanted)
        guard index < count || (count == .max && index == .max) else { return nil }
        return Prefix(IPAddress(family, address.value + index << UInt128(family.bits - wanted)), length: wanted)
    }
}
