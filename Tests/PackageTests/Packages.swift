import Foundation
import TestKit

/// Packages as `Scripts/package` makes them, of the same programs under two versions.
enum Packages {
    static let old = Task { try await make("1.0") }
    static let new = Task { try await make("1.1") }

    private static let folder = Task { try Folder() }

    /// Makes a package and gives its path.
    private static func make(_ version: String) async throws -> String {
        let out = try await folder.value.path
        let tool = ProcessInfo.processInfo.environment["MARTLET_TOOL"] ?? "\(CNITool.root)/.build-release/tool"
        let environment = defaultEnvironment.merging([
            "MARTLET_BIN": Programs.folder, "MARTLET_TOOL": tool, "MARTLET_OUT": out,
            // What is unpacked at once need not be small.
            "DPKG_DEB_COMPRESSOR_TYPE": "none",
        ]) { $1 }
        let made = try await execute(
            ["\(CNITool.root)/Scripts/package", version], environment: environment, timeout: .seconds(300))
        guard made.succeeded else { throw Failure("Scripts/package \(version): \(made.text)\(made.errorText)") }
        return "\(out)/martlet_\(version)_\(try architecture()).deb"
    }

    private static func architecture() throws -> String {
        #if arch(x86_64)
            return "amd64"
        #elseif arch(arm64)
            return "arm64"
        #else
            throw Failure("which architecture is this in Debian's words?")
        #endif
    }
}
