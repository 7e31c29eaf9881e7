import Foundation
import TestKit

/// The package as SwiftPM reads it.
struct DescribedPackage: Decodable, Sendable {
    struct Target: Decodable, Sendable {
        let name: String
        let path: String
        private let targetDependencies: [String]?
        private let productDependencies: [String]?

        /// Targets and products that Package.swift declares for it.
        var uses: Set<String> { Set((targetDependencies ?? []) + (productDependencies ?? [])) }
    }

    private let targets: [Target]

    /// The targets under Sources.
    var rooms: [Target] { targets.filter { $0.path.hasPrefix("Sources/") } }

    /// The package's folder.
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

    /// The description, asked for once.
    static var current: DescribedPackage { get async throws { try await reading.value } }

    private static let reading = Task { try await read() }

    /// Asks SwiftPM, in a scratch folder of its own: the run that these tests belong to may hold the lock of `.build`.
    private static func read() async throws -> DescribedPackage {
        let scratch = try Folder()
        defer { withExtendedLifetime(scratch) {} }
        // As it stands, whatever is being built just now.
        var environment = ProcessInfo.processInfo.environment
        for name in ["MARTLET_STATIC", "MARTLET_FUZZ"] { environment[name] = nil }
        let description = try await execute(
            [
                "/usr/bin/env", "swift", "package", "--package-path", root, "--scratch-path", scratch.path, "describe",
                "--type", "json",
            ], environment: environment)
        guard description.succeeded else { throw Failure("swift package describe: \(description.errorText)") }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(DescribedPackage.self, from: Data(description.output))
    }

    /// All that is used by a target, and by what it uses.
    func reach(of name: String) -> Set<String> {
        var reached: Set<String> = []
        var ahead = [name]
        while let next = ahead.popLast() {
            for use in targets.first(where: { $0.name == next })?.uses ?? [] where reached.insert(use).inserted {
                ahead.append(use)
            }
        }
        return reached
    }
}
