/// As much of JSON Schema as the schemas beside the tests need; what it does not know it refuses to pass over.
package struct Schema {
    private let root: Value
    private static let known: Set<String> = [
        "$schema", "title", "description", "type", "properties", "required", "additionalProperties", "items", "enum",
        "minItems", "pattern",
    ]

    /// Reads `ToolTests/Schemas/NAME.json`.
    package init(_ name: String) throws {
        let file = #filePath.split(separator: "/")
        let tests = file.dropLast(2).joined(separator: "/")
        root = try Value(parsing: try readFile("/\(tests)/ToolTests/Schemas/\(name).json"))
    }

    /// What is wrong with a value, one line each.
    package func mistakes(in value: Value) throws -> [String] { try Self.mistakes(root, value, at: "$") }

    private static func mistakes(_ schema: Value, _ value: Value, at path: String) throws -> [String] {
        if let strange = schema.members.keys.first(where: { !known.contains($0) }) {
            throw Failure("the schema has \(strange), which this checker does not know")
        }
        var mistakes: [String] = []
        let types = schema["type"].string.map { [$0] } ?? schema["type"].strings
        if !types.isEmpty, !types.contains(where: { value.hasType($0) }) {
            return ["\(path): expected \(types.joined(separator: " or ")), found \(value)"]
        }
        let words = schema["enum"].elements
        if !words.isEmpty, !words.contains(value) { mistakes.append("\(path): \(value) is none of \(words)") }
        if let pattern = schema["pattern"].string, let text = value.string {
            if try text.wholeMatch(of: Regex(pattern)) == nil {
                mistakes.append("\(path): \(text) does not match \(pattern)")
            }
        }
        mistakes += try members(schema, value, at: path)
        if case .object = schema["items"] {
            for (index, element) in value.elements.enumerated() {
                mistakes += try Self.mistakes(schema["items"], element, at: "\(path)[\(index)]")
            }
        }
        if value.elements.count < schema["minItems"].integer ?? 0 { mistakes.append("\(path): too few elements") }
        return mistakes
    }

    private static func members(_ schema: Value, _ value: Value, at path: String) throws -> [String] {
        guard case .object(let members) = value else { return [] }
        var mistakes: [String] = []
        let properties = schema["properties"].members
        for name in schema["required"].strings where members[name] == nil {
            mistakes.append("\(path).\(name): missing")
        }
        for (name, member) in members.sorted(by: { $0.key < $1.key }) {
            if let property = properties[name] {
                mistakes += try Self.mistakes(property, member, at: "\(path).\(name)")
            } else if case .object = schema["additionalProperties"] {
                mistakes += try Self.mistakes(schema["additionalProperties"], member, at: "\(path).\(name)")
            } else if schema["additionalProperties"] == false {
                mistakes.append("\(path).\(name): not in the schema")
            }
        }
        return mistakes
    }
}

extension Value {
    fileprivate func hasType(_ type: String) -> Bool {
        switch (type, self) {
        case ("null", .null), ("boolean", .bool), ("integer", .integer), ("number", .integer), ("number", .real),
            ("string", .string), ("array", .array), ("object", .object):
            true
        default: false
        }
    }
}
