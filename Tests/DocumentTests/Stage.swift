import TestKit

/// Where a document's commands are run.
protocol Stage: Sendable {
    /// Runs commands as they stand.
    func run(_ commands: String) async throws -> Completion
}

extension Document {
    /// Runs `body` with the node or the cluster that the document's examples are of.
    func withStage(_ body: (any Stage) async throws -> Void) async throws {
        if name == "kubernetes.md" { return try await ClusterScene.with(body) }
        try await withNode([.defaultRoute, .ownMounts]) { node in
            try await body(name == "moving-in.md" ? try await Scene(movingInOn: node) : try await Scene(node))
        }
    }
}
