import JSON

extension [JSON.Member] {
    /// Appends an array; nothing when it is empty.
    mutating func append(_ name: String, _ elements: [JSON]) {
        if !elements.isEmpty { append(JSON.Member(name, .array(elements))) }
    }
}

extension JSON {
    /// An object of those texts that are there.
    static func given(_ texts: [(name: String, text: String?)]) -> JSON {
        .object(texts.compactMap { pair in pair.text.map { JSON.Member(pair.name, .string($0)) } })
    }
}
