import TestKit

/// A network configuration list as a person writes it for one node: one pool, everything else left to its default.
///
/// - Parameters:
///   - ipam: members over those of `ipam`.
///   - others: plugins after martlet.
func network(
    _ name: String = "pods", pool: String = "10.244.0.0/16", ipam: Value = [:], capabilities: Value = [:],
    followedBy others: [Value] = []
) -> Value {
    let pool: Value = ["name": .string("\(name)-ippool"), "cidr": .string(pool), "natOutgoing": true]
    let base: Value = ["type": "martlet-ipam", "pools": [pool]]
    let martlet: Value = [
        "type": "martlet", "log_file_path": "/run/martlet.log", "ipam": base.merging(ipam),
        "capabilities": capabilities,
    ]
    return ["cniVersion": "1.0.0", "name": .string(name), "plugins": .array([martlet] + others)]
}
