import Addressing
import Dataplane
import IPAM
import Ledger
import Netlink
import System

/// Repairs what an audit has found and can be proved, one finding after another.
///
/// Each repair takes the lock of what it is about, looks again, and then makes one change that can be made twice; so
/// one that is killed leaves things no worse, and the next audit finds what is left. Addresses that somebody uses are
/// secured first, before others are freed.
package struct Repair: ~Copyable {
    private let options: AuditOptions

    /// What became of a finding.
    package enum Outcome: Hashable, Sendable {
        case repaired(String)
        /// It needs a person; the finding's own words say what to do.
        case left
        /// It was no longer so when it was looked at again.
        case gone
    }

    package init(_ options: AuditOptions) { self.options = options }

    /// The findings in the order in which they are repaired.
    package static func ordered(_ findings: [Finding]) -> [Finding] {
        findings.sorted {
            ($0.code.repairRank, $0.code.rank, $0.subject) < ($1.code.repairRank, $1.code.rank, $1.subject)
        }
    }

    /// Repairs one finding, if that can be done without a person.
    package borrowing func mend(
        _ finding: Finding, _ book: borrowing Ledger, _ directory: borrowing LedgerDirectory
    ) throws(AuditError) -> Outcome {
        guard let attachment = finding.attachment else { return try mendNode(finding, book, directory) }
        try books { () throws(LedgerError) in try directory.lock(attachment) }
        do throws(AuditError) {
            let outcome = try mendPod(finding, attachment, book, directory)
            try books { () throws(LedgerError) in try directory.unlock(attachment) }
            return outcome
        } catch {
            do throws(LedgerError) { try directory.unlock(attachment) } catch {}
            throw error
        }
    }

    private borrowing func mendPod(
        _ finding: Finding, _ attachment: Attachment, _ book: borrowing Ledger, _ directory: borrowing LedgerDirectory
    ) throws(AuditError) -> Outcome {
        let tables = try wires { () throws(WiringError) in try HostTables() }
        let ledger = try books { () throws(LedgerError) in try book.snapshot() }
        let entries = ledger.leases.filter { $0.lease.attachment == attachment }
        guard let pod = ObservedPod(attachment, entries, tables) else {
            return finding.code == .linkWithoutLease
                ? try adopt(finding, attachment, tables, ledger, book, directory) : .gone
        }
        switch finding.code {
        case .leaseWithoutSandbox, .earlierBoot: return try free(pod, book, directory)
        case .leaseWithoutLink: return try rewire(pod)
        case .leaseOutsideBlock: return try rehome(pod, book, directory)
        case .routeElsewhere, .hostLink, .hostRoute, .hostNeighbour, .hostSetting, .mac, .mtu, .podAddress, .podRoute,
            .podNeighbour:
            return try rewire(pod)
        default: return .left
        }
    }

    private borrowing func mendNode(
        _ finding: Finding, _ book: borrowing Ledger, _ directory: borrowing LedgerDirectory
    ) throws(AuditError) -> Outcome {
        switch finding.code {
        case .blackholeMissing, .blackholeForeign: return try mendBlackholes(book, directory)
        case .emptyBlock: return try giveBack(finding, book, directory)
        case .countMismatch:
            let changed = try books { () throws(LedgerError) in
                try book.transaction(in: directory) { () throws(LedgerError) in try book.correctCounts() }
            }
            return changed == 0 ? .gone : .repaired("corrected \(changed) rows")
        case .quarantined: return try look(atQuarantined: finding, book, directory)
        case .forwardingOff:
            let path = "/proc/sys/" + finding.subject.split(separator: ".").joined(separator: "/")
            try wires { () throws(WiringError) in
                do throws(SystemError) { try writeText("1", to: path) } catch { throw .system(error) }
            }
            return .repaired("set \(finding.subject) to 1")
        default: return .left
        }
    }
}

// MARK: Pods

