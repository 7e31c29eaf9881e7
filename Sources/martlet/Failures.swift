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

/// Asks nftables; its refusal is the operation's.
func masquerade<Result>(_ body: () throws(MasqueradeError) -> Result) throws(CNIFailure) -> Result {
    do throws(MasqueradeError) { return try body() } catch { throw CNIFailure(error) }
}

/// Makes system calls whose failure is the operation's.
func calls<Result: ~Copyable>(
    _ code: CNIFailure.Code = .io, _ body: () throws(SystemError) -> Result
) throws(CNIFailure) -> Result {
    do throws(SystemError) { return try body() } catch { throw CNIFailure(code, error.description) }
}
