extension RandomNumberGenerator {
    /// Heads or tails.
    mutating func flip() -> Bool { Bool.random(using: &self) }

    /// One of several.
    mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[Int.random(in: elements.indices, using: &self)]
    }
}
