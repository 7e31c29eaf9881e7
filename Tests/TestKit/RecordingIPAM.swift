/// An IPAM plugin of the test's own, a shell script found through CNI_PATH, which writes down how it was called.
package struct RecordingIPAM: Sendable {
    package let name: String
    private let folder: Folder

    /// How it was called once.
    package struct Call: Sendable {
        package let command: String
        package let environment: [String: String]
        package let input: [UInt8]
    }

    /// - Parameter script: shell text that answers; `$CNI_COMMAND` tells the operation, standard input is consumed.
    package init(name: String = "recording-ipam", script: String) throws {
        self.name = name
        folder = try Folder()
        try writeFile(
            "\(folder.path)/\(name)",
            """
            #!/bin/sh
            call=$(mktemp -d "\(folder.path)/call-$(date +%s%N)-XXXXXX")
            cat > "$call/input"
            env -0 > "$call/environment"
            \(script)
            """, mode: 0o755)
    }

    /// CNI_PATH with this plugin in it.
    package var searchPath: String { "\(Programs.searchPath):\(folder.path)" }

    /// All calls so far, in order.
    package func calls() throws -> [Call] {
        try entries(of: folder.path).filter { $0.hasPrefix("call-") }.sorted().map { entry in
            let pairs = try readFile("\(folder.path)/\(entry)/environment").split(separator: 0).map {
                String(decoding: $0, as: UTF8.self).split(separator: "=", maxSplits: 1).map(String.init)
            }
            let environment = Dictionary(pairs.map { ($0[0], $0.count > 1 ? $0[1] : "") }) { first, _ in first }
            return Call(
                command: environment["CNI_COMMAND"] ?? "", environment: environment,
                input: try readFile("\(folder.path)/\(entry)/input"))
        }
    }

    /// The operations so far, in order.
    package func commands() throws -> [String] { try calls().map(\.command) }
}
