/// A character of a file, in the form that editors jump to: `pools.yaml:7:14`.
package struct Position: Hashable, Sendable, CustomStringConvertible {
    /// The file, as the operator named it.
    package let file: String
    /// The line, counted from 1.
    package let line: Int
    /// The character of the line, counted from 1.
    package let column: Int

    /// Makes a position.
    package init(file: String, line: Int, column: Int) {
        self.file = file
        self.line = line
        self.column = column
    }

    /// File, line and column with colons between them.
    package var description: String { "\(file):\(line):\(column)" }
}

/// Where a value and its parts were written: a tree of the value's own shape.
package struct Marks: Hashable, Sendable {
    /// A character of the file, both numbers counted from 1.
    package struct Place: Hashable, Sendable {
        package let line: Int
        package let column: Int

        /// Makes a place.
        package init(line: Int, column: Int) {
            self.line = line
            self.column = column
        }
    }

    /// Where the value begins.
    package let value: Place
    /// Where its name begins, if it is a member of an object.
    package let name: Place?
    /// Those of the members or elements, in the value's order.
    package let parts: [Marks]

    /// Makes the marks of a value.
    package init(value: Place, name: Place? = nil, parts: [Marks] = []) {
        self.value = value
        self.name = name
        self.parts = parts
    }
}
