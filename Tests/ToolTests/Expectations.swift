import Testing

/// Expects two values to be equal, and shows both when they are not: `#expect` shows nothing of what it had to await.
func expectEqual<T: Equatable>(
    _ found: T, _ expected: T, _ comment: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(found == expected, comment, sourceLocation: sourceLocation)
}

/// Expects two long texts to be equal, and shows the lines that differ.
func expectSame(_ found: String, _ expected: String, sourceLocation: SourceLocation = #_sourceLocation) {
    let (old, new) = (expected.split(separator: "\n"), found.split(separator: "\n"))
    let changes = new.difference(from: old).map { change in
        switch change {
        case .remove(_, let line, _): "- \(line)"
        case .insert(_, let line, _): "+ \(line)"
        }
    }
    #expect(changes == [], sourceLocation: sourceLocation)
}
