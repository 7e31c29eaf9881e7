import Resources

extension SourceText {
    /// Refuses values that stand for others.
    ///
    /// A few of them can stand for more than memory holds, and Yams puts them in while it reads; so they are looked
    /// for before. In all that Calico and kubectl print there is none.
    func refuseAliases() throws(ManifestError) {
        let bytes = Array(text.utf8)
        let anchors = Set(signs("&", in: bytes).map(\.name))
        guard !anchors.isEmpty, let alias = signs("*", in: bytes).first(where: { anchors.contains($0.name) }) else {
            return
        }
        throw ManifestError(position(of: alias.offset), "an alias is not taken, write its value out")
    }

    /// The names behind a sign that does not stand in a word.
    ///
    /// Some of them are in texts and comments, so that one alone says nothing; an alias is one with its anchor's name.
    private func signs(_ sign: UnicodeScalar, in bytes: [UInt8]) -> [(name: ArraySlice<UInt8>, offset: Int)] {
        let sign = UInt8(ascii: sign)
        var found: [(name: ArraySlice<UInt8>, offset: Int)] = []
        for offset in bytes.indices where bytes[offset] == sign {
            if offset > 0, bytes[offset - 1].isOfAnchor { continue }
            let name = bytes[(offset + 1)...].prefix { $0.isOfAnchor }
            if !name.isEmpty { found.append((name, offset)) }
        }
        return found
    }
}

extension UInt8 {
    /// Whether libyaml takes the byte for a part of an anchor's name.
    fileprivate var isOfAnchor: Bool {
        switch UnicodeScalar(self) {
        case "a"..."z", "A"..."Z", "0"..."9", "_", "-": true
        default: false
        }
    }
}
