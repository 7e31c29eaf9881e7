import Addressing
import Glibc
import TestKit
import Testing

@Suite("Addresses against the C library") struct RandomAddressTests {
    let seed = Seeded.seed

    @Test("Random addresses print as inet_ntop prints them and read back") func printing() throws {
        var generator = Seeded("addresses printing")
        for _ in 0..<20_000 {
            let address = Self.address(&generator)
            let text = address.description
            #expect(try IPAddress(parsing: text) == address, "seed \(seed)")
            // The C library still writes the abandoned form `::192.0.2.1`.
            let isCompatible = address.family == .ipv6 && address.value >> 32 == 0 && address.value > 0xFFFF
            if !isCompatible { #expect(text == Self.libraryText(address), "seed \(seed)") }
        }
    }

    @Test("Random texts are accepted exactly when inet_pton accepts them, with the same bytes") func parsing() {
        var generator = Seeded("addresses parsing")
        var accepted = 0
        for _ in 0..<100_000 {
            let text = Self.text(&generator)
            let address = try? IPAddress(parsing: text)
            #expect(address == Self.libraryAddress(text), "\(text), seed \(seed)")
            accepted += address == nil ? 0 : 1
        }
        #expect(accepted > 5_000, "too few of the texts were addresses to prove anything, seed \(seed)")
    }

    private static func address(_ generator: inout Seeded) -> IPAddress {
        if Bool.random(using: &generator) { return IPAddress(ipv4: .random(in: 0 ... .max, using: &generator)) }
        // Whole groups of zeros are what makes printing hard.
        var value: UInt128 = 0
        for _ in 0..<8 {
            let width = [0, 0, 0, 1, 4, 8, 16].randomElement(using: &generator) ?? 0
            value = value << 16 | UInt128(UInt16(truncatingIfNeeded: generator.next()) & UInt16((1 << width) - 1))
        }
        if Int.random(in: 0..<20, using: &generator) == 0 { value = value & 0xFFFF_FFFF | 0xFFFF << 32 }
        return IPAddress(.ipv6, value)
    }

    /// The text of an address, of its long form or of neither: up to three bytes are changed.
    private static func text(_ generator: inout Seeded) -> String {
        let address = address(&generator)
        var bytes = Array(address.description.utf8)
        let alphabet = Array("0123456789abcdefABCDEF::::....%/ xg-".utf8)
        for _ in 0..<Int.random(in: 0...3, using: &generator) {
            let index = Int.random(in: 0...bytes.count, using: &generator)
            let byte = alphabet.randomElement(using: &generator) ?? 0
            switch Int.random(in: 0..<3, using: &generator) {
            case 0: bytes.insert(byte, at: index)
            case 1 where index < bytes.count: bytes[index] = byte
            case 2 where index < bytes.count: bytes.remove(at: index)
            default: break
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func libraryText(_ address: IPAddress) -> String {
        var buffer = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let result = address.withNetworkBytes {
            inet_ntop(address.family == .ipv4 ? AF_INET : AF_INET6, $0.baseAddress, &buffer, socklen_t(buffer.count))
        }
        return result.map { String(cString: $0) } ?? "inet_ntop failed"
    }

    private static func libraryAddress(_ text: String) -> IPAddress? {
        for (family, number) in [(AddressFamily.ipv4, AF_INET), (.ipv6, AF_INET6)] {
            var bytes = [UInt8](repeating: 0, count: family.byteCount)
            if inet_pton(number, text, &bytes) == 1 {
                return bytes.withUnsafeBytes { IPAddress(family: family, bytes: $0) }
            }
        }
        return nil
    }
}
