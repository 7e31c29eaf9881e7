import Foundation
import TestKit
import Testing

@Suite("What the plugin is linked from")
struct LinkedSymbolTests {
    private static let unstripped = "\(Programs.folder)/martlet.unstripped"

    @Test(
        "The static plugin holds nothing of Foundation, NIO or ArgumentParser",
        .enabled(if: FileManager.default.fileExists(atPath: unstripped), "Scripts/build makes martlet.unstripped"))
    func nothingHeavy() async throws {
        let listing = try await execute(["/usr/bin/nm", Self.unstripped])
        try #require(listing.succeeded, "\(listing.errorText)")
        var own = 0
        var heavy: [Substring] = []
        for line in listing.text.split(separator: "\n") {
            guard let symbol = line.split(separator: " ").last, symbol.hasPrefix("$s") else { continue }
            let identifiers = Self.identifiers(in: symbol)
            if identifiers.contains("martlet") { own += 1 }
            if identifiers.contains(where: { House.isHeavy($0) }) { heavy.append(symbol) }
        }
        #expect(own > 0, "this is no symbol table of the plugin's")
        #expect(heavy.isEmpty)
    }

    @Test(
        "A symbol names its modules",
        arguments: [
            ("$s10Foundation4DataV", "Foundation"), ("$sSS20FoundationEssentialsE4trimyyF", "FoundationEssentials"),
            ("$s7NIOCore10ByteBufferV", "NIOCore"), ("$s14ArgumentParser0A0V", "ArgumentParser"),
        ])
    func names(_ symbol: String, _ module: String) {
        #expect(Self.identifiers(in: symbol[...]).filter { House.isHeavy($0) } == [module])
    }

    @Test("A symbol with a heavy library's letters inside another name is none of its")
    func likeness() {
        let identifiers = Self.identifiers(in: "$s3CNI12CNIOperationO17isAboutAttachmentSbvg")
        #expect(identifiers.filter { House.isHeavy($0) }.isEmpty)
        #expect(identifiers.contains("CNIOperation"))
    }

    /// The identifiers of a mangled name: each stands behind its length.
    private static func identifiers(in symbol: Substring) -> [String] {
        let bytes = Array(symbol.utf8)
        var identifiers: [String] = []
        var length = 0
        for (index, byte) in bytes.enumerated() {
            if byte >= 0x30, byte <= 0x39 {
                length = min(length * 10 + Int(byte - 0x30), bytes.count)
            } else {
                if length > 0 {
                    identifiers.append(String(decoding: bytes[index...].prefix(length), as: UTF8.self))
                }
                length = 0
            }
        }
        return identifiers
    }
}
