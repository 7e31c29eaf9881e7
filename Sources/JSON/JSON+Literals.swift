extension JSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral {
    /// A string.
    package init(stringLiteral value: String) { self = .string(value) }

    /// A whole number.
    package init(integerLiteral value: Int) { self.init(value) }

    /// True or false.
    package init(booleanLiteral value: Bool) { self = .bool(value) }
}

// There is no literal for null on purpose: `nil` would mean null in one place and absence in the next.
extension JSON: ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral {
    /// An array.
    package init(arrayLiteral elements: JSON...) { self = .array(elements) }

    /// An object with its members in this order; the names are not checked for duplicates.
    package init(dictionaryLiteral elements: (String, JSON)...) {
        self = .object(elements.map { Member($0.0, $0.1) })
    }
}
