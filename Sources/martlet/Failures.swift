import Addressing
import CNI
import Dataplane
import IPAM
import Ledger
import Masquerade
import SQLite
import System

extension CNIFailure {
    /// What the runtime is told when the ledger refuses.
    init(_ error: LedgerError) {
        switch error {
        case .unusable(let text): self.init(.ledger, text)
        case .busy(let what, let holder, let patience):
            self.init(
                .tryAgainLater, "waited " + String(patience) + " s for " + what + ", held by " + holder,
                details: "if that process hangs, end it: its locks end with it")
        case .tooNew(let path, let version):
            self.init(
                .ledger,
                "the ledger " + path + " has schema version " + String(version)
                    + ", which this martlet may not write; nothing was changed",
                details: "install the martlet that made it, or a newer one")
        case .database(let error): self.init(error)
        case .system(let error): self.init(.ledger, "ledger: " + error.description)
        case .refused(let refusal, let family): self.init(refusal, family, usage: [], nil)
        case .pools(let problem): self.init(.invalidConfiguration, "ipam.pools: " + problem.description)
        case .conflict(let text): self.init(.invalidConfiguration, text)
        }
    }

    private init(_ error: SQLiteError) {
        let text = "ledger.db: " + error.description
        switch error.kind {
        case .busy: self.init(.tryAgainLater, text, details: "another process holds the ledger; look for it with fuser")
        case .full: self.init(.ledger, text, details: "make room on the disk of data_dir")
        case .readOnly: self.init(.ledger, text, details: "the file system of data_dir must be writable")
        case .corrupt:
            self.init(
                .ledger, text,
                details:
                    "the file is damaged: move ledger.db, ledger.db-wal and ledger.db-shm away, or restore a backup")
        case .constraint, .other: self.init(.ledger, text)
        }
    }

    /// Why there is no address, in numbers.
    init(_ refusal: Allocator.Refusal, _ family: AddressFamily, usage: [PoolUsage], _ ipam: Settings.IPAM?) {
        let limit = ipam?.blockLimit ?? 0
        let range = ipam?.ranges.first { $0.family == family }
        let kind = family == .ipv4 ? "IPv4" : "IPv6"
        switch refusal {
        case .exhausted(let limitReached):
            let canWait = usage.contains { $0.leases > 0 }
            var text = "no " + kind + " address left"
            if limitReached {
                text += ": the limit of " + String(limit) + " blocks (ipam.max_blocks_per_host) is reached"
            } else if usage.isEmpty {
                text += ": there is no " + kind + " pool"
            } else {
                text += " in the pools"
                if let range { text += " within ipam.node_range " + range.description }
            }
            self.init(
                canWait ? .tryAgainLater : .nothingAvailable, text + Self.describe(usage),
                details: usage.isEmpty
                    ? "give one under ipam.pools, or set ipam.assign_" + kind.lowercased() + " to false"
                    : (limitReached ? "delete pods, or raise the limit" : "delete pods, or add a pool"))
        case .outsidePools(let address):
            self.init(
                .invalidConfiguration,
                "the requested address " + address.description + " is in no pool of this network",
                details: "ask for one inside ipam.pools")
        case .poolDisabled(let address, let pool):
            self.init(
                .invalidConfiguration,
                "the requested address " + address.description + " is in pool \"" + pool.name + "\", which is disabled")
        case .reserved(let address, let prefix):
            self.init(
                .invalidConfiguration,
                "the requested address " + address.description + " is reserved by " + prefix.description,
                details: "ipam.reservations and the first, last and gateway address of a subnet are reserved")
        case .leased(let address):
            self.init(
                .tryAgainLater, "the requested address " + address.description + " is leased to another container")
        case .ownedElsewhere(let address, let block, let owner):
            self.init(
                .invalidConfiguration,
                "the requested address " + address.description + " lies in block " + block.description + " of node "
                    + owner, details: "start the pod there, or ask for an address of this node's blocks")
        case .otherUse(let address, let block):
            self.init(
                .invalidConfiguration,
                "the requested address " + address.description + " lies in block " + block.description
                    + ", which serves pods of another kind of network",
                details: "a block is either routed pod by pod (martlet) or part of a subnet (martlet-ipam under others)"
            )
        case .outsideRange(let address, let range):
            self.init(
                .invalidConfiguration,
                "the requested address " + address.description + " lies outside ipam.node_range " + range.description)
        case .limitReached(let address, let limit):
            self.init(
                .nothingAvailable,
                "the requested address " + address.description + " needs a new block, and the limit of "
                    + String(limit) + " blocks (ipam.max_blocks_per_host) is reached")
        }
    }

    private static func describe(_ usage: [PoolUsage]) -> String {
        var text = ""
        for pool in usage {
            text += text.isEmpty ? ": " : "; "
            text += "pool \"" + pool.pool.name + "\" " + pool.pool.cidr.description + " has "
            text += count(pool.blocks, "block") + " and " + count(pool.leases, "lease") + " here, "
            text += count(pool.foreignBlocks, "block") + " elsewhere, " + count(pool.reservations, "reservation")
            if pool.pool.disabled { text += ", and is disabled" }
        }
        return text
    }

    private static func count(_ number: Int, _ thing: String) -> String {
        String(number) + " " + thing + (number == 1 ? "" : "s")
    }

    /// What the runtime is told when the kernel refuses.
    init(_ error: WiringError) {
        switch error {
        case .podNameTaken, .podRouteTaken:
            self.init(.interfaceInUse, error.text, details: "CNI_IFNAME must name an interface that is not there yet")
        case .hostNameTaken, .kernel, .system: self.init(.kernel, error.text)
        }
    }

    init(_ error: MasqueradeError) {
        self.init(.masquerade, "table inet martlet, for natOutgoing and IPv6 sources: " + error.description)
    }
}

/// Asks the ledger; its refusal is the operation's.
func ledger<Result: ~Copyable>(_ body: () throws(LedgerError) -> Result) throws(CNIFailure) -> Result {
    do throws(LedgerError) { return try body() } catch { throw CNIFailure(error) }
}

/// Asks the kernel; its refusal is the operation's.
func kernel<Result: ~Copyable>(_ body: () throws(WiringError) -> Result) throws(CNIFailure) -> Result {
    do throws(WiringError) { return try body() } catch { throw CNIFailure(error) }
}

/// Makes system calls whose failure is the operation's.
func calls<Result: ~Copyable>(
    _ code: CNIFailure.Code = .io, _ body: () throws(SystemError) -> Result
) throws(CNIFailure) -> Result {
    do throws(SystemError) { return try body() } catch { throw CNIFailure(code, error.description) }
}
