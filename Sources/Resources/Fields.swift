import JSON

/// An object of a manifest, read field by field; every mistake names the field and where it was written.
///
/// What is null counts as absent, and so does an empty text: programs in Go print both for what was not given.
struct Fields {
    let document: Document
    let object: JSONObject

    /// The whole document.
    init(_ document: Document) throws(ManifestError) {
        try self.init(document, document.value, at: .root)
    }

    private init(_ document: Document, _ value: JSON, at path: JSON.Path) throws(ManifestError) {
        self.document = document
        do throws(JSON.TypeError) {
            object = try JSONObject(value, path: path)
        } catch {
            throw document.error(error)
        }
    }

    func path(to name: String) -> JSON.Path { object.path(to: name) }

    /// A field's object; an empty one when the field is absent.
    func fields(_ name: String) throws(ManifestError) -> Fields {
        try Fields(document, object.value(name) ?? .object([]), at: path(to: name))
    }

    /// The objects in a field's array.
    func list(_ name: String) throws(ManifestError) -> [Fields] {
        var list: [Fields] = []
        for (index, element) in try elements(name).enumerated() {
            list.append(try Fields(document, element, at: .index(path(to: name), index)))
        }
        return list
    }

    /// The texts in a field's array.
    func texts(_ name: String) throws(ManifestError) -> [String] {
        try read { (object) throws(JSON.TypeError) in try object.strings(name) } ?? []
    }

    func text(_ name: String) throws(ManifestError) -> String? {
        let text = try read { (object) throws(JSON.TypeError) in try object.string(name) }
        return text == "" ? nil : text
    }

    func truth(_ name: String) throws(ManifestError) -> Bool? {
        try read { (object) throws(JSON.TypeError) in try object.bool(name) }
    }

    func number(_ name: String, in range: ClosedRange<Int>) throws(ManifestError) -> Int? {
        // Written with zeros in front it is octal for some readers of YAML and decimal for others.
        if case .string(let text) = object.value(name), text.hasPrefix("0"), text != "0" {
            throw error(name, expected: "a whole number without zeros in front")
        }
        return try read { (object) throws(JSON.TypeError) in try object.integer(name, in: range) }
    }

    /// The values in a field's array; none when the field is absent.
    func elements(_ name: String) throws(ManifestError) -> [JSON] {
        try read { (object) throws(JSON.TypeError) in try object.array(name) } ?? []
    }

    private func read<Value>(
        _ body: (JSONObject) throws(JSON.TypeError) -> Value?
    ) throws(ManifestError) -> Value? {
        do throws(JSON.TypeError) {
            return try body(object)
        } catch {
            throw document.error(error)
        }
    }
}

extension Fields {
    /// One of the words that an enumeration has.
    func choice<Word: RawRepresentable<String> & CaseIterable>(_ name: String) throws(ManifestError) -> Word? {
        try value(
            name, expected: Word.allCases.map(\.rawValue).joined(separator: " or "), Word.init(rawValue:))
    }

    /// What a type reads out of a field's text; nil when the field is absent.
    func value<Value>(
        _ name: String, expected: String, because reason: String? = nil, _ read: (String) -> Value?
    ) throws(ManifestError) -> Value? {
        guard let text = try text(name) else { return nil }
        guard let value = read(text) else { throw error(name, expected: expected, because: reason) }
        return value
    }

    /// What a type reads out of each text in a field's array.
    func values<Value>(
        _ name: String, expected: String, because reason: String? = nil, _ read: (String) -> Value?
    ) throws(ManifestError) -> [Value] {
        var values: [Value] = []
        for text in try texts(name) {
            guard let value = read(text) else {
                let path = JSON.Path.index(path(to: name), values.count)
                throw document.error(path, expected: expected, found: .string(text), because: reason)
            }
            values.append(value)
        }
        return values
    }

    /// An error about a field's value, or that it is missing.
    func error(_ name: String, expected: String, because reason: String? = nil) -> ManifestError {
        document.error(path(to: name), expected: expected, found: object.value(name), because: reason)
    }
}
