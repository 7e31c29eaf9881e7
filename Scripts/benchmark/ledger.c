#define _GNU_SOURCE
#include "ledger.h"

#include "fail.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static sqlite3 *database;
static int lock_file;
static char log_path[512];
static char boot_id[37];

static void check(int code, const char *what) {
    if (code == SQLITE_OK || code == SQLITE_ROW || code == SQLITE_DONE) return;
    fprintf(stderr, "floor: %s: %s\n", what, sqlite3_errmsg(database));
    fail(what);
}

static void execute(const char *sql) { check(sqlite3_exec(database, sql, NULL, NULL, NULL), sql); }

static sqlite3_stmt *prepare(const char *sql) {
    sqlite3_stmt *statement;
    check(sqlite3_prepare_v3(database, sql, -1, 0, &statement, NULL), sql);
    return statement;
}

static void bind_text(sqlite3_stmt *statement, int index, const char *text) {
    check(sqlite3_bind_text(statement, index, text, -1, SQLITE_STATIC), "bind");
}

static void bind_number(sqlite3_stmt *statement, int index, int64_t number) {
    check(sqlite3_bind_int64(statement, index, number), "bind");
}

// Steps to the first row; 1 if there is one. What follows it, the rest of a changing statement, is `finish`'s.
static int step(sqlite3_stmt *statement) {
    int code = sqlite3_step(statement);
    check(code, sqlite3_sql(statement));
    return code == SQLITE_ROW;
}

static void finish(sqlite3_stmt *statement) {
    while (step(statement)) continue;
    sqlite3_finalize(statement);
}

static uint64_t fnv1a(const char *text) {
    uint64_t hash = 0xCBF29CE484222325;
    while (*text) hash = (hash ^ (uint8_t)*text++) * 0x100000001B3;
    return hash;
}

static void lock_attachment(const char *container, const char *interface) {
    uint64_t hash = fnv1a(interface) ^ (fnv1a(container) * 31);
    struct flock byte = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 1 + (off_t)(hash & 0x7FFFFFFF), .l_len = 1};
    if (fcntl(lock_file, F_OFD_SETLKW, &byte)) fail("fcntl");
}

static void read_boot_id(void) {
    int file = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    if (file < 0 || read(file, boot_id, sizeof boot_id - 1) < 0) fail("boot_id");
    close(file);
}

