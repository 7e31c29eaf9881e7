/// What BIRD tells.
extension MeshAccident {
    static let ofRouting = [
        MeshAccident("bird-silent", "the agent and BIRD have ended") { lab in
            try await lab("agent", "stop", "node1")
            try await lab("bird", "stop", "node1")
            return ("bird", ["bird.ctl"])
        } cure: { lab in
            try await lab("agent", "start", "node1")
        },
        MeshAccident("session-down", "a session is switched off", after: .seconds(75)) { lab in
            try await lab.on("node1", "birdc", "disable", "Mesh_192_168_0_80")
            return ("192.168.0.80", ["Mesh_192_168_0_80"])
        } cure: { lab in
            try await lab.on("node1", "birdc", "enable", "Mesh_192_168_0_80")
        },
        MeshAccident("block-unannounced", "a blackhole is gone while the agent is away") { lab in
            let block = try await lab.block(of: "node1")
            try await lab("agent", "stop", "node1")
            try await lab.on("node1", "ip", "route", "del", "blackhole", block, "proto", "80")
            return (block, ["BIRD does not announce it"])
        } cure: { lab in
            _ = try await lab.audit("node1", "--fix")
        },
        MeshAccident("announced-foreign", "a blackhole too many, while the agent is away") { lab in
            try await lab("agent", "stop", "node1")
            try await lab.on("node1", "ip", "route", "add", "blackhole", "10.244.77.0/26", "proto", "80")
            return ("10.244.77.0/26", ["no block of this node's"])
        } cure: { lab in
            _ = try await lab.audit("node1", "--fix")
        },
        MeshAccident("two-announcers", "another node announces this node's block") { lab in
            let block = try await lab.block(of: "node1")
            try await lab("agent", "stop", "master")
            try await lab.on("master", "ip", "route", "add", "blackhole", block, "proto", "80")
            return (block, ["this node", "192.168.0.80 (master.whale.com)"])
        } cure: { lab in
            _ = try await lab.audit("master", "--fix")
        },
        MeshAccident("peer-route-missing", "somebody else's route is in the way of a learnt one") { lab in
            let block = try await lab.block(of: "master")
            try await lab.on("node1", "ip", "route", "add", block, "via", "192.168.0.1")
            return (block, ["192.168.0.80 (master.whale.com)", "192.168.0.1"])
        } cure: { lab in
            try await lab.on("node1", "ip", "route", "del", try await lab.block(of: "master"), "via", "192.168.0.1")
        },
    ]
}
