import SQLite

/// The ledger's tables.
///
/// One file holds every fact once. A block's owner is a column of the block; a container is a column of its lease;
/// there is nothing beside them that could disagree. Addresses are kept as people write them. Where ranges are
/// compared, `first` and `last` hold the same addresses as numbers: an INTEGER for IPv4, 16 bytes for IPv6. SQLite
/// orders all integers before all blobs, so the families never mix. In a table without rowid the columns of the primary
/// key come first, in its order: `PRAGMA integrity_check` of SQLite 3.40 takes others for NULL else.
///
/// `application_id` is 1 while `ledger.agent` is not NULL: the header costs less to read than a row.
///
/// `user_version` is the schema's version; `ledger.minimum_writer` the lowest version that may still write it, so that
/// an upgrade which only adds can be rolled back.
enum Schema {
    /// Version that this code writes.
    static let version = 1

    static let tables: StaticString = """
        CREATE TABLE ledger (
          minimum_writer INTEGER NOT NULL,   -- lowest schema version that may write this file
          boot_id        TEXT NOT NULL,      -- the boot whose first transaction reclaimed the dead
          block_limit    INTEGER,            -- most blocks of a family on a node, 0 for no limit; NULL: not configured
          rest_seconds   INTEGER,            -- how long freed addresses rest; NULL: not configured
          agent          TEXT                -- folder of the agent's sockets; NULL: the node has no agent
        ) STRICT;

        CREATE TABLE pool (
          id           INTEGER PRIMARY KEY,
          name         TEXT NOT NULL UNIQUE,
          cidr         TEXT NOT NULL UNIQUE,
          first        ANY NOT NULL,
          last         ANY NOT NULL,
          block_length INTEGER NOT NULL,     -- prefix length of its blocks
          nat_outgoing INTEGER NOT NULL,
          disabled     INTEGER NOT NULL,     -- 1: nothing new from here
          selector     TEXT NOT NULL,        -- which nodes may use it, in Calico's selector language
          automatic    INTEGER NOT NULL,     -- 0: only for those who ask for it by name
          exported     INTEGER NOT NULL,     -- 0: not told to other nodes
          draining     INTEGER NOT NULL,     -- 1: deleted, and goes with its last lease
          configured   INTEGER NOT NULL,     -- 1: a network configuration's, whose word counts; 2: on exported, too
          shared       INTEGER NOT NULL      -- 1: the cluster's, and only the agent claims its blocks
        ) STRICT;

        CREATE TABLE block (
          id         INTEGER PRIMARY KEY,
          cidr       TEXT NOT NULL UNIQUE,
          first      ANY NOT NULL UNIQUE,
          last       ANY NOT NULL,
          pool       INTEGER NOT NULL REFERENCES pool(id),
          owner      TEXT NOT NULL,          -- node name; empty: nobody's any more, but leases last
          routed     INTEGER NOT NULL,       -- 1: announced by a blackhole; 0: in a subnet of bridge, ptp, macvlan
          size       INTEGER NOT NULL,       -- number of addresses
          next       INTEGER NOT NULL,       -- position of the first address never given out
          claimed_at INTEGER NOT NULL        -- seconds since 1970, for people
        ) STRICT;
        CREATE INDEX block_open ON block(owner, pool, routed) WHERE next < size;
        CREATE TRIGGER block_overlap BEFORE INSERT ON block
          WHEN (SELECT last FROM block WHERE first <= new.last ORDER BY first DESC LIMIT 1) >= new.first
          BEGIN SELECT RAISE(ABORT, 'the block overlaps another'); END;

        CREATE TABLE lease (
          address        TEXT PRIMARY KEY,
          block          INTEGER NOT NULL REFERENCES block(id),
          family         INTEGER NOT NULL,   -- 4 or 6
          network        TEXT NOT NULL,
          container_id   TEXT NOT NULL,
          ifname         TEXT NOT NULL,
          pod_namespace  TEXT,
          pod_name       TEXT,
          pod_uid        TEXT,
          host_interface TEXT NOT NULL,
          mac            TEXT NOT NULL,
          mtu            INTEGER NOT NULL,   -- bytes; 0 where another plugin makes the interface
          sandbox        TEXT NOT NULL,      -- CNI_NETNS
          sandbox_device INTEGER NOT NULL,   -- which namespace that was
          sandbox_inode  INTEGER NOT NULL,
          boot_id        TEXT NOT NULL,
          created_at     INTEGER NOT NULL,   -- seconds since 1970, for people
          UNIQUE (container_id, ifname, network, family)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE freed (                 -- a queue for each node, pool and use: first in, first out
          owner      TEXT NOT NULL,
          pool       INTEGER NOT NULL REFERENCES pool(id),
          routed     INTEGER NOT NULL,
          sequence   INTEGER NOT NULL,
          block      INTEGER NOT NULL REFERENCES block(id),
          address    TEXT NOT NULL UNIQUE,
          at         INTEGER NOT NULL,       -- seconds since boot
          boot_id    TEXT NOT NULL,
          quarantine TEXT,                   -- why it was set aside; NULL for an ordinary release
          PRIMARY KEY (owner, pool, routed, sequence)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE reservation (
          first ANY NOT NULL,
          last  ANY NOT NULL,
          owner TEXT NOT NULL,               -- the IPReservation that it is part of; empty: a plugin's subnet
          cidr  TEXT NOT NULL,
          note  TEXT NOT NULL,
          PRIMARY KEY (first, last, owner)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE journal (               -- leases that have ended, the last some thousands
          id            INTEGER PRIMARY KEY,
          address       TEXT NOT NULL,
          node          TEXT NOT NULL,
          network       TEXT NOT NULL,
          container_id  TEXT NOT NULL,
          ifname        TEXT NOT NULL,
          pod_namespace TEXT,
          pod_name      TEXT,
          since         INTEGER NOT NULL,    -- seconds since 1970
          until         INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE object (                -- what operators declare and pods do not need: nodes, BGP
          kind     TEXT NOT NULL,
          name     TEXT NOT NULL,
          revision INTEGER NOT NULL,         -- grows with every change of any object
          body     TEXT NOT NULL,            -- its manifest, JSON
          PRIMARY KEY (kind, name)
        ) STRICT, WITHOUT ROWID;

        CREATE VIEW pods AS
          SELECT address, pod_namespace || '/' || pod_name AS pod, container_id AS container,
                 host_interface AS interface, datetime(created_at, 'unixepoch') AS since
          FROM lease;

        PRAGMA user_version = 1;
        """
}
