import Addressing
import JSON

/// Who owns a block, as the registry keeps it.
package struct BlockRecord: Hashable, Sendable {
    /// Whether its owner may lease from it.
    package enum State: String, Sendable {
        case owned
        /// Its node was deleted by force; nobody may claim it before `claimableAt`.
        case orphaned
    }

    package let cidr: Prefix
    package let pool: String
    /// The node that owns it, or did.
    package var owner: String
    /// Made up by who claimed it, so that a claim whose answer was lost is known again.
    package let claim: String
    package var state: State
    /// Seconds since 1970.
    package let claimedAt: Int
    /// When an orphaned block may be claimed again, seconds since 1970.
    package var claimableAt: Int?

    /// Puts them together.
    package init(
        _ cidr: Prefix, pool: String, owner: String, claim: String, claimedAt: Int, state: State = .owned,
        claimableAt: Int? = nil
    ) {
        self.cidr = cidr
        self.pool = pool
        self.owner = owner
        self.claim = claim
        self.state = state
        self.claimedAt = claimedAt
        self.claimableAt = claimableAt
    }

    /// Where a block is found: its first address in hexadecimal digits, all of one length in a family, and its prefix
    /// length. So names sort as addresses do, and one look-up finds a gap.
    package static func name(of cidr: Prefix) -> String {
        let digits = String(cidr.first.value, radix: 16)
        let width = cidr.family.bits / 4
        let family = cidr.family == .ipv4 ? "4" : "6"
        return "\(family)-\(String(repeating: "0", count: width - digits.utf8.count))\(digits)-\(cidr.length)"
    }

    /// Where the blocks from an address on begin, whatever their length.
    package static func name(startingAt address: IPAddress) -> String {
        // The length stands last, and a name sorts after all that it begins with.
        let host = name(of: Prefix(host: address))
        return String(host[...(host.lastIndex(of: "-") ?? host.startIndex)])
    }

    /// The block that a name stands for; nil for a name that is none of a block's.
    package static func cidr(named name: String) -> Prefix? {
        let parts = name.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, let family = UInt8(parts[0]).flatMap(AddressFamily.init(rawValue:)),
            let value = UInt128(parts[1], radix: 16), let length = Int(parts[2]),
            let cidr = Prefix(IPAddress(family, value), length: length), Self.name(of: cidr) == name
        else { return nil }
        return cidr
    }

    /// Where this one is found.
    package var key: RegistryKey { RegistryKey(.block, Self.name(of: cidr)) }
}

extension BlockRecord {
    /// Whether it is an orphan whose time has come, in seconds since 1970.
    package func isClaimable(at now: Int) -> Bool {
        guard state == .orphaned, let claimableAt else { return false }
        return claimableAt <= now
    }

    /// Reads one, or answers nil for an object that cannot be read.
    init?(readable object: RegistryObject) {
        do throws(RegistryError) { try self.init(object) } catch { return nil }
    }

    /// As the registry keeps it.
    package var body: String {
        var members: [JSON.Member] = [
            .init("cidr", .string(cidr.description)),
            .init("pool", .string(pool)),
            .init("owner", .string(owner)),
            .init("claim", .string(claim)),
            .init("state", .string(state.rawValue)),
            .init("claimedAt", JSON(claimedAt)),
        ]
        if let claimableAt { members.append(.init("claimableAt", JSON(claimableAt))) }
        return JSON.object(members).description
    }

    /// Reads it again.
    ///
    /// - Throws: `RegistryError.unusable` that names the object and what is wrong in it.
    package init(_ object: RegistryObject) throws(RegistryError) {
        self = try object.read { (body) throws(JSON.TypeError) in try BlockRecord(body) }
    }

    private init(_ object: JSONObject) throws(JSON.TypeError) {
        let cidr: Prefix
        let written = try object.text("cidr")
        do throws(AddressError) { cidr = try Prefix(parsing: written) } catch {
            throw JSON.TypeError(path: object.path(to: "cidr"), found: object.value("cidr"), expected: error.expected)
        }
        guard let state = State(rawValue: try object.text("state")) else {
            throw JSON.TypeError(
                path: object.path(to: "state"), found: object.value("state"), expected: "owned or orphaned")
        }
        self.init(
            cidr, pool: try object.text("pool"), owner: try object.text("owner"), claim: try object.text("claim"),
            claimedAt: try object.seconds("claimedAt") ?? 0, state: state,
            claimableAt: try object.seconds("claimableAt"))
    }
}
