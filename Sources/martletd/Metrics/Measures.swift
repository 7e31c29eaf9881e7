import Metrics

/// Everything that the agent measures. docs/agent.md has a table of them.
enum Measures {
    private static let ofPool = ["pool", "family"]

    // The ledger.
    static let poolAddresses = Measure(
        .gauge, "martlet_pool_addresses", "Addresses of the pool, of all nodes.", labels: ofPool)
    static let poolBlocks = Measure(
        .gauge, "martlet_pool_blocks", "Blocks that the pool can be parted into.", labels: ofPool)
    static let poolClaimedBlocks = Measure(
        .gauge, "martlet_pool_claimed_blocks", "Blocks of the pool that some node has, as far as this node knows.",
        labels: ofPool)
    static let blocks = Measure(.gauge, "martlet_blocks", "Blocks of the pool that this node has.", labels: ofPool)
    static let free = Measure(
        .gauge, "martlet_free_addresses", "Addresses that this node's pods can get without another block, about.",
        labels: ofPool)
    static let leases = Measure(
        .gauge, "martlet_leases", "Addresses of the pool that pods on this node have.", labels: ofPool)
    static let freed = Measure(
        .gauge, "martlet_freed_addresses", "Addresses that a pod has had and another can get.", labels: ofPool)
    static let resting = Measure(
        .gauge, "martlet_resting_addresses", "Freed addresses that are left alone for their rest time.", labels: ofPool)
    static let quarantined = Measure(
        .gauge, "martlet_quarantined_addresses", "Addresses set aside because something foreign uses them.",
        labels: ofPool)
    static let leasesMade = Measure(
        .counter, "martlet_leases_made_total", "Leases that were ever made, as the ledger has it.")
    static let leasesEnded = Measure(
        .counter, "martlet_leases_ended_total", "Leases that have ever ended, as the ledger's journal has it.")
    static let ledgerReadable = Measure(
        .gauge, "martlet_ledger_readable", "1: the ledger was read for this page, or there is none yet.")

    // What the plugin reports.
    static let operations = Measure(
        .counter, "martlet_cni_operations_total",
        "Operations of the plugin since the agent started; code 0 is success.",
        labels: ["operation", "code"])
    static let durations = Measure(
        .histogram, "martlet_cni_operation_duration_seconds",
        "Time from the start of the plugin's process to its answer, of operations that succeeded.",
        labels: ["operation"])

    // The looks at the kernel.
    static let findings = Measure(
        .gauge, "martlet_audit_findings", "Findings that the last look at ledger and kernel left.", labels: ["code"])
    static let lastLook = Measure(
        .gauge, "martlet_audit_last_look_timestamp_seconds", "When ledger and kernel were compared last.")
    static let repairs = Measure(
        .counter, "martlet_repairs_total", "Things put right in the kernel since the agent started.", labels: ["code"])
    static let alarms = Measure(.gauge, "martlet_alarm", "1: the alarm stands.", labels: ["alarm"])

    // BIRD.
    static let birdUp = Measure(.gauge, "martlet_bird_up", "1: BIRD answers on its control socket.")
    static let sessions = Measure(
        .gauge, "martlet_bgp_sessions", "BGP sessions by the kind of peer and their state.",
        labels: ["type", "family", "state"])
    static let imported = Measure(
        .gauge, "martlet_bgp_imported_routes", "Routes learnt from peers, over all sessions.",
        labels: ["type", "family"])
    static let exported = Measure(
        .gauge, "martlet_bgp_exported_routes", "Routes announced to peers, over all sessions.",
        labels: ["type", "family"])

    // The registry.
    static let registryConnected = Measure(
        .gauge, "martlet_registry_connected", "1: the registry was read, and nothing says that it is away now.")
    static let registryChange = Measure(
        .gauge, "martlet_registry_last_change_timestamp_seconds", "When what the cluster has agreed on changed last.")
    static let nodes = Measure(.gauge, "martlet_cluster_nodes", "Nodes in the registry.")

    // The process.
    static let start = Measure(.gauge, "process_start_time_seconds", "When the agent started.")
    static let processor = Measure(.counter, "process_cpu_seconds_total", "Processor time of the agent.")
    static let memory = Measure(.gauge, "process_resident_memory_bytes", "Resident memory of the agent.")
    static let descriptors = Measure(.gauge, "process_open_fds", "Open file descriptors of the agent.")
}
