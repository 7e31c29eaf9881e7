import Addressing
import Testing

@Suite("Prefixes") struct PrefixTests {
    @Test(
        "A canonical prefix prints as it was read",
        arguments: ["0.0.0.0/0", "10.244.0.0/16", "10.244.0.192/26", "10.0.0.1/32", "::/0", "fd00:1::/48", "::1/128"])
    func canonical(_ text: String) throws {
        #expect(try Prefix(parsing: text).description == text)
    }

    @Test(
        "A text that is no prefix is refused with what is wrong with it",
        arguments: [
            ("10.244.0.1/16", "host bits are set, 10.244.0.0/16 was probably meant"),
            ("fd00::1/64", "host bits are set, fd00::/64 was probably meant"),
            ("128.0.0.0/0", "0.0.0.0/0 was probably meant"),
            ("10.0.0.0", "it has no length, 10.0.0.0/32 is the address alone"),
            ("10.0.0.0/", "no length follows the slash"),
            ("10.0.0.0/33", "length 33 is above 32, the most that IPv4 has"), ("::/129", "length 129 is above 128"),
            ("10.0.0.0/08", "the length has a leading zero"), ("10.0.0.0/+8", "unexpected '+' at position 10"),
            ("10.0.0.0/8 ", "unexpected byte 0x20 at position 11"), ("10.0.0.0/1000", "unexpected '0' at position 13"),
            ("10.0.0.0/8/8", "unexpected '/' at position 11"), ("/8", "it is empty"),
            ("10.0.0/8", "it has 3 of 4 octets"),
        ])
    func refused(_ text: String, _ reason: String) {
        let error = #expect(throws: AddressError.self) { try Prefix(parsing: text) }
        #expect(error?.description.contains(reason) == true, "\(error?.description ?? "")")
    }

    @Test("Host bits and impossible lengths make no prefix") func construction() throws {
        let address = try IPAddress(parsing: "10.0.0.1")
        #expect(Prefix(address, length: 31) == nil)
        #expect(Prefix(address, length: 32)?.description == "10.0.0.1/32")
        #expect(Prefix(address, length: 33) == nil)
        #expect(Prefix(address, length: -1) == nil)
        #expect(Prefix(covering: address, length: 8)?.description == "10.0.0.0/8")
        #expect(Prefix(covering: address, length: 0)?.description == "0.0.0.0/0")
        #expect(Prefix(covering: address, length: .min) == nil)
        #expect(Prefix(covering: address, length: .max) == nil)
    }

    @Test(
        "The longest prefix that holds two addresses",
        arguments: [
            ("10.0.0.1", "10.0.0.1", "10.0.0.1/32"), ("10.0.0.1", "10.0.0.2", "10.0.0.0/30"),
            ("0.0.0.0", "255.255.255.255", "0.0.0.0/0"), ("fd00::1", "fd00::1:0", "fd00::/111"),
            ("::", "ffff::", "::/0"),
        ])
    func shared(_ one: String, _ other: String, _ prefix: String) throws {
        let (one, other) = (try IPAddress(parsing: one), try IPAddress(parsing: other))
        #expect(Prefix(covering: one, and: other)?.description == prefix)
        #expect(Prefix(covering: other, and: one)?.description == prefix)
    }

    @Test("No prefix holds addresses of two families") func twoFamilies() throws {
        #expect(try Prefix(covering: IPAddress(parsing: "0.0.0.1"), and: IPAddress(parsing: "::1")) == nil)
    }

    @Test(
        "A prefix knows its ends and its size",
        arguments: [
            ("0.0.0.0/0", "0.0.0.0", "255.255.255.255", 1 << 32), ("10.0.0.64/26", "10.0.0.64", "10.0.0.127", 64),
            ("10.0.0.1/32", "10.0.0.1", "10.0.0.1", 1), ("fd00::/122", "fd00::", "fd00::3f", 64),
            ("::/0", "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", UInt128.max),
            ("8000::/1", "8000::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 1 << 127),
        ])
    func ends(_ text: String, _ first: String, _ last: String, _ count: UInt128) throws {
        let prefix = try Prefix(parsing: text)
        #expect(prefix.first.description == first)
        #expect(prefix.last.description == last)
        #expect(prefix.count == count)
        #expect(prefix.contains(prefix.first) && prefix.contains(prefix.last) && prefix.contains(prefix))
        if let below = prefix.first.value > 0 ? IPAddress(prefix.family, prefix.first.value - 1) : nil {
            #expect(!prefix.contains(below))
        }
        if let above = prefix.last.advanced(by: 1) { #expect(!prefix.contains(above)) }
    }

    @Test("Prefixes of different families never meet") func families() throws {
        let all4 = try Prefix(parsing: "0.0.0.0/0")
        let all6 = try Prefix(parsing: "::/0")
        #expect(!all4.contains(all6.first) && !all6.contains(all4.first))
        #expect(!all4.overlaps(all6) && !all6.overlaps(all4))
    }

    @Test("Overlap is containment either way") func overlap() throws {
        let outer = try Prefix(parsing: "10.244.0.0/16")
        let inner = try Prefix(parsing: "10.244.255.192/26")
        let beside = try Prefix(parsing: "10.245.0.0/16")
        #expect(outer.contains(inner) && !inner.contains(outer))
        #expect(outer.overlaps(inner) && inner.overlaps(outer))
        #expect(!outer.overlaps(beside) && !outer.contains(beside))
    }

    @Test("Subdivisions are counted and numbered from 0") func subdivisions() throws {
        let pool = try Prefix(parsing: "10.244.0.0/16")
        #expect(pool.subdivisionCount(length: 26) == 1024)
        #expect(pool.subdivisionCount(length: 16) == 1)
        #expect(pool.subdivisionCount(length: 15) == 0)
        #expect(pool.subdivisionCount(length: 33) == 0)
        #expect(pool.subdivision(at: 0, length: 26)?.description == "10.244.0.0/26")
        #expect(pool.subdivision(at: 1023, length: 26)?.description == "10.244.255.192/26")
        #expect(pool.subdivision(at: 1024, length: 26) == nil)
        #expect(pool.subdivision(at: 0, length: 16) == pool)
        #expect(pool.subdivision(at: 0, length: 15) == nil)
        let everything = try Prefix(parsing: "::/0")
        #expect(everything.subdivisionCount(length: 128) == .max)
        #expect(everything.subdivision(at: .max, length: 128)?.first == everything.last)
        #expect(everything.subdivision(at: 0, length: 0) == everything)
        #expect(everything.subdivision(at: 1, length: 0) == nil)
    }

    @Test("Prefixes sort by address, the shorter first") func order() throws {
        let sorted = try ["10.0.0.0/8", "10.0.0.0/9", "10.1.0.0/16", "::/0"].map { try Prefix(parsing: $0) }
        #expect(sorted.reversed().sorted() == sorted)
    }
}
