import Addressing
import AgentConfiguration
import Audit
import BIRD
import IPAM
import Ledger
import Metrics
import Registry
import System

/// What the agent knows, as a page of metrics; made anew for each scrape.
struct MetricsPage: Sendable {
    /// Seconds that BIRD is waited for.
    static let patience = 1

    let configuration: AgentConfiguration
    let book: NodeBook
    let cluster: Latest<Cluster>
    let tally: Tally
    let alarms: Alarms

    var text: String {
        var page = Exposition()
        let counts = tally.counts
        addLedger(&page)
        addOperations(&page, counts)
        addKernel(&page, counts)
        addBIRD(&page)
        addRegistry(&page, counts)
        ProcessUse.own?.add(to: &page)
        return page.text
    }

    // MARK: The ledger

    private func addLedger(_ page: inout Exposition) {
        do throws(AuditError) {
            let count = try book.open { (book, _) throws(AuditError) in
                try ledger { () throws(LedgerError) in try book.count() }
            }
            if let count { add(count, &page) }
            page.add(Measures.ledgerReadable, 1)
        } catch {
            // Why is said by the parts that need it more.
            page.add(Measures.ledgerReadable, 0)
        }
    }

    private func add(_ count: LedgerCount, _ page: inout Exposition) {
        func add(_ measure: Measure, _ value: (LedgerCount.Share) -> Double) {
            page.add(
                measure, count.shares.map { Sample($0.pool.name, $0.pool.cidr.family.label, value: value($0)) })
        }
        add(Measures.poolAddresses) { Double($0.pool.cidr.count) }
        add(Measures.poolBlocks) { Double($0.pool.cidr.subdivisionCount(length: $0.pool.blockLength)) }
        add(Measures.poolClaimedBlocks) { Double(claimedBlocks($0)) }
        add(Measures.blocks) { Double($0.blocks) }
        add(Measures.free) { Double($0.free) }
        add(Measures.leases) { Double($0.leases) }
        add(Measures.freed) { Double($0.freed) }
        add(Measures.resting) { Double($0.resting) }
        add(Measures.quarantined) { Double($0.quarantined) }
        page.add(Measures.leasesMade, Double(tally.made(lasting: count.leases, ended: count.ended)))
        page.add(Measures.leasesEnded, Double(count.ended))
    }

    /// Of the cluster's pools the ledger has this node's blocks alone.
    private func claimedBlocks(_ share: LedgerCount.Share) -> Int {
        guard share.pool.isShared, let blocks = cluster.value?.blocks.values else { return share.knownBlocks }
        return blocks.count { share.pool.cidr.contains($0.cidr) }
    }

    // MARK: Parts of the agent, and the plugin

    private func addOperations(_ page: inout Exposition, _ counts: Tally.Counts) {
        let outcomes = counts.operations.sorted { ($0.key.operation, $0.key.code) < ($1.key.operation, $1.key.code) }
        page.add(Measures.operations, outcomes.map { Sample($0.key.operation, $0.key.code, value: $0.value) })
        page.add(
            Measures.durations, counts.durations.sorted { $0.key < $1.key }.map { Sample($0.key, value: $0.value) })
    }

    private func addKernel(_ page: inout Exposition, _ counts: Tally.Counts) {
        let codes = Finding.Code.allCases
        page.add(Measures.findings, codes.map { Sample($0.rawValue, value: counts.findings[$0] ?? 0) })
        if let lastLook = counts.lastLook { page.add(Measures.lastLook, Double(lastLook)) }
        let mended = codes.filter { $0.treatment == .mend }
        page.add(Measures.repairs, mended.map { Sample($0.rawValue, value: counts.repairs[$0] ?? 0) })
        let standing = alarms.current
        page.add(Measures.alarms, Alarms.Kind.allCases.map { Sample($0.rawValue, value: standing[$0] == nil ? 0 : 1) })
    }

    private func addRegistry(_ page: inout Exposition, _ counts: Tally.Counts) {
        let isConnected = cluster.value != nil && alarms.current[.registry] == nil
        page.add(Measures.registryConnected, isConnected ? 1 : 0)
        if let last = counts.lastAgreement { page.add(Measures.registryChange, Double(last)) }
        if let agreed = cluster.value { page.add(Measures.nodes, Double(agreed.nodes.count)) }
    }

    // MARK: BIRD

    private func addBIRD(_ page: inout Exposition) {
        do throws(BIRDError) {
            var control = try ControlSocket.open(configuration.bird.socket, patience: Self.patience)
            let tables = SessionTables(try control.sessions())
            page.add(Measures.birdUp, 1)
            tables.add(to: &page)
        } catch {
            // That it is away is what there is to tell; its alarm says why.
            page.add(Measures.birdUp, 0)
        }
    }
}

extension AddressFamily {
    /// As in a label: `ipv4`.
    var label: String { self == .ipv4 ? "ipv4" : "ipv6" }
}
