// SQLite's C API, and inline names for its variadic functions, which Swift cannot import.
#ifndef MARTLET_CSQLITE_H
#define MARTLET_CSQLITE_H

#include <sqlite3.h>
#include <stddef.h>

// One process, one thread, a few milliseconds: no mutexes, no memory statistics, no page cache allocated in bulk
// (20 pages that a short transaction never touches). Before any other call; see sqlite3_config(3).
static inline int martlet_sqlite3_config_one_shot(void) {
    int rc = sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
    if (rc == SQLITE_OK) rc = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    if (rc == SQLITE_OK) rc = sqlite3_config(SQLITE_CONFIG_PAGECACHE, NULL, 0, 0);
    return rc;
}

// Sets one of sqlite3_db_config's boolean switches.
static inline int martlet_sqlite3_db_config_bool(sqlite3 *db, int option, int on) {
    return sqlite3_db_config(db, option, on, (int *)NULL);
}

#endif
