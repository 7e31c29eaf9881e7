import Foundation

extension Programs {
    /// The full path of a program that was built with the tests and stands beside them.
    package static func built(_ name: String) -> String {
        let bundle = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return URL(fileURLWithPath: bundle).deletingLastPathComponent().appending(path: name).path
    }
}
