import TestKit

/// A network configuration list as a person writes it for one node: one pool, everything else left to its default.
func network(
    _ name: String = "pods", pool: String = "10.244.0.0/16", blockSize: Int = 26, capabilities: Value = [:],
    followedBy others: [Value] = []
) -> Value {
    let pool: Value = [
        "name": .string("\(name)-ippool"), "cidr": .string(pool), "blockSize": .integer(blockSize), "natOutgoing": true,
    ]
    let martlet: Value = [
        "type": "martlet", "log_file_path": "/run/martlet.log",
        "ipam": ["type": "martlet-ipam", "pools": [pool]], "capabilities": capabilities,
    ]
    return ["cniVersion": "1.0.0", "name": .string(name), "plugins": .array([martlet] + others)]
}
