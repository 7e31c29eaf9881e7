import JSON

/// A manifest as it was given: a value, and for every part of it the place where it was written.
package struct Document: Hashable, Sendable {
    /// The manifest.
    package let value: JSON

    private let file: String?
    private let marks: Marks?

    /// Takes a value that stands in no file; its errors name paths alone.
    package init(_ value: JSON) {
        self.value = value
        file = nil
        marks = nil
    }

    /// Takes a value with the marks of the same value in a file.
    package init(_ value: JSON, file: String, marks: Marks) {
        self.value = value
        self.file = file
        self.marks = marks
    }

    /// Where the value at a path begins; where nothing is, where the innermost value around it does.
    ///
    /// - Returns: nil for a document that stands in no file.
    package func position(of path: JSON.Path) -> Position? {
        position { nearest(to: path, below: $0).value }
    }

    /// Where the name of the value at a path begins; the value's own place when it has no name.
    ///
    /// - Returns: nil for a document that stands in no file.
    package func position(ofNameOf path: JSON.Path) -> Position? {
        position { root in
            let marks = nearest(to: path, below: root)
            return marks.name ?? marks.value
        }
    }

    private func position(_ find: (Marks) -> Marks.Place) -> Position? {
        guard let file, let marks else { return nil }
        let place = find(marks)
        return Position(file: file, line: place.line, column: place.column)
    }

    private func nearest(to path: JSON.Path, below root: Marks) -> Marks {
        var here = (value: value, marks: root)
        for step in path.steps {
            guard let next = part(step, of: here) else { break }
            here = next
        }
        return here.marks
    }

    private func part(_ step: JSON.Path.Step, of whole: (value: JSON, marks: Marks)) -> (value: JSON, marks: Marks)? {
        let part: (index: Int, value: JSON)
        switch (step, whole.value) {
        case (.key(let name), .object(let members)):
            guard let index = members.firstIndex(where: { $0.name.utf8.elementsEqual(name.utf8) }) else { return nil }
            part = (index, members[index].value)
        case (.index(let index), .array(let elements)) where elements.indices.contains(index):
            part = (index, elements[index])
        default: return nil
        }
        guard whole.marks.parts.indices.contains(part.index) else { return nil }
        return (part.value, whole.marks.parts[part.index])
    }
}
