// swift-tools-version: 6.2
import PackageDescription

// Debian has no libmnl.a. The static release links a small C target that defines the functions used, under
// libmnl's own header; every other build links the real library. `import CMnl` is the same in both.
let standsInForLibmnl = Context.environment["MARTLET_STATIC"] != nil
// The plugin itself also leaves out parts of Swift's runtime that it has no use for; no test could run like that.
let startsQuickly = Context.environment["MARTLET_START"] != nil
// Fuzz targets have no main of their own and link only with `--sanitize=fuzzer`.
let fuzzing = Context.environment["MARTLET_FUZZ"] != nil

let strict: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
]

let mnl: Target =
    standsInForLibmnl
    ? .target(name: "CMnl", path: "Sources/CMnlStatic")
    : .systemLibrary(name: "CMnl", pkgConfig: "libmnl", providers: [.apt(["libmnl-dev"])])

/// A library of the house: strict settings, no product of its own.
func room(_ name: String, uses dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(_ name: String, of dependencies: [Target.Dependency], beside scripts: [String] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, exclude: scripts, swiftSettings: strict)
}

/// A small program that a test starts, so that a library is tried in a process or a namespace of its own.
func probe(_ name: String, of dependencies: [Target.Dependency]) -> Target {
    .executableTarget(name: name, dependencies: dependencies, path: "Tests/\(name)", swiftSettings: strict)
}

func fuzzer(_ name: String, of dependency: Target.Dependency) -> Target {
    .executableTarget(
        name: name, dependencies: [dependency], path: "Tests/Fuzz/\(name)",
        swiftSettings: strict)
}

