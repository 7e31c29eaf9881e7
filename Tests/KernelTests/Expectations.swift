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
