import Addressing
import Testing

@Suite("IP addresses") struct IPAddressTests {
    @Test(
        "A text in its canonical form prints as it was read",
        arguments: [
            "0.0.0.0", "10.244.0.1", "255.255.255.255", "1.20.255.9",
            "::", "::1", "1::", "fe80::ecee:eeff:feee:eeee", "2001:db8::1:0:0:1", "2001:db8:0:1:1:1:1:1",
            "1:2:3:4:5:6:7:8", "::ffff:192.0.2.1", "::102:304", "64:ff9b::102:304", "0:1::", "1:0:2:3:4:5:6:0",
            "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "0:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:0",
        ])
    func canonical(_ text: String) throws {
        #expect(try IPAddress(parsing: text).description == text)
    }

    @Test(
        "Every accepted spelling of an address is the same address",
        arguments: [
            ("::FFFF:1.2.3.4", "::ffff:1.2.3.4"), ("::ffff:0102:0304", "::ffff:1.2.3.4"), ("::1.2.3.4", "::102:304"),
            ("0:0:0:0:0:0:0:0", "::"), ("2001:0db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
            ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
            ("1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"), ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"),
        ])
    func spellings(_ text: String, _ canonical: String) throws {
        let address = try IPAddress(parsing: text)
        #expect(try address == IPAddress(parsing: canonical))
    }

    @Test(
        "A text that is no address is refused with what is wrong with it",
        arguments: [
            ("", "it is empty"), (" 1.2.3.4", "unexpected byte 0x20 at position 1"),
            ("1.2.3.4 ", "byte 0x20 at position 8"),
            ("1.2.3", "it has 3 of 4 octets"), ("1.2.3.", "it ends where octet 4 of 4 should begin"),
            ("1.2.3.4.", "unexpected '.' at position 8"), ("1.2.3.256", "octet 4 is above 255"),
            ("1.02.3.4", "octet 2 has a leading zero"), ("00.2.3.4", "octet 1 has a leading zero"),
            ("1..3.4", "unexpected '.' at position 3"), ("0x1.2.3.4", "unexpected 'x' at position 2"),
            ("-1.2.3.4", "unexpected '-' at position 1"), ("1.2.3.4/8", "unexpected '/' at position 8"),
            ("99999999999999999999.1.1.1", "octet 1 is above 255"), ("١.2.3.4", "unexpected byte 0xd9 at position 1"),
            (":", "unexpected ':' at position 1"), (":::", "unexpected ':' at position 3"),
            ("1:", "unexpected ':' at position 2"),
            (":1:2:3:4:5:6:7", "unexpected ':' at position 1"), ("1:2:3:4:5:6:7", "it has 7 of 8 groups"),
            ("1:2:3:4:5:6:7:8:9", "it has 9 of 8 groups"), ("1::2::3", "'::' stands in it twice"),
            ("1:2:3:4:5:6:7::8", "it has 8 groups beside '::', 7 are possible"),
            ("12345::", "position 1 has more than 4 digits"),
            ("fe80::1%eth0", "unexpected '%' at position 8"), ("::1.2.3", "it has 3 of 4 octets"),
            ("::1.2.3.4:5", "unexpected ':' at position 10"), ("::g", "unexpected 'g' at position 3"),
            ("1:2:3:4:5:6:7:1.2.3.4", "it has 9 of 8 groups"), ("1.2.3.4::", "unexpected ':' at position 8"),
        ])
    func refused(_ text: String, _ reason: String) {
        let error = #expect(throws: AddressError.self) { try IPAddress(parsing: text) }
        #expect(error?.description.contains(reason) == true, "\(error?.description ?? "")")
        #expect(error?.found == text)
    }

    @Test("An error shows a long text cut short") func longText() {
        let error = #expect(throws: AddressError.self) { try IPAddress(parsing: String(repeating: "9", count: 5000)) }
        #expect(error?.found.count == 60)
    }

    @Test("Network bytes are big-endian and read back", arguments: ["10.244.0.1", "2001:db8::1"])
    func networkBytes(_ text: String) throws {
        let address = try IPAddress(parsing: text)
        let bytes = address.withNetworkBytes { Array($0) }
        #expect(
            bytes
                == (address.family == .ipv4
                    ? [10, 244, 0, 1] : [0x20, 1, 0xD, 0xB8] + Array(repeating: 0, count: 11) + [1]))
        #expect(bytes.withUnsafeBytes { IPAddress(family: address.family, bytes: $0) } == address)
        #expect((bytes + [0]).withUnsafeBytes { IPAddress(family: address.family, bytes: $0) } == nil)
    }

    @Test("Steps end at the last address of the family") func steps() throws {
        let last = IPAddress(ipv4: .max)
        #expect(last.advanced(by: 0) == last)
        #expect(last.advanced(by: 1) == nil)
        #expect(IPAddress(ipv4: 0).advanced(by: 0xFFFF_FFFF) == last)
        #expect(IPAddress(ipv4: 0).advanced(by: .max) == nil)
        #expect(IPAddress(.ipv6, 0).advanced(by: .max) == IPAddress(.ipv6, .max))
        #expect(IPAddress(.ipv6, 1).advanced(by: .max) == nil)
        #expect(last.distance(from: IPAddress(ipv4: 1)) == 0xFFFF_FFFE)
        #expect(IPAddress(ipv4: 1).distance(from: last) == 0)
        #expect(IPAddress(.ipv6, 5).distance(from: IPAddress(ipv4: 1)) == 0)
    }

    @Test("IPv4 sorts before IPv6, then by number") func order() throws {
        let sorted = try ["0.0.0.1", "255.255.255.255", "::", "::1"].map { try IPAddress(parsing: $0) }
        #expect(sorted.reversed().sorted() == sorted)
        #expect(IPAddress(.ipv4, 1 << 32 | 7) == IPAddress(ipv4: 7))
    }

    @Test(
        "Special ranges are known by their edges",
        arguments: [
            ("0.0.0.0", "u"), ("0.0.0.1", ""), ("126.255.255.255", ""), ("127.0.0.0", "l"), ("127.255.255.255", "l"),
            ("128.0.0.0", ""), ("169.253.255.255", ""), ("169.254.0.0", "k"), ("169.254.255.255", "k"),
            ("169.255.0.0", ""),
            ("223.255.255.255", ""), ("224.0.0.0", "m"), ("239.255.255.255", "m"), ("240.0.0.0", ""),
            ("::", "u"), ("::1", "l"), ("::2", ""), ("fe7f:ffff::", ""), ("fe80::", "k"), ("febf::", "k"),
            ("fec0::", ""),
            ("feff::", ""), ("ff00::", "m"), ("ffff::", "m"), ("::7f00:1", ""),
        ])
    func ranges(_ text: String, _ expected: String) throws {
        let address = try IPAddress(parsing: text)
        let marks = [
            (address.isUnspecified, "u"), (address.isLoopback, "l"), (address.isLinkLocal, "k"),
            (address.isMulticast, "m"),
        ]
        #expect(marks.filter(\.0).map(\.1).joined() == expected)
    }
}
