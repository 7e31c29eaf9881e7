import Addressing
import JSON

/// What the plugin wants of the agent.
package enum AgentRequest: Hashable, Sendable {
    case block(BlockWish)
    /// Whether pods can be started, as far as the agent knows.
    case readiness
}

/// A block that a pod waits for.
package struct BlockWish: Hashable, Sendable {
    package let family: AddressFamily
    /// Names of the pools that it may be of, the best first.
    package let pools: [String]
    /// The address that it has to hold; nil: any block will do.
    package let address: IPAddress?
    /// Whether its pods have routes of their own, and are in no other plugin's subnet.
    package let isRouted: Bool

    package init(_ family: AddressFamily, pools: [String], address: IPAddress?, isRouted: Bool) {
        self.family = family
        self.pools = pools
        self.address = address
        self.isRouted = isRouted
    }
}

extension AgentRequest {
    /// As it is sent.
    package var json: JSON {
        switch self {
        case .readiness: return ["want": "readiness"]
        case .block(let wish):
            var members = [
                JSON.Member("want", "block"), JSON.Member("family", JSON(Int(wish.family.rawValue))),
                JSON.Member("pools", .array(wish.pools.map { .string($0) })),
                JSON.Member("routed", .bool(wish.isRouted)),
            ]
            if let address = wish.address { members.append(JSON.Member("address", .string(address.description))) }
            return .object(members)
        }
    }

    /// Reads what was sent.
    package init(_ json: JSON) throws(JSON.TypeError) {
        let object = try JSONObject(json)
        switch try object.string("want") {
        case "readiness": self = .readiness
        case "block": self = .block(try BlockWish(object))
        default: throw object.wrong("want", "\"block\" or \"readiness\"")
        }
    }
}

extension BlockWish {
    fileprivate init(_ object: JSONObject) throws(JSON.TypeError) {
        guard let number = try object.integer("family", in: 4...6),
            let family = AddressFamily(rawValue: UInt8(number))
        else { throw object.wrong("family", "4 or 6") }
        var address: IPAddress?
        if let text = try object.string("address") {
            do throws(AddressError) { address = try IPAddress(parsing: text) } catch {
                throw object.wrong("address", error.expected)
            }
        }
        self.init(
            family, pools: try object.strings("pools") ?? [], address: address,
            isRouted: try object.bool("routed") ?? true)
    }
}

extension JSONObject {
    func wrong(_ key: String, _ expected: String) -> JSON.TypeError {
        JSON.TypeError(path: path(to: key), found: value(key), expected: expected)
    }
}
