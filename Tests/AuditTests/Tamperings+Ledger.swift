import TestKit

/// What may happen to the ledger's file: by the `sqlite3` shell, and by a program that is damaged itself.
extension Tampering {
    static let ofLedger: [Tampering] = [
        Tampering("integrity", "a column that is never NULL is", cure: .printed) { patient in
            let ledger = patient.node.ledger
            try await ledger.backUp(to: patient.backup)
            try await ledger.change(
                """
                PRAGMA writable_schema = ON;
                UPDATE sqlite_schema SET sql = replace(sql, 'owner      TEXT NOT NULL,          --', 'owner TEXT, --')
                WHERE name = 'block';
                PRAGMA writable_schema = RESET;
                UPDATE block SET owner = NULL WHERE first < 0;
                """)
            try await ledger.change("UPDATE block SET owner = NULL WHERE cidr = '10.244.0.0/26'")
            try await ledger.change(
                """
                PRAGMA writable_schema = ON;
                UPDATE sqlite_schema SET sql = replace(sql, 'owner TEXT, --', 'owner      TEXT NOT NULL,          --')
                WHERE name = 'block';
                """)
            return "ledger.db"
        },
        Tampering("integrity", "a freed address is of a block that is not there") { patient in
            try await patient.node.ledger.change(
                """
                INSERT INTO freed SELECT 'n1', pool, 1, 77, 99, '10.244.9.9', 0, '', NULL FROM block LIMIT 1
                """)
            return "freed"
        },
        Tampering("block-overlap", "a second block within the first, without leases") { patient in
            try await patient.node.ledger.change("DROP TRIGGER block_overlap")
            try await patient.node.ledger.change(
                """
                INSERT INTO block SELECT NULL, '10.244.0.32/27', first + 32, last, pool, owner, 1, 32, 0, claimed_at
                FROM block WHERE cidr = '10.244.0.0/26'
                """)
            return "10.244.0.0/26"
        },
        Tampering("lease-outside-block", "the lease names a block that is not there") { patient in
            try await patient.node.ledger.change("UPDATE lease SET block = 99 WHERE address = '\(patient.address())'")
            return try patient.address()
        },
        Tampering("lease-outside-block", "the lease names another block") { patient in
            try await patient.node.ledger.change(
                """
                UPDATE lease SET block = (SELECT id FROM block WHERE cidr LIKE 'fd%')
                WHERE address = '\(patient.address())'
                """)
            return try patient.address()
        },
        Tampering(
            "duplicate", "two pods have leased one address",
            cure: .person { patient in
                try await patient.node.delete(patient.bystander, configuration: patient.configuration)
            }
        ) { patient in
            // The constraint makes it impossible; so does the file without it.
            try await patient.node.ledger.change(
                """
                PRAGMA legacy_alter_table = ON;
                CREATE TABLE lost AS SELECT * FROM lease;
                DROP TABLE lease;
                ALTER TABLE lost RENAME TO lease;
                UPDATE lease SET address = '\(patient.address())' WHERE address = '\(patient.other.resultAddress())'
                """)
            return try patient.address()
        },
        Tampering("count-mismatch", "a leased address waits to be used again") { patient in
            try await patient.node.ledger.change(
                """
                INSERT INTO freed SELECT 'n1', pool, 1, 77, id, '\(patient.address())', 0, '', NULL
                FROM block WHERE cidr = '10.244.0.0/26'
                """)
            return try patient.address()
        },
        Tampering("count-mismatch", "a block has given out more addresses than it has") { patient in
            try await patient.node.ledger.change("UPDATE block SET next = 65 WHERE cidr = '10.244.0.0/26'")
            return "10.244.0.0/26"
        },
        Tampering("earlier-boot", "the machine has started anew and the pod has not", isDeadly: true) { patient in
            try await patient.losePod()
            try await patient.node.ledger.pretendReboot()
            return try patient.address()
        },
        Tampering("empty-block", "a block has held nothing for long") { patient in
            let pod = try await patient.node.pod()
            let configuration = patient.configuration.setting(
                "ipam.pools", [["name": "four", "cidr": "10.244.0.0/16"], ["name": "more", "cidr": "10.245.0.0/16"]]
            ).setting("ipam.assign_ipv6", false).setting("ipam.ipv4_pools", ["more"])
            try await patient.node.add(pod, configuration: configuration)
            try await patient.node.delete(pod, configuration: configuration)
            try await patient.node.ledger.change("UPDATE freed SET at = at - 100000")
            return "10.245.0.0/26"
        },
        Tampering(
            "pool-nearly-full", "all addresses of a small pool are leased",
            cure: .person { patient in
                for (pod, ifname) in patient.smallPods {
                    try await patient.node.delete(pod, ifname: ifname, configuration: patient.smallPool)
                }
            }
        ) { patient in
            for (pod, ifname) in patient.smallPods {
                try await patient.node.add(pod, ifname: ifname, configuration: patient.smallPool)
            }
            return "small"
        },
        Tampering("quarantined", "an address whose route a device had that is gone") { patient in
            try await patient.host.ip("route add 10.244.0.2/32 dev up0")
            let pod = try await patient.node.pod()
            try await patient.node.add(pod, configuration: patient.configuration)
            try await patient.host.ip("route del 10.244.0.2/32 dev up0")
            return "10.244.0.2"
        },
    ]
}

extension Patient {
    /// A sound copy of the ledger.
    var backup: String { "\(node.folder.path)/backup.db" }

    /// A pool of two addresses.
    var smallPool: Value {
        node.configuration().setting(
            "ipam.pools", [["name": "small", "cidr": "10.246.0.0/31", "blockSize": 31]])
    }

    /// Further interfaces of the victim, which fill it.
    var smallPods: [(Pod, String)] { [(victim.named("small-1"), "net1"), (victim.named("small-2"), "net2")] }

    /// A network of Debian's macvlan, which Martlet gives the addresses only.
    var macvlan: Value {
        [
            "cniVersion": "1.0.0", "name": "lan", "type": "macvlan", "master": "up0", "data_dir": .string(node.data),
            "nodename": .string(node.name),
            "ipam": [
                "type": "martlet-ipam",
                "pools": [["name": "lan", "cidr": "192.168.7.0/24", "blockSize": 28]], "prefix_length": 24,
            ],
        ]
    }

    /// Takes the victim's namespace away; its link goes with it.
    func losePod() async throws {
        victim.namespace.end()
        let name = try link()
        guard try await eventually({ try await host.link(name) == nil }) else { throw Failure("\(name) has stayed") }
    }
}