extension Repair {
    /// Frees what neither link nor sandbox speaks for any more.
    private borrowing func free(
        _ pod: ObservedPod, _ book: borrowing Ledger, _ directory: borrowing LedgerDirectory
    ) throws(AuditError) -> Outcome {
        guard pod.link == nil, !pod.isSandboxThere else { return .gone }
        // Another plugin's interface may live on in a namespace that has lost its path: there is but one proof.
        guard pod.isWiredByMartlet || pod.entries[0].lease.bootID != book.bootID else { return .left }
        try books { () throws(LedgerError) in
            try book.transaction(in: directory) { () throws(LedgerError) in
                for entry in pod.entries { try book.free(entry.lease) }
            }
        }
        return .repaired("freed " + pod.entries.map(\.lease.address.description).joined(separator: " and "))
    }

    /// Makes the wires as the lease says: what is missing is made, the rest is mended.
    private borrowing func rewire(_ pod: ObservedPod) throws(AuditError) -> Outcome {
        guard pod.isWiredByMartlet else { return .left }
        guard let link = pod.link else { return try wire(pod) }
        let (plan, _) = pod.expectation(link.name, resultCache: options.resultCache)
        try wires { () throws(WiringError) in
            if pod.isSandboxThere, let sandbox = pod.sandbox() { try Mending.mendPod(plan, in: sandbox) }
            try Mending.mendHost(plan, link)
        }
        return .repaired("put the wires of \(pod.entries[0].holder) right")
    }

    /// Makes the interface again in a sandbox that has lost it.
    private borrowing func wire(_ pod: ObservedPod) throws(AuditError) -> Outcome {
        guard let sandbox = pod.sandbox() else { return .gone }
        let (plan, _) = pod.expectation(pod.entries[0].lease.hostInterface, resultCache: options.resultCache)
        do throws(WiringError) {
            var wiring = try Wiring()
            try wiring.createLink(plan, in: sandbox)
            let made = try wiring.hostLink(named: plan.hostName)
            if let made {
                try Mending.mendPod(plan, in: sandbox)
                try Mending.mendHost(plan, made)
            }
        } catch {
            // A stranger's name in the way is a person's affair.
            switch error {
            case .hostNameTaken, .podNameTaken: return .left
            default: throw .wiring(error)
            }
        }
        return .repaired("made the interface of \(pod.entries[0].holder) again")
    }

    /// Puts a lease into the block that holds its address.
    private borrowing func rehome(
        _ pod: ObservedPod, _ book: borrowing Ledger, _ directory: borrowing LedgerDirectory
    ) throws(AuditError) -> Outcome {
        let moved = try books { () throws(LedgerError) in
            try book.transaction(in: directory) { () throws(LedgerError) in
                var moved = 0
                for entry in pod.entries where try book.rehome(entry.lease) { moved += 1 }
                return moved
            }
        }
        return moved == 0 ? .left : .repaired("moved \(moved) leases to the blocks that hold them")
    }

    /// Leases to a link what is routed to it, or removes it when nothing is.
    private borrowing func adopt(
        _ finding: Finding, _ attachment: Attachment, _ tables: HostTables, _ ledger: LedgerSnapshot,
        _ book: borrowing Ledger, _ directory: borrowing LedgerDirectory
    ) throws(AuditError) -> Outcome {
        guard let link = tables.link(named: finding.subject), attachment.owner.owns(link) else { return .gone }
        let addresses = tables.routes(byLink: link.index).map(\.destination).filter { destination in
            destination.length == destination.family.bits && ledger.pools.contains { $0.cidr.contains(destination) }
        }.map(\.address)
        guard !addresses.isEmpty else {
            try wires { () throws(WiringError) in try LinkRemoval.remove([link]) }
            return .repaired("removed link \(link.name), which nothing was routed to")
        }
        let known = tables.neighbours(ofLink: link.index).first { addresses.contains($0.address) }
        let adopted = try books { () throws(LedgerError) in
            try book.transaction(in: directory) { () throws(LedgerError) in
                var adopted: [IPAddress] = []
                for address in addresses
                where try book.adopt(
                    address, attachment, hostInterface: link.name, mac: known?.mac.description ?? "", mtu: link.mtu)
                { adopted.append(address) }
                return adopted
            }
        }
        if adopted.isEmpty { return .left }
        return .repaired("leased " + adopted.map(\.description).joined(separator: " and ") + " to \(attachment.alias)")
    }
}

// MARK: The node

