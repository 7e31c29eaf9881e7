/// An object that is read by key; a mistake names the key's path.
///
/// Null counts as absent in all that it answers.
package struct JSONObject: Hashable, Sendable {
    /// The members in their order.
    package let members: [JSON.Member]
    /// Where the object stands in its document.
    package let path: JSON.Path

    /// Takes an object.
    ///
    /// - Throws: `JSON.TypeError` when `json` is something else.
    package init(_ json: JSON, path: JSON.Path = .root) throws(JSON.TypeError) {
        guard case .object(let members) = json else {
            throw JSON.TypeError(path: path, found: json, expected: "an object")
        }
        self.members = members
        self.path = path
    }

    /// The object as a value.
    package var json: JSON { .object(members) }

    /// The place of a key, for errors about its value.
    package func path(to key: String) -> JSON.Path { .key(path, key) }

    /// The value of a key.
    package func value(_ key: String) -> JSON? {
        guard let value = members.value(named: key), value != .null else { return nil }
        return value
    }

    /// The value of a key whose letters A to Z may be of either case; an exact match is preferred.
    package func value(caseInsensitive key: String) -> JSON? {
        if let value = value(key) { return value }
        for member in members where member.name.matchesIgnoringCase(key) && member.value != .null {
            return member.value
        }
        return nil
    }

    /// The text of a key.
    ///
    /// - Throws: `JSON.TypeError` when its value is no string.
    package func string(_ key: String) throws(JSON.TypeError) -> String? {
        guard let value = value(key) else { return nil }
        guard case .string(let text) = value else { throw error(key, value, "a string") }
        return text
    }

    /// The truth of a key, or of the text "true" or "false".
    ///
    /// - Throws: `JSON.TypeError` when its value is anything else.
    package func bool(_ key: String) throws(JSON.TypeError) -> Bool? {
        switch value(key) {
        case nil: nil
        case .bool(let truth): truth
        case .string("true"): true
        case .string("false"): false
        case .some(let value): throw error(key, value, "true or false")
        }
    }

    /// The whole number of a key, or of decimal text.
    ///
    /// - Throws: `JSON.TypeError` when its value is anything else or outside of `range`.
    package func integer(_ key: String, in range: ClosedRange<Int>) throws(JSON.TypeError) -> Int? {
        guard let value = value(key) else { return nil }
        let number: Int?
        if case .string(let text) = value { number = Int(decimal: text) } else { number = value.integer }
        guard let number, range.contains(number) else {
            throw error(key, value, "a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    private func error(_ key: String, _ value: JSON, _ expected: String) -> JSON.TypeError {
        JSON.TypeError(path: path(to: key), found: value, expected: expected)
    }
}

extension JSONObject {
    /// The object of a key.
    ///
    /// - Throws: `JSON.TypeError` when its value is something else.
    package func object(_ key: String) throws(JSON.TypeError) -> JSONObject? {
        guard let value = value(key) else { return nil }
        return try JSONObject(value, path: path(to: key))
    }

    /// The array of a key, without a look at its elements.
    ///
    /// - Throws: `JSON.TypeError` when its value is something else.
    package func array(_ key: String) throws(JSON.TypeError) -> [JSON]? {
        guard let value = value(key) else { return nil }
        guard case .array(let elements) = value else { throw error(key, value, "an array") }
        return elements
    }

    /// The objects in the array of a key.
    ///
    /// - Throws: `JSON.TypeError` when its value is no array, or an element no object.
    package func objects(_ key: String) throws(JSON.TypeError) -> [JSONObject]? {
        guard let elements = try array(key) else { return nil }
        var objects: [JSONObject] = []
        for element in elements {
            objects.append(try JSONObject(element, path: .index(path(to: key), objects.count)))
        }
        return objects
    }

    /// The texts in the array of a key.
    ///
    /// - Throws: `JSON.TypeError` when its value is no array, or an element no string.
    package func strings(_ key: String) throws(JSON.TypeError) -> [String]? {
        guard let elements = try array(key) else { return nil }
        var strings: [String] = []
        for element in elements {
            guard case .string(let text) = element else {
                throw JSON.TypeError(path: .index(path(to: key), strings.count), found: element, expected: "a string")
            }
            strings.append(text)
        }
        return strings
    }
}

extension String {
    /// Equality where the letters A to Z are the same as a to z.
    fileprivate func matchesIgnoringCase(_ other: String) -> Bool {
        guard utf8.count == other.utf8.count else { return false }
        return utf8.elementsEqual(other.utf8) {
            $0 == $1 || ($0 | 0x20 == $1 | 0x20 && $0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A)
        }
    }
}

extension Int {
    /// Reads digits with at most a minus sign before them; `Int` itself also takes a plus.
    fileprivate init?(decimal text: String) {
        guard text.utf8.first != 0x2B else { return nil }
        self.init(text)
    }
}
