/// The tables of a registry in a file.
///
/// Every write of an object is one row of `change`, under a number of its own, so that a watcher hears of removals, too.
/// The last some thousands are kept; who asks for older ones is told to list again.
enum RegistrySchema {
    /// Version that this code writes, `user_version`.
    static let version = 1
    /// What marks the file as Martlet's registry, `application_id`: "MRTR".
    static let application = 0x4D52_5452

    static let tables: StaticString = """
        PRAGMA application_id = 0x4D525452;
        PRAGMA user_version = 1;

        CREATE TABLE registry (              -- one row
          id       TEXT NOT NULL,            -- tells this file's revisions from those of another
          revision INTEGER NOT NULL          -- of the last change
        ) STRICT;
        INSERT INTO registry VALUES (lower(hex(randomblob(8))), 0);

        CREATE TABLE object (
          kind     TEXT NOT NULL,
          name     TEXT NOT NULL,            -- compared by its bytes
          revision INTEGER NOT NULL,         -- of its last change
          body     TEXT NOT NULL,            -- JSON
          PRIMARY KEY (kind, name)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE change (
          revision INTEGER PRIMARY KEY,      -- without gaps
          kind     TEXT NOT NULL,
          name     TEXT NOT NULL,
          body     TEXT                      -- NULL: it was removed
        ) STRICT;
        """
}