void open_ledger(const char *directory, const char *container, const char *interface) {
    char path[512];
    snprintf(path, sizeof path, "%s/ledger.lock", directory);
    lock_file = open(path, O_RDWR | O_CLOEXEC);
    if (lock_file < 0) fail(path);
    lock_attachment(container, interface);
    read_boot_id();

    sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    sqlite3_config(SQLITE_CONFIG_PAGECACHE, NULL, 0, 0);
    snprintf(path, sizeof path, "%s/ledger.db", directory);
    snprintf(log_path, sizeof log_path, "%s/ledger.db-wal", directory);
    check(sqlite3_open_v2(path, &database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL), path);
    sqlite3_busy_timeout(database, 10000);
    sqlite3_db_config(database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    execute("PRAGMA synchronous = NORMAL");
}

static void begin(void) {
    // First come, first served; SQLite's own waiting is not.
    if (flock(lock_file, LOCK_EX)) fail("flock");
    execute("BEGIN IMMEDIATE");
}

static void commit(void) {
    struct stat log;
    execute("COMMIT");
    if (!stat(log_path, &log) && log.st_size > 128 << 10)
        sqlite3_wal_checkpoint_v2(database, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    if (flock(lock_file, LOCK_UN)) fail("flock");
}

static void print_address(uint32_t address, char text[16]) {
    const struct in_addr network_order = {htonl(address)};
    inet_ntop(AF_INET, &network_order, text, 16);
}

// Three ways to an address; each answers whether it found one.

static int take_untouched(struct lease *lease, const char *node) {
    sqlite3_stmt *statement = prepare(
        "UPDATE block SET next = next + 1"
        " WHERE id = (SELECT id FROM block WHERE owner = ? AND pool = 1 AND routed = 1 AND next < size ORDER BY id"
        " LIMIT 1)"
        " RETURNING id, first + next - 1");
    bind_text(statement, 1, node);
    int found = step(statement);
    if (found) {
        lease->block = sqlite3_column_int64(statement, 0);
        print_address((uint32_t)sqlite3_column_int64(statement, 1), lease->address);
    }
    finish(statement);
    return found;
}

static int take_freed(struct lease *lease, const char *node) {
    sqlite3_stmt *statement = prepare(
        "DELETE FROM freed WHERE owner = ?1 AND pool = 1 AND routed = 1"
        " AND sequence = (SELECT min(sequence) FROM freed WHERE owner = ?1 AND pool = 1 AND routed = 1)"
        " RETURNING block, address");
    bind_text(statement, 1, node);
    int found = step(statement);
    if (found) {
        lease->block = sqlite3_column_int64(statement, 0);
        snprintf(lease->address, sizeof lease->address, "%s", sqlite3_column_text(statement, 1));
    }
    finish(statement);
    return found;
}

// Not part of a warm ADD: fills the node before the clock runs.
static int claim_block(struct lease *lease, const char *node) {
    sqlite3_stmt *statement = prepare("SELECT max(last) + 1 FROM block");
    step(statement);
    uint32_t first = (uint32_t)sqlite3_column_int64(statement, 0);
    finish(statement);

    char cidr[24];
    print_address(first, cidr);
    strcat(cidr, "/26");
    statement = prepare("INSERT INTO block (cidr, first, last, pool, owner, routed, size, next, claimed_at)"
                        " VALUES (?, ?, ?, 1, ?, 1, 64, 1, ?) RETURNING id");
    bind_text(statement, 1, cidr);
    bind_number(statement, 2, first);
    bind_number(statement, 3, (int64_t)first + 63);
    bind_text(statement, 4, node);
    bind_number(statement, 5, time(NULL));
    step(statement);
    lease->block = sqlite3_column_int64(statement, 0);
    print_address(first, lease->address);
    finish(statement);
    return 1;
}

void take_lease(struct lease *lease, const char *node) {
    begin();
    (void)(take_untouched(lease, node) || take_freed(lease, node) || claim_block(lease, node));
    sqlite3_stmt *statement =
        prepare("INSERT INTO lease VALUES (?, ?, 4, ?, ?, ?, ?, ?, NULL, ?, ?, ?, ?, ?, ?, ?, ?)");
    bind_text(statement, 1, lease->address);
    bind_number(statement, 2, lease->block);
    bind_text(statement, 3, lease->network);
    bind_text(statement, 4, lease->container);
    bind_text(statement, 5, lease->interface);
    bind_text(statement, 6, lease->pod_namespace);
    bind_text(statement, 7, lease->pod_name);
    bind_text(statement, 8, lease->host_interface);
    bind_text(statement, 9, lease->mac);
    bind_number(statement, 10, lease->mtu);
    bind_text(statement, 11, lease->sandbox);
    bind_number(statement, 12, (int64_t)lease->sandbox_device);
    bind_number(statement, 13, (int64_t)lease->sandbox_inode);
    bind_text(statement, 14, boot_id);
    bind_number(statement, 15, time(NULL));
    finish(statement);
    commit();
}

int find_lease(struct lease *lease) {
    sqlite3_stmt *statement = prepare("SELECT address, block, host_interface FROM lease"
                                      " WHERE container_id = ? AND ifname = ? AND network = ?");
    bind_text(statement, 1, lease->container);
    bind_text(statement, 2, lease->interface);
    bind_text(statement, 3, lease->network);
    int found = step(statement);
    if (found) {
        snprintf(lease->address, sizeof lease->address, "%s", sqlite3_column_text(statement, 0));
        lease->block = sqlite3_column_int64(statement, 1);
        snprintf(lease->host_interface, sizeof lease->host_interface, "%s", sqlite3_column_text(statement, 2));
    }
    finish(statement);
    return found;
}

void free_lease(const struct lease *lease, const char *node) {
    struct timespec now;
    clock_gettime(CLOCK_BOOTTIME, &now);
    begin();
    sqlite3_stmt *statement = prepare(
        "INSERT INTO journal SELECT NULL, address, ?, network, container_id, ifname, pod_namespace, pod_name,"
        " created_at, ? FROM lease WHERE address = ?");
    bind_text(statement, 1, node);
    bind_number(statement, 2, time(NULL));
    bind_text(statement, 3, lease->address);
    finish(statement);
    statement = prepare("DELETE FROM lease WHERE address = ?");
    bind_text(statement, 1, lease->address);
    finish(statement);
    statement = prepare(
        "INSERT INTO freed SELECT owner, pool, routed,"
        " (SELECT coalesce(max(sequence), 0) + 1 FROM freed"
        "  WHERE owner = block.owner AND pool = block.pool AND routed = block.routed),"
        " id, ?, ?, ?, NULL FROM block WHERE id = ?");
    bind_text(statement, 1, lease->address);
    bind_number(statement, 2, now.tv_sec);
    bind_text(statement, 3, boot_id);
    bind_number(statement, 4, lease->block);
    finish(statement);
    commit();
}
