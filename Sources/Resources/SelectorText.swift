import IPAM

extension Fields {
    /// A field's selector, as it was written; nil when the field is absent.
    ///
    /// The text is kept, not what it means, so that operators find again what they wrote.
    func selector(_ name: String) throws(ManifestError) -> String? {
        guard let text = try text(name) else { return nil }
        do throws(SelectorError) {
            _ = try Selector(parsing: text)
        } catch {
            throw document.error(path(to: name), "the selector's \(error)")
        }
        return text
    }
}
