import TestKit
import Testing

/// Something that happened to a node of a mesh of two, `master` and `node1`, as the audit on `node1` finds it.
struct MeshAccident: Sendable, CustomTestStringConvertible {
    let code: String
    let testDescription: String
    /// Which registry the lab has.
    let registry: String
    /// How long it takes until it is found.
    let delay: Duration
    /// Does it; answers the subject that the finding must have, and what its text must name.
    let happen: @Sendable (Lab) async throws -> (subject: String, named: [String])
    /// Ends it, as an operator would.
    let cure: @Sendable (Lab) async throws -> Void

    init(
        _ code: String, _ description: String, registry: String = "static", after delay: Duration = .seconds(10),
        happen: @escaping @Sendable (Lab) async throws -> (subject: String, named: [String]),
        cure: @escaping @Sendable (Lab) async throws -> Void
    ) {
        self.code = code
        testDescription = "\(code): \(description)"
        self.registry = registry
        self.delay = delay
        self.happen = happen
        self.cure = cure
    }

    static let all = ofRouting + ofRegistry
}

/// The audit on a node of a lab.
struct MeshAudit: Sendable {
    struct Finding: Hashable, Sendable, CustomStringConvertible {
        let code: String
        let subject: String
        let text: String
        var description: String { "\(code) \(subject): \(text)" }
    }

    let json: Value
    /// Without notes.
    let problems: [Finding]
}

extension Lab {
    func audit(_ node: String = "node1", _ words: String...) async throws -> MeshAudit {
        let script =
            "\(Self.script) exec \(node) martletctl ipam check -o json --grace 0 \(words.joined(separator: " "))"
        let completion = try await run(["/bin/sh", "-c", script])
        guard [.exited(0), .exited(1)].contains(completion.status), completion.errors.isEmpty else {
            throw Failure("the audit ended with \(completion.status): \(completion.text)\(completion.errorText)")
        }
        let json = try Value(parsing: completion.output)
        let problems = json["findings"].elements.filter { $0["note"].bool == false }.map {
            MeshAudit.Finding(
                code: $0["code"].string ?? "", subject: $0["subject"].string ?? "", text: $0["text"].string ?? "")
        }
        return MeshAudit(json: json, problems: problems)
    }

    /// Waits until the audit has nothing to say; answers what is left.
    func problems(on node: String = "node1", within limit: Duration = .seconds(20)) async throws -> [MeshAudit.Finding]
    {
        var left: [MeshAudit.Finding] = []
        _ = try await eventually(within: limit) {
            left = try await audit(node).problems
            return left.isEmpty
        }
        return left
    }

    /// The node's first block.
    func block(of node: String) async throws -> String {
        let found = try await eventually(within: .seconds(10)) {
            try await lines(node, "ip", "route").contains { $0.hasPrefix("blackhole ") }
        }
        guard found else { throw Failure("\(node) has no block") }
        return try await lines(node, "ip", "route").first { $0.hasPrefix("blackhole ") }?.words[1] ?? ""
    }

    /// Changes the registry behind everybody's back.
    func registry(_ statement: String) async throws {
        try await must("sqlite3 \(Self.folder)/registry.db \"\(statement)\"")
    }
}
