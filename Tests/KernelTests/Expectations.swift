import TestKit
import Testing

/// Expects two values to be equal, and shows both when they are not: `#expect` shows nothing of what it had to await.
func expectEqual<T: Equatable>(
    _ found: T, _ expected: T, _ comment: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(found == expected, comment, sourceLocation: sourceLocation)
}

extension Node {
    /// Expects the node to be as it was: no interface, route, neighbour, rule, lease, block or file more or less.
    func expectUnchanged(
        since before: Snapshot, ignoring ignored: Set<Snapshot.Topic> = [], _ comment: Comment? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let changes = try await snapshot().changes(since: before, ignoring: ignored)
        #expect(changes == "", comment, sourceLocation: sourceLocation)
    }
}

/// Expects one echo request to be answered, and shows what both kernels threw away when it is not.
func expectPing(
    _ source: Namespace, _ address: String, _ target: Namespace, sourceLocation: SourceLocation = #_sourceLocation
) async throws {
    guard try await !source.pings(address) else { return }
    let report = "lost at the source:\n\(try await source.losses())\nlost at \(address):\n\(try await target.losses())"
    Issue.record("\(address) did not answer; \(report)", sourceLocation: sourceLocation)
}
