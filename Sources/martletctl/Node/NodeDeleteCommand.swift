import ArgumentParser
import Glibc
import Registry

/// Takes a node out of the cluster.
struct NodeDeleteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Take a node that is gone out of the cluster, and free its blocks.",
        discussion: """
            Without --force it only tells what would be freed. A node that was heard of within the last three minutes lives,
            and is refused; stop its agent first.

            The node may only be unreachable, its pods still running. So its blocks become orphaned: for 24 hours nobody may
            claim them. With --reuse they are free at once; say so when the machine is off for good. A node that comes back
            gives out nothing of the blocks that it has lost, and withdraws them.

            Examples:
              martletctl node delete node7
              martletctl node delete node7 --force
            """)

    /// Hours that orphaned blocks are nobody's.
    private static let orphanedFor = 24

    @OptionGroup var agent: AgentOptions
    @OptionGroup var registry: RegistryOptions

    @Argument(help: "Which node.")
    var name: String

    @Flag(help: "Delete it.")
    var force = false

    @Flag(help: "Free its blocks at once: the node will never come back.")
    var reuse = false

    func validate() throws {
        if reuse && !force { throw ValidationError("--reuse goes with --force") }
    }

    @MainActor func run() async throws {
        guard let registry = try registry.open(agent) else {
            throw Trouble(
                .blind, "this node is in no cluster that has a registry",
                hint: "name the registry by --registry, or the agent's configuration by --agent-config")
        }
        let now = time(nil)
        let snapshot = try await asking { () async throws(RegistryError) in try await RegistrySnapshot(of: registry) }
        let beat = try await heartbeat(registry)
        let blocks = snapshot.cluster.blocks.values.filter { $0.owner == name }.sorted { $0.cidr < $1.cidr }
        let node = snapshot.revisions[RegistryKey(.node, name)]
        if node == nil, beat == nil, blocks.isEmpty {
            throw Trouble(.findings, "there is no node \(name)", hint: "martletctl get nodes")
        }
        if let beat, beat.isAlive(at: now) {
            throw Trouble(
                .findings, "node \(name) lives: it was heard of \(max(0, now - beat.at)) s ago",
                hint: "stop its agent, and wait until that is \(Heartbeat.validity) s ago")
        }
        if !force { return tell(blocks, beat) }
        // Whoever is interrupted here runs it again: the node goes last.
        for block in blocks { try await free(block, registry, now) }
        try await asking { () async throws(RegistryError) in
            try await registry.forget(Heartbeat.key(of: name))
            try await registry.forget(RegistryKey(.node, name))
        }
        Output.line("node/\(name) deleted")
    }

    @MainActor private func heartbeat(_ registry: any Registry) async throws(Trouble) -> Heartbeat? {
        try await asking { () async throws(RegistryError) in
            try await registry.get(Heartbeat.key(of: name)).map { (object) throws(RegistryError) in
                try Heartbeat(object)
            }
        }
    }

    private func tell(_ blocks: [BlockRecord], _ beat: Heartbeat?) {
        let heard = beat.map { "was heard of last at \(Time.text($0.at))" } ?? "was never heard of"
        Output.line("node/\(name) \(heard); --force deletes it and frees \(counted(blocks.count, "block")):")
        for block in blocks { Output.line("  \(block.holding), pool \(block.pool)") }
    }

    @MainActor private func free(_ block: BlockRecord, _ registry: any Registry, _ now: Int) async throws {
        let until = reuse ? nil : block.claimableAt ?? now + Self.orphanedFor * 3600
        let isDone = try await asking { () async throws(RegistryError) in
            try await registry.orphan(block.cidr, of: name, until: until)
        }
        guard isDone else { return Output.line("  \(block.cidr) is not \(name)'s any more") }
        Output.line("  \(block.cidr) " + (until.map { "orphaned until \(Time.text($0))" } ?? "freed"))
    }
}