let package = Package(
    name: "martlet",
    products: [
        .executable(name: "martlet", targets: ["martlet"]),
        .executable(name: "martletctl", targets: ["martletctl"]),
        .executable(name: "martletd", targets: ["martletd"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        .systemLibrary(name: "CLinux"),
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        mnl,
        .target(name: "CDetached"),
        room("System", uses: ["CDetached", "CLinux"]),
        room("Addressing"),
        room("JSON"),
        room("CNI", uses: ["Addressing", "JSON", "System"]),
        room("IPAM", uses: ["Addressing"]),
        room("SQLite", uses: ["CSQLite"]),
        room("Ledger", uses: ["Addressing", "IPAM", "JSON", "SQLite", "System"]),
        room("Netlink", uses: ["Addressing", "System", "CMnl"]),
        room("Dataplane", uses: ["Addressing", "Netlink", "System"]),
        room("Audit", uses: ["Addressing", "Dataplane", "IPAM", "JSON", "Ledger", "Netlink", "System"]),
        room("Masquerade", uses: ["Addressing", "JSON", "System"]),
        room(
            "NetworkConfiguration",
            uses: ["Addressing", "CNI", "IPAM", "JSON", "Ledger", "Logs", "System"]),
        room("Resources", uses: ["Addressing", "IPAM", "JSON"]),
        room("BIRD", uses: ["Addressing", "IPAM", "Resources", "System"]),
        room("Events", uses: ["System"]),
        room("Registry", uses: ["Addressing", "Events", "IPAM", "JSON", "Resources", "SQLite", "System"]),
        room("AgentConfiguration", uses: ["Addressing", "BIRD", "JSON", "Logs", "Registry", "Resources", "System"]),
        room("AgentSocket", uses: ["Addressing", "JSON", "System"]),
        room("AgentListener", uses: ["AgentSocket", "Events", "JSON", "System"]),
        room("Metrics"),
        room("Manifests", uses: ["JSON", "Resources", .product(name: "Yams", package: "Yams")]),
        room("Logs", uses: ["System", .product(name: "Logging", package: "swift-log")]),
        .executableTarget(
            name: "martlet",
            dependencies: [
                "Addressing", "AgentSocket", "CNI", "Dataplane", "IPAM", "JSON", "Ledger", "Logs", "Masquerade",
                "Netlink", "NetworkConfiguration", "SQLite", "System",
                .product(name: "Logging", package: "swift-log"),
            ] + (startsQuickly ? ["CStart"] : []),
            swiftSettings: strict),
        .executableTarget(
            name: "martletctl",
            dependencies: [
                "Addressing", "AgentConfiguration", "Audit", "BIRD", "CNI", "Dataplane", "IPAM", "JSON", "Ledger",
                "Manifests", "Masquerade", "Netlink", "NetworkConfiguration", "Registry", "Resources", "System",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "martletd",
            dependencies: [
                "Addressing", "AgentConfiguration", "AgentListener", "AgentSocket", "Audit", "BIRD", "Dataplane",
                "Events", "IPAM", "JSON", "Ledger", "Logs", "Masquerade", "Metrics", "Netlink", "Registry", "Resources",
                "System",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict),
        .target(name: "TestKit", path: "Tests/TestKit", swiftSettings: strict),
        tests("ArchitectureTests", of: ["TestKit"]),
        tests("AddressingTests", of: ["Addressing", "TestKit"]),
        tests("JSONTests", of: ["JSON", "TestKit"]),
        tests("IPAMTests", of: ["Addressing", "IPAM", "TestKit"]),
        tests("LedgerTests", of: ["Addressing", "IPAM", "Ledger", "System", "TestKit"]),
        tests("ResourcesTests", of: ["Addressing", "IPAM", "JSON", "Resources"]),
        probe("RegistryProbe", of: ["Addressing", "IPAM", "Registry"]),
        tests(
            "RegistryTests",
            of: [
                "Addressing", "IPAM", "Registry", "RegistryProbe", "Resources", "System", "TestKit",
            ]),
        tests(
            "BIRDTests", of: ["Addressing", "BIRD", "JSON", "Resources", "TestKit", "martletctl"], beside: ["Golden"]),
        tests("ManifestsTests", of: ["JSON", "Manifests", "Resources", "TestKit"], beside: ["Fixtures"]),
        tests("CNITests", of: ["CNI", "JSON", "Addressing", "System"]),
        probe("AgentProbe", of: ["Addressing", "AgentListener", "AgentSocket", "IPAM", "Ledger", "System"]),
        tests("AgentSocketTests", of: ["Addressing", "AgentListener", "AgentSocket", "JSON", "TestKit"]),
        tests("KernelTests", of: ["AgentProbe", "TestKit", "martlet"]),
        probe("NATProbe", of: ["Addressing", "Masquerade"]),
        tests("MasqueradeTests", of: ["Addressing", "Masquerade", "NATProbe", "TestKit"]),
        tests("MetricsTests", of: ["Metrics", "TestKit", "martlet", "martletd"]),
        probe("LogProbe", of: ["Logs", .product(name: "Logging", package: "swift-log")]),
        tests("LogsTests", of: ["Logs", "LogProbe", "TestKit", .product(name: "Logging", package: "swift-log")]),
        tests(
            "ToolTests", of: ["TestKit", "martlet", "martletctl", "tamper", .product(name: "Yams", package: "Yams")],
            beside: ["Golden", "Schemas"]),
        tests("RuntimeTests", of: ["TestKit", "martlet"], beside: ["World"]),
        tests("LabTests", of: ["Audit", "TestKit", "martlet", "martletctl", "martletd"], beside: ["World"]),
        tests("PackageTests", of: ["TestKit", "martlet"], beside: ["World"]),
        tests("AuditTests", of: ["Addressing", "Audit", "TestKit", "martlet", "martletctl", "tamper"]),
        tests("DocumentTests", of: ["Audit", "TestKit", "martlet", "martletctl"]),
        tests("AgentTests", of: ["TestKit", "martlet", "martletctl", "martletd"]),
        .executableTarget(name: "tamper", path: "Tests/Tamper"),
        tests("CrashTests", of: ["TestKit", "martlet", "tamper"]),
        tests("ModelTests", of: ["CSQLite", "TestKit", "martlet", "martletctl", "tamper"]),
    ] + (startsQuickly ? [.target(name: "CStart")] : [])
        + (fuzzing ? [fuzzer("FuzzJSON", of: "JSON"), fuzzer("FuzzAddressing", of: "Addressing")] : [])
)
