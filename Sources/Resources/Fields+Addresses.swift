import Addressing
import JSON

extension Fields {
    /// A field's prefix, which must be there.
    ///
    /// - Parameter read: what is read out of the text, a prefix alone or also an address.
    func prefix(
        _ name: String, by read: (String) throws(AddressError) -> Prefix
    ) throws(ManifestError) -> Prefix {
        guard let prefix = try addressing(name, by: read) else {
            throw error(name, expected: "a prefix such as 10.244.0.0/16 or fd00::/48")
        }
        return prefix
    }

    /// An address or the like; its own error says best what is wrong with a text.
    func addressing<Value>(
        _ name: String, by read: (String) throws(AddressError) -> Value
    ) throws(ManifestError) -> Value? {
        guard let text = try text(name) else { return nil }
        return try addressing(text, at: path(to: name), by: read)
    }

    /// The same of each text in a field's array.
    func addressings<Value>(
        _ name: String, by read: (String) throws(AddressError) -> Value
    ) throws(ManifestError) -> [Value] {
        var values: [Value] = []
        for text in try texts(name) {
            values.append(try addressing(text, at: .index(path(to: name), values.count), by: read))
        }
        return values
    }

    private func addressing<Value>(
        _ text: String, at path: JSON.Path, by read: (String) throws(AddressError) -> Value
    ) throws(ManifestError) -> Value {
        do throws(AddressError) {
            return try read(text)
        } catch {
            throw document.error(path, error.description)
        }
    }
}

extension Prefix {
    /// Reads a prefix, or an address as the prefix of it alone.
    init(prefixOrAddress text: String) throws(AddressError) {
        if text.contains("/") {
            self = try Prefix(parsing: text)
        } else {
            self.init(host: try IPAddress(parsing: text))
        }
    }
}
