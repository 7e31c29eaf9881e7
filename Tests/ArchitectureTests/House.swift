/// Which room may use which: the house as it is meant to be.
enum House {
    /// A target under Sources and what it may use, targets and package products alike.
    struct Room: Sendable {
        let name: String
        let uses: Set<String>

        init(_ name: String, uses: Set<String> = []) {
            self.name = name
            self.uses = uses
        }
    }

    /// Every target under Sources.
    static let rooms = [
        Room("CDetached"),
        Room("CLinux"),
        Room("CMnl"),
        Room("CSQLite"),
        Room("System", uses: ["CDetached", "CLinux"]),
        Room("Addressing"),
        Room("JSON"),
        Room("CNI", uses: ["Addressing", "JSON", "System"]),
        Room("IPAM", uses: ["Addressing"]),
        Room("SQLite", uses: ["CSQLite"]),
        Room("Ledger", uses: ["Addressing", "IPAM", "JSON", "SQLite", "System"]),
        Room("Netlink", uses: ["Addressing", "CMnl", "System"]),
        Room("Dataplane", uses: ["Addressing", "Netlink", "System"]),
        Room("Audit", uses: ["Addressing", "Dataplane", "IPAM", "JSON", "Ledger", "Netlink", "System"]),
        Room("Masquerade", uses: ["Addressing", "JSON", "System"]),
        Room("Resources", uses: ["Addressing", "IPAM", "JSON"]),
        Room("BIRD", uses: ["Addressing", "IPAM", "Resources", "System"]),
        Room("Events", uses: ["System"]),
        Room("Registry", uses: ["Addressing", "Events", "IPAM", "JSON", "Resources", "SQLite", "System"]),
        Room("AgentConfiguration", uses: ["Addressing", "BIRD", "JSON", "Logs", "Registry", "Resources", "System"]),
        Room("AgentSocket", uses: ["Addressing", "JSON", "System"]),
        Room("AgentListener", uses: ["AgentSocket", "Events", "JSON", "System"]),
        Room("Metrics"),
        Room("Manifests", uses: ["JSON", "Resources", "Yams"]),
        Room("Logs", uses: ["Logging", "System"]),
        Room(
            "NetworkConfiguration", uses: ["Addressing", "CNI", "IPAM", "JSON", "Ledger", "Logs", "System"]),
        Room(
            "martlet",
            uses: [
                "Addressing", "AgentSocket", "CNI", "Dataplane", "IPAM", "JSON", "Ledger", "Logging", "Logs",
                "Masquerade", "Netlink", "NetworkConfiguration", "SQLite", "System",
            ]),
        Room(
            "martletctl",
            uses: [
                "Addressing", "AgentConfiguration", "ArgumentParser", "Audit", "BIRD", "CNI", "Dataplane", "IPAM",
                "JSON", "Ledger", "Manifests", "Masquerade", "Netlink", "NetworkConfiguration", "Registry", "Resources",
                "System",
            ]),
        Room(
            "martletd",
            uses: [
                "Addressing", "AgentConfiguration", "AgentListener", "AgentSocket", "Audit", "BIRD",
                "Dataplane", "Events", "IPAM", "JSON", "Ledger", "Logging", "Logs", "Masquerade", "Metrics", "Netlink",
                "Registry", "Resources", "ServiceLifecycle", "System",
            ]),
    ]

    /// Modules of the toolchain that any room may import but the pure ones.
    static let toolchain: Set<String> = ["Glibc", "Synchronization"]

    /// Rooms that do no I/O: they import what they use and nothing else.
    static let pure: Set<String> = ["Addressing", "IPAM", "JSON", "Metrics", "Resources"]

    /// C modules, each the affair of one room.
    static let cModules: Set<String> = ["CDetached", "CLinux", "CMnl", "CSQLite"]

    /// Libraries that bring Foundation with them, each the affair of one room, too.
    static let heavyLibraries: Set<String> = ["Yams"]

    /// Rooms, and what must not be reached from them by any path, whatever the table above says.
    static let strangers: [(room: String, never: Set<String>)] = [
        ("IPAM", ["CLinux", "CMnl", "CSQLite", "JSON", "Logging", "Netlink", "SQLite", "System"]),
        ("Dataplane", ["CNI", "IPAM", "Ledger"]),
        ("CNI", ["IPAM"]),
        ("Resources", ["CLinux", "CMnl", "CSQLite", "Logging", "SQLite", "System", "Yams"]),
        ("martlet", ["AgentListener", "Manifests", "Registry", "Resources", "Yams"]),
    ]

    /// Rooms that no pod waits for.
    static let heavyRooms: Set<Substring> = ["martletctl", "martletd"]

    /// Whether a module belongs to a library that costs a short-lived process too much to start.
    static func isHeavy(_ module: some StringProtocol) -> Bool {
        ["Foundation", "_Foundation", "NIO", "_NIO", "ArgumentParser"].contains { module.hasPrefix($0) }
    }
}
