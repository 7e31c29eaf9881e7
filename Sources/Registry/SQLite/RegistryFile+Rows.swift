import SQLite

/// What is in the tables. All within a transaction.
extension RegistryFile {
    /// The number of the last change.
    func lastChange() throws(SQLiteError) -> Int {
        let row = try connection.prepareForMany("SELECT revision FROM registry")
        return try row.step() ? row.integer(0) : 0
    }

    /// What a change's number is called outside.
    func revision(_ number: Int) -> RegistryRevision { RegistryRevision("\(id)-\(number)") }

    /// The number of a revision; nil for one of another file.
    func number(_ revision: RegistryRevision) -> Int? {
        guard revision.text.hasPrefix(id + "-") else { return nil }
        return Int(revision.text.dropFirst(id.utf8.count + 1))
    }

    func object(_ key: RegistryKey) throws(SQLiteError) -> RegistryObject? {
        let row = try connection.prepareForMany("SELECT revision, body FROM object WHERE kind = ? AND name = ?")
        try row.bind(1, key.kind.rawValue)
        try row.bind(2, key.name)
        return try row.step() ? RegistryObject(key, revision(row.integer(0)), body: row.text(1)) : nil
    }

    func objects(_ kind: RegistryKind, from start: String, limit: Int?) throws(SQLiteError) -> [RegistryObject] {
        let row = try connection.prepareForMany(
            "SELECT name, revision, body FROM object WHERE kind = ? AND name >= ? ORDER BY name LIMIT ?")
        try row.bind(1, kind.rawValue)
        try row.bind(2, start)
        try row.bind(3, limit ?? -1)
        var objects: [RegistryObject] = []
        while try row.step() {
            objects.append(
                RegistryObject(
                    RegistryKey(kind, row.text(0)), revision(row.integer(1)), body: row.text(2)))
        }
        return objects
    }

    /// Writes an object, or removes it where there is no body; answers the number of the change.
    ///
    /// - Parameter history: how many changes are kept.
    func write(_ key: RegistryKey, _ body: String?, history: Int) throws(SQLiteError) -> Int {
        let number = try lastChange() + 1
        if let body {
            let row = try connection.prepareForMany(
                "REPLACE INTO object (kind, name, revision, body) VALUES (?, ?, ?, ?)")
            try row.bind(1, key.kind.rawValue)
            try row.bind(2, key.name)
            try row.bind(3, number)
            try row.bind(4, body)
            try row.run()
        } else {
            let row = try connection.prepareForMany("DELETE FROM object WHERE kind = ? AND name = ?")
            try row.bind(1, key.kind.rawValue)
            try row.bind(2, key.name)
            try row.run()
        }
        let change = try connection.prepareForMany(
            "INSERT INTO change (revision, kind, name, body) VALUES (?, ?, ?, ?)")
        try change.bind(1, number)
        try change.bind(2, key.kind.rawValue)
        try change.bind(3, key.name)
        try change.bind(4, body)
        try change.run()
        try run("DELETE FROM change WHERE revision <= ?", number - history)
        try run("UPDATE registry SET revision = ?", number)
        return number
    }

    private func run(_ sql: StaticString, _ number: Int) throws(SQLiteError) {
        let row = try connection.prepareForMany(sql)
        try row.bind(1, number)
        try row.run()
    }

    /// The changes after one; nil where they are not all kept any more, or that one is still to come.
    ///
    /// Objects of a kind that this version does not know are passed over.
    func changes(after number: Int) throws(SQLiteError) -> [RegistryChange]? {
        let last = try lastChange()
        guard number <= last else { return nil }
        let row = try connection.prepareForMany(
            "SELECT revision, kind, name, body FROM change WHERE revision > ? ORDER BY revision")
        try row.bind(1, number)
        var changes: [RegistryChange] = []
        var expected = number + 1
        while try row.step() {
            guard row.integer(0) == expected else { return nil }
            expected += 1
            guard let kind = RegistryKind(rawValue: row.text(1)) else { continue }
            let key = RegistryKey(kind, row.text(2))
            let revision = revision(row.integer(0))
            let body = row.optionalText(3)
            changes.append(body.map { .put(RegistryObject(key, revision, body: $0)) } ?? .removed(key, at: revision))
        }
        return expected == last + 1 ? changes : nil
    }
}
