/// Where a cluster's registry is, as configurations and commands name it.
package enum RegistryPlace: Hashable, Sendable, CustomStringConvertible {
    /// A SQLite file that the nodes on one machine share: `sqlite:/var/lib/martlet/registry.db`.
    case sqlite(path: String)

    /// What is expected of who names one.
    package static let expected = "sqlite: and an absolute path"

    /// Reads a name; nil for one that is none.
    package init?(_ text: String) {
        guard text.hasPrefix("sqlite:/"), !text.utf8.contains(0) else { return nil }
        self = .sqlite(path: String(text.dropFirst("sqlite:".count)))
    }

    package var description: String {
        switch self {
        case .sqlite(let path): "sqlite:" + path
        }
    }

    /// Makes ready to ask it.
    package func open() throws(RegistryError) -> any Registry {
        switch self {
        case .sqlite(let path): try SQLiteRegistry(path)
        }
    }
}
