import Foundation
import Glibc

/// Where the programs under test are.
package enum Programs {
    /// A folder that holds `martlet` and `martlet-ipam`: MARTLET_BIN, else links to the debug build.
    package static let folder: String = {
        if let given = ProcessInfo.processInfo.environment["MARTLET_BIN"], !given.isEmpty { return given }
        return linksToDebugBuild()
    }()

    /// `martletctl`: in the same folder, else the debug build's.
    package static let operatorsTool: String = {
        let beside = "\(folder)/martletctl"
        return access(beside, X_OK) == 0 ? beside : built("martletctl")
    }()

    /// A folder that holds `martletctl` and `martletd`: MARTLET_TOOL, else the debug build's.
    package static let toolFolder: String = {
        if let given = ProcessInfo.processInfo.environment["MARTLET_TOOL"], !given.isEmpty { return given }
        return URL(fileURLWithPath: built("martletctl")).deletingLastPathComponent().path
    }()

    /// Debian's plugins.
    package static let reference = "/usr/lib/cni"

    /// CNI_PATH as a runtime has it.
    package static var searchPath: String { "\(folder):\(reference)" }

    /// The full path of a plugin: Martlet's own, else Debian's.
    package static func path(of type: String) -> String {
        type.hasPrefix("martlet") ? "\(folder)/\(type)" : "\(reference)/\(type)"
    }

    /// The test bundle stands beside the executable it was built with; the links stay, the next run finds them.
    private static func linksToDebugBuild() -> String {
        let bundle = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        let build = URL(fileURLWithPath: bundle).deletingLastPathComponent().path
        let folder = "\(build)/cni-bin"
        mkdir(folder, 0o755)
        for name in ["martlet", "martlet-ipam"] { symlink("../martlet", "\(folder)/\(name)") }
        return folder
    }
}
