import Addressing
import Dataplane
import Ledger

/// What BIRD and the registry have otherwise than ledger and kernel.
struct MeshLook {
    private(set) var findings: [Finding] = []
    let ledger: LedgerSnapshot
    let options: AuditOptions
    let tables: HostTables

    init(_ ledger: LedgerSnapshot, _ options: AuditOptions, _ tables: HostTables) {
        self.ledger = ledger
        self.options = options
        self.tables = tables
        let cluster = ask(options.witnesses.cluster, .registrySilent, "registry", repair: Finding.agent)
        let routing = ask(options.witnesses.routing, .birdSilent, "bird", repair: Finding.bird)
        if let routing {
            findings += RoutingComparison(routing, cluster?.nodes ?? [:], self).findings
        }
        if let cluster { findings += ClusterComparison(cluster, self).findings }
    }

    private mutating func ask<State>(
        _ witness: (() throws(Silence) -> State)?, _ code: Finding.Code, _ subject: String, repair: String
    ) -> State? {
        guard let witness else { return nil }
        do throws(Silence) { return try witness() } catch {
            findings.append(Finding(code, subject, error.reason, repair: repair))
            return nil
        }
    }

    /// Whether a prefix lies in a pool.
    func isOfPool(_ prefix: Prefix) -> Bool { ledger.pools.contains { $0.cidr.contains(prefix) } }

    /// This node's blocks, whether others may hear of them or not.
    var ownBlocks: [LedgerSnapshot.Block] { ledger.blocks.filter { $0.owner == options.node } }
}

extension Finding {
    /// What has the agent look at everything anew.
    static let agent = "systemctl restart martletd"
    /// What starts BIRD.
    static let bird = "systemctl restart martlet-bird"
}