extension Repair {
    /// Brings the blackhole routes to what the ledger says, while no block changes its owner.
    private borrowing func mendBlackholes(
        _ book: borrowing Ledger, _ directory: borrowing LedgerDirectory
    ) throws(AuditError) -> Outcome {
        try withBlockRoutes(directory) { () throws(AuditError) in
            let ledger = try books { () throws(LedgerError) in try book.snapshot() }
            let own = ledger.blocks.filter { $0.owner == options.node && $0.isRouted }.map(\.cidr)
            try wires { () throws(WiringError) in
                var wiring = try Wiring()
                let stale = try wiring.blackholes(origin: options.routeOrigin).filter { route in
                    !own.contains(route.destination) && ledger.pools.contains { $0.cidr.contains(route.destination) }
                }
                try wiring.withdraw(stale)
                try wiring.announce(own, origin: options.routeOrigin)
            }
            return .repaired("put the blackhole routes as the ledger has the blocks")
        }
    }

    private borrowing func giveBack(
        _ finding: Finding, _ book: borrowing Ledger, _ directory: borrowing LedgerDirectory
    ) throws(AuditError) -> Outcome {
        try withBlockRoutes(directory) { () throws(AuditError) in
            let empty = try books { () throws(LedgerError) in try book.emptyBlocks() }
            guard let block = empty.first(where: { $0.cidr.description == finding.subject }),
                try giveBack(block, book, directory)
            else { return .gone }
            return .repaired("gave block \(block.cidr) back")
        }
    }

    /// Gives back every block of the node that nothing is leased from and no address of which still rests.
    package borrowing func giveBackEmptyBlocks(
        _ book: borrowing Ledger, _ directory: borrowing LedgerDirectory
    ) throws(AuditError) {
        _ = try withBlockRoutes(directory) { () throws(AuditError) in
            for block in try books({ () throws(LedgerError) in try book.emptyBlocks() }) {
                _ = try giveBack(block, book, directory)
            }
            return .gone
        }
    }

    private borrowing func giveBack(
        _ block: OwnedBlock, _ book: borrowing Ledger, _ directory: borrowing LedgerDirectory
    ) throws(AuditError) -> Bool {
        let isGiven = try books { () throws(LedgerError) in
            try book.transaction(in: directory) { () throws(LedgerError) in try book.giveBack(block) }
        }
        if isGiven && block.isRouted {
            try wires { () throws(WiringError) in
                var wiring = try Wiring()
                try wiring.withdraw([.blackhole(block.cidr, origin: options.routeOrigin)])
            }
        }
        return isGiven
    }

    /// A quarantine ends when nobody else's device holds the address's route any more.
    private borrowing func look(
        atQuarantined finding: Finding, _ book: borrowing Ledger, _ directory: borrowing LedgerDirectory
    ) throws(AuditError) -> Outcome {
        guard let address = address(finding.subject) else { return .left }
        let tables = try wires { () throws(WiringError) in try HostTables() }
        guard tables.routes(to: Prefix(host: address)).isEmpty else { return .left }
        let changed = try books { () throws(LedgerError) in
            try book.transaction(in: directory) { () throws(LedgerError) in try book.endQuarantine(address) }
        }
        return changed ? .repaired("ended the quarantine of \(address)") : .gone
    }

    private borrowing func withBlockRoutes(
        _ directory: borrowing LedgerDirectory, _ body: () throws(AuditError) -> Outcome
    ) throws(AuditError) -> Outcome {
        try books { () throws(LedgerError) in try directory.lockBlockRoutes() }
        do throws(AuditError) {
            let outcome = try body()
            try books { () throws(LedgerError) in try directory.unlockBlockRoutes() }
            return outcome
        } catch {
            do throws(LedgerError) { try directory.unlockBlockRoutes() } catch {}
            throw error
        }
    }

    private func address(_ text: String) -> IPAddress? {
        do throws(AddressError) { return try IPAddress(parsing: text) } catch { return nil }
    }
}

extension Finding.Code {
    /// Uses are secured, then wires mended, then what is unused is freed.
    fileprivate var repairRank: Int {
        switch self {
        case .countMismatch, .leaseOutsideBlock: 0
        case .linkWithoutLease: 1
        case .leaseWithoutSandbox, .earlierBoot: 3
        case .emptyBlock: 5
        case .blackholeMissing, .blackholeForeign: 4
        default: 2
        }
    }
}
