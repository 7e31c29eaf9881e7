import Addressing
import Testing

@Suite("Interface and MAC addresses") struct InterfaceAddressTests {
    @Test("Host bits are kept", arguments: ["10.1.0.5/24", "fd00::5/64", "10.1.0.5/0", "10.1.0.5/32"])
    func hostBits(_ text: String) throws {
        #expect(try InterfaceAddress(parsing: text).description == text)
    }

    @Test("The network is the prefix around the address") func network() throws {
        #expect(try InterfaceAddress(parsing: "10.1.0.5/24").network.description == "10.1.0.0/24")
        #expect(try InterfaceAddress(parsing: "fd00::5/0").network.description == "::/0")
    }

    @Test("An address without a length is an error unless a default is asked for") func defaultLength() throws {
        let error = #expect(throws: AddressError.self) { try InterfaceAddress(parsing: "10.1.0.5") }
        #expect(error?.reason == "it has no length, 10.1.0.5/32 is the address alone")
        #expect(try InterfaceAddress(parsing: "10.1.0.5", defaultPrefixLength: .full).description == "10.1.0.5/32")
        #expect(try InterfaceAddress(parsing: "fd00::5", defaultPrefixLength: .full).description == "fd00::5/128")
        #expect(try InterfaceAddress(parsing: "10.1.0.5/24", defaultPrefixLength: .full).prefixLength == 24)
    }

    @Test("A length above the family's is refused") func tooLong() throws {
        #expect(throws: AddressError.self) { try InterfaceAddress(parsing: "10.1.0.5/33") }
        #expect(throws: AddressError.self) { try InterfaceAddress(parsing: "fd00::/129") }
        #expect(InterfaceAddress(try IPAddress(parsing: "10.1.0.5"), prefixLength: 33) == nil)
        #expect(InterfaceAddress(try IPAddress(parsing: "10.1.0.5"), prefixLength: -1) == nil)
    }

    @Test(
        "A MAC is read in either case and with either separator",
        arguments: [
            ("ee:ee:ee:ee:ee:ee", "ee:ee:ee:ee:ee:ee"), ("C2-11-22-33-44-5F", "c2:11:22:33:44:5f"),
            ("00:00:00:00:00:00", "00:00:00:00:00:00"), ("01:23:45:67:89:ab", "01:23:45:67:89:ab"),
        ])
    func mac(_ text: String, _ canonical: String) throws {
        let mac = try MACAddress(parsing: text)
        #expect(mac.description == canonical)
        #expect(mac.withBytes { MACAddress(bytes: $0) } == mac)
    }

    @Test(
        "A text that is no MAC is refused with what is wrong with it",
        arguments: [
            ("", "it has 0 bytes of 17"), ("ee:ee:ee:ee:ee", "it has 14 bytes of 17"),
            ("ee:ee:ee:ee:ee:ee:ee", "it has 20 bytes of 17"), ("ee:ee:ee:ee:ee-ee", "unexpected '-' at position 15"),
            ("ee.ee.ee.ee.ee.ee", "unexpected '.' at position 3"),
            ("eg:ee:ee:ee:ee:ee", "unexpected 'g' at position 2"),
            ("ee:ee:ee:ee:ee:e ", "unexpected byte 0x20 at position 17"),
        ])
    func macRefused(_ text: String, _ reason: String) {
        let error = #expect(throws: AddressError.self) { try MACAddress(parsing: text) }
        #expect(error?.reason == reason)
    }

    @Test("A MAC's first octet says group and local") func macBits() throws {
        let mac = try MACAddress(parsing: "02:00:5e:10:00:01")
        #expect(mac.withBytes { Array($0) } == [2, 0, 0x5E, 0x10, 0, 1])
        #expect(mac.isLocallyAdministered && !mac.isMulticast && !mac.isZero)
        let group = try MACAddress(parsing: "01:00:5e:00:00:00")
        #expect(group.isMulticast && !group.isLocallyAdministered)
        #expect(MACAddress(0).isZero)
        #expect(MACAddress(1 << 48).isZero)
        #expect([UInt8](repeating: 1, count: 5).withUnsafeBytes { MACAddress(bytes: $0) } == nil)
    }
}
