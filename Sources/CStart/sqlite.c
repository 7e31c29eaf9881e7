// SQLite's extensions, left out of the static plugin: no statement of the ledger may use full text, R-trees or JSON, and
// each opening of a database would register their modules and functions.
//
// As in runtime.c: where these definitions come first, the linker leaves out the members of SQLite's archive that hold
// the others. They stand for those that Debian builds SQLite with (sqlite3BuiltinExtensions in its main.c); one more of
// them, in a later version, is simply there.

struct sqlite3;

int sqlite3Fts3Init(struct sqlite3 *database);
int sqlite3Fts5Init(struct sqlite3 *database);
int sqlite3RtreeInit(struct sqlite3 *database);
int sqlite3DbstatRegister(struct sqlite3 *database);
int sqlite3StmtVtabInit(struct sqlite3 *database);
int sqlite3JsonTableFunctions(struct sqlite3 *database);
void sqlite3RegisterJsonFunctions(void);

static int nothing_to_register(struct sqlite3 *database) {
    (void)database;
    return 0;
}

int sqlite3Fts3Init(struct sqlite3 *database) { return nothing_to_register(database); }
int sqlite3Fts5Init(struct sqlite3 *database) { return nothing_to_register(database); }
int sqlite3RtreeInit(struct sqlite3 *database) { return nothing_to_register(database); }
int sqlite3DbstatRegister(struct sqlite3 *database) { return nothing_to_register(database); }
int sqlite3StmtVtabInit(struct sqlite3 *database) { return nothing_to_register(database); }
int sqlite3JsonTableFunctions(struct sqlite3 *database) { return nothing_to_register(database); }
void sqlite3RegisterJsonFunctions(void) {}
