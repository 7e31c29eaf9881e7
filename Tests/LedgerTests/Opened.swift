import Addressing
import IPAM
import Ledger
import System
import TestKit

/// Runs a test within a transaction on the new ledger of node n1, whose freed addresses need no rest.
func transaction(_ body: (borrowing Ledger) throws -> Void) throws {
    let folder = try Folder()
    let directory = try LedgerDirectory(creating: folder.path)
    let ledger = try Ledger(in: directory, node: "n1", bootID: "boot", restTime: 0, isRouted: true)
    var failure: (any Error)?
    try ledger.transaction(in: directory) { () throws(LedgerError) in
        do { try body(ledger) } catch { failure = error }
    }
    if let failure { throw failure }
}

/// An attachment of its own for each number.
func attachment(_ number: Int) -> Attachment {
    Attachment(network: "pods", containerID: "container\(number)", ifname: "eth0")
}

/// What a pod asks for that wants an IPv4 address, this one or any.
func wish(_ number: Int, _ wanted: String? = nil, configured: [Pool] = []) -> LeaseRequest {
    LeaseRequest(
        attachment: attachment(number), pod: PodIdentity(namespace: nil, name: nil, uid: nil),
        addresses: [LeaseRequest.Address(.ipv4, wanted: wanted.map(ip), pools: [])],
        hostInterface: "cali\(number)", mac: "", mtu: 1500, sandbox: "",
        sandboxIdentity: FileStatus.Identity(device: 0, inode: 0), pools: configured, ranges: [], reservations: [],
        blockLimit: nil)
}

extension Ledger {
    /// The address that the next pod gets, or the refusal.
    borrowing func give(_ request: LeaseRequest) -> String {
        do throws(LedgerError) {
            return try lease(request).leases.map(\.address.description).joined(separator: " ")
        } catch { return refusal(error) }
    }

    /// Ends the leases of an attachment.
    borrowing func take(_ number: Int) throws(LedgerError) {
        for lease in try leases(of: attachment(number)) { try free(lease) }
    }
}

/// The refusal of what must not succeed.
func refused(_ body: () throws(LedgerError) -> Void) -> String {
    do throws(LedgerError) {
        try body()
        return "not refused"
    } catch { return refusal(error) }
}

private func refusal(_ error: LedgerError) -> String {
    switch error {
    case .refused(.blockWanted(let pools, let address), _):
        "wants a block of \(pools.joined(separator: ", "))" + (address.map { " with \($0)" } ?? "")
    case .refused(.exhausted, _): "nothing left"
    case .conflict(let text): text
    case .pools(let problem): problem.description
    default: "\(error)"
    }
}

/// A prefix that stands in a test.
func prefix(_ text: String) -> Prefix {
    do { return try Prefix(parsing: text) } catch { fatalError("\(text): \(error)") }
}

private func ip(_ text: String) -> IPAddress {
    do { return try IPAddress(parsing: text) } catch { fatalError("\(text): \(error)") }
}

/// A pool with blocks of four addresses.
func pool(_ name: String, _ cidr: String, blockLength: Int = 30) -> Pool {
    Pool(name: name, cidr: prefix(cidr), blockLength: blockLength)
}
