import TestKit

/// An operation and what it finds.
struct Scenario: Hashable, Sendable, CustomStringConvertible {
    /// The state of the ledger when the operation begins.
    enum Ledger: String, CaseIterable, Sendable {
        /// ADD: there is none, no nftables table, and the host forwards nothing. DEL and GC: as the first ADD left it,
        /// with one lease in one block.
        case cold
        /// A block with other leases, another that is empty, freed addresses, and the nftables table in place.
        case warm
        /// The same, with a write-ahead log so long that the operation's transaction empties it.
        case grown
        /// It is gone, and the interface is there.
        case lost
    }

    let operation: Operation
    let ledger: Ledger

    var description: String { "\(operation.rawValue)/\(ledger.rawValue)" }

    /// All that there are. Without a ledger ADD is the cold one.
    static let all = [Operation.add, .delete, .collect].flatMap { operation in
        Ledger.allCases.filter { operation != .add || $0 != .lost }.map { Scenario(operation: operation, ledger: $0) }
    }

    /// Other pods live on the node.
    var hasCompany: Bool { ledger == .warm || ledger == .grown }

    /// What a process is, for people.
    func name(ofProcess process: Int) -> String {
        switch (process, operation) {
        case (0, _): "plugin"
        case (1, .add): "nft"
        case (1, .delete): "DEL's child"
        default: "process \(process)"
        }
    }
}
