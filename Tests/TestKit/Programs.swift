import Foundation
import Glibc

/// Where the programs under test are.
package enum Programs {
    /// A folder that holds `martlet` and `martlet-ipam`: MARTLET_BIN, else links to the debug build.
    package static let folder: String = {
        if let given = ProcessInfo.processInfo.environment["MARTLET_BIN"], !given.isEmpty { return given }
        return linksToDebugBuild()
    }()

    /// A folder that holds `martletctl`: MARTLET_TOOL, else the debug build's.
    package static let toolFolder: String = {
        if let given = ProcessInfo.processInfo.environment["MARTLET_TOOL"], !given.isEmpty { return given }
        return build
    }()

    /// Debian's plugins.
    package static let reference = "/usr/lib/cni"

    /// CNI_PATH as a runtime has it.
    package static var searchPath: String { "\(folder):\(reference)" }

    /// The full path of a plugin: Martlet's own, else Debian's.
    package static func path(of type: String) -> String {
        type.hasPrefix("martlet") ? "\(folder)/\(type)" : "\(reference)/\(type)"
    }

    /// The test bundle stands beside the executables it was built with.
    private static let build: String = {
        let bundle = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return URL(fileURLWithPath: bundle).deletingLastPathComponent().path
    }()

    /// The links stay, the next run finds them.
    private static func linksToDebugBuild() -> String {
        let folder = "\(build)/cni-bin"
        mkdir(folder, 0o755)
        for name in ["martlet", "martlet-ipam"] { symlink("../martlet", "\(folder)/\(name)") }
        return folder
    }
}
