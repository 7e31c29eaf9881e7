internal import CSQLite

/// Compiled statements of a connection that wait to be used again.
final class StatementShelf {
    /// A handful, known by where the program has their text.
    private var statements: [(text: UnsafePointer<UInt8>, handle: OpaquePointer)] = []

    /// Hands out a statement, which is nobody else's until it is put back; nil if none of this text is here.
    func take(_ sql: StaticString) -> OpaquePointer? {
        guard let index = statements.firstIndex(where: { $0.text == sql.utf8Start }) else { return nil }
        return statements.remove(at: index).handle
    }

    /// Takes a statement back; it reads nothing while it lies here.
    func put(_ handle: OpaquePointer, _ sql: StaticString) {
        sqlite3_reset(handle)
        statements.append((sql.utf8Start, handle))
    }

    /// Forgets all, before the connection is closed.
    func clear() {
        for statement in statements { sqlite3_finalize(statement.handle) }
        statements = []
    }
}
