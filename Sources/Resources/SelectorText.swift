import IPAM

extension Fields {
    /// A field's selector, as it was written; nil when the field is absent.
    ///
    /// The text is kept, not what it means, so that operators find again what they wrote.
    func selector(_ name: String) throws(ManifestError) -> String? {
        // The one place to look at the language of selectors from.
        try text(name)
    }
}
