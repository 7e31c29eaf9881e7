extension JSON {
    /// Where in a document something stands; prints as `ipam.pools[0].cidr`.
    package indirect enum Path: Hashable, Sendable {
        /// The document itself.
        case root
        /// A member of an object.
        case key(Path, String)
        /// An element of an array, counted from 0.
        case index(Path, Int)

        /// The place of a member below this place.
        package func appending(_ key: String) -> Path { .key(self, key) }

        /// The place of an element below this place.
        package func appending(_ index: Int) -> Path { .index(self, index) }
    }
}

extension JSON.Path {
    /// From one value to a part of it.
    package enum Step: Hashable, Sendable {
        case key(String)
        case index(Int)
    }

    /// The place that steps from the document inwards lead to.
    package init(_ steps: some Sequence<Step>) {
        self = steps.reduce(.root) { path, step in
            switch step {
            case .key(let name): .key(path, name)
            case .index(let index): .index(path, index)
            }
        }
    }

    /// From the document inwards.
    package var steps: [Step] {
        var steps: [Step] = []
        var path = self
        while true {
            switch path {
            case .root: return steps.reversed()
            case .key(let parent, let name):
                steps.append(.key(name))
                path = parent
            case .index(let parent, let index):
                steps.append(.index(index))
                path = parent
            }
        }
    }
}

extension JSON.Path: CustomStringConvertible {
    /// The path with dots and brackets, names of other than plain letters in quotes; empty for the document itself.
    package var description: String {
        switch self {
        case .root: ""
        case .index(let parent, let index): "\(parent)[\(index)]"
        case .key(.root, let name) where name.isPlain: name
        case .key(let parent, let name) where name.isPlain: "\(parent).\(name)"
        case .key(let parent, let name): "\(parent)[\(JSON.string(name.shortened))]"
        }
    }
}

extension String {
    /// True for names that can stand in a path without quotes.
    fileprivate var isPlain: Bool {
        !isEmpty && utf8.count <= 60
            && utf8.allSatisfy { byte in
                let lower = byte | 0x20
                return lower >= 0x61 && lower <= 0x7A || byte >= 0x30 && byte <= 0x39 || byte == 0x5F || byte == 0x2D
            }
    }

    /// At most 60 characters, the last of them an ellipsis when something was cut.
    var shortened: String { count > 60 ? prefix(59) + "…" : self }
}
