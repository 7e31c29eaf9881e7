import TestKit
import Testing

@Suite("Each version of the specification")
struct VersionTests {
    static let all = ["0.1.0", "0.2.0", "0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0"]

    @Test("is listed by VERSION, which answers with the version it was asked in", arguments: all)
    func version(_ version: String) async throws {
        try await withNode { node in
            let configuration: Value = ["cniVersion": .string(version)]
            // As libcni calls it.
            let variables = ["CNI_NETNS": "dummy", "CNI_IFNAME": "dummy", "CNI_PATH": "dummy"]
            for type in ["martlet", "martlet-ipam"] {
                let outcome = try await node.cni(
                    .version, configuration: ["type": .string(type)], variables: variables,
                    input: Array(configuration.text.utf8))
                #expect(
                    try outcome.result() == [
                        "cniVersion": .string(version), "supportedVersions": .array(VersionTests.all.map(Value.string)),
                    ])
            }
        }
    }

    @Test("VERSION needs no variable but CNI_COMMAND")
    func versionAlone() async throws {
        try await withNode { node in
            let nothing: [String: String?] = [
                "CNI_CONTAINERID": nil, "CNI_NETNS": nil, "CNI_IFNAME": nil, "CNI_ARGS": nil, "CNI_PATH": nil,
            ]
            let outcome = try await node.cni(
                .version, configuration: ["type": "martlet", "cniVersion": "1.0.0"], variables: nothing)
            #expect(try outcome.result()["supportedVersions"].strings == VersionTests.all)
        }
    }

    @Test("0.1.0 and 0.2.0 have one address of each family, with its routes", arguments: ["0.1.0", "0.2.0"])
    func oldest(_ version: String) async throws {
        try await withNode { node in
            let pod = try await node.pod()
            let configuration = node.dualStackConfiguration(["cniVersion": .string(version)])
            let result = try await node.add(pod, configuration: configuration)
            let leases = try await node.ledger.leases().map(\.address)
            let six = try #require(leases.first { $0.contains(":") })
            let four = try #require(leases.first { !$0.contains(":") })
            #expect(Set(result.members.keys).subtracting(["dns"]) == ["cniVersion", "ip4", "ip6"])
            #expect(result["cniVersion"] == .string(version))
            #expect(result["ip4"] == ["ip": "\(four)/32", "routes": [["dst": "0.0.0.0/0", "gw": "169.254.1.1"]]])
            #expect(
                result["ip6"]
                    == ["ip": "\(six)/128", "routes": [["dst": "::/0", "gw": "fe80::ecee:eeff:feee:eeee"]]])
            #expect(result["dns"] == [:] || result["dns"] == .null)
        }
    }

    @Test(
        "0.3.0 to 1.1.0 have interfaces, ips and routes, with ips[].version up to 0.4.0 only",
        arguments: all.dropFirst(2))
    func modern(_ version: String) async throws {
        try await withNode { node in
            let pod = try await node.pod()
            let configuration = node.dualStackConfiguration(["cniVersion": .string(version)])
            let result = try await node.add(pod, configuration: configuration)
            #expect(Set(result.members.keys).subtracting(["dns"]) == ["cniVersion", "interfaces", "ips", "routes"])
            #expect(result["cniVersion"] == .string(version))
            #expect(result["dns"] == [:] || result["dns"] == .null)
            let hasVersion = version < "1"
            #expect(result["ips"].elements.map { $0["version"] } == (hasVersion ? ["4", "6"] : [.null, .null]))
            #expect(
                result["ips"].elements.allSatisfy {
                    Set($0.members.keys) == Set(["address", "interface"] + (hasVersion ? ["version"] : []))
                })
            let allowed: Set = version == "1.1.0" ? ["name", "mac", "sandbox", "mtu"] : ["name", "mac", "sandbox"]
            #expect(result["interfaces"].elements.allSatisfy { Set($0.members.keys).isSubset(of: allowed) })
            #expect(result["interfaces"][0]["sandbox"].string ?? "" == "")
            #expect(result["interfaces"][1]["sandbox"] == .string(pod.path))
        }
    }

    @Test("1.1.0 tells the MTU")
    func mtu() async throws {
        try await withNode { node in
            let configuration = node.configuration(["cniVersion": "1.1.0", "mtu": 1432])
            let result = try await node.add(try await node.pod(), configuration: configuration)
            #expect(result["interfaces"][1]["mtu"] == 1432)
            #expect([1432, .null].contains(result["interfaces"][0]["mtu"]))
        }
    }

    @Test("absent or empty means 0.1.0", arguments: [nil, ""] as [Value])
    func absent(_ version: Value) async throws {
        try await withNode { node in
            let configuration = node.configuration().setting("cniVersion", version)
            let result = try await node.add(try await node.pod(), configuration: configuration)
            #expect(result["ip4"]["ip"].string?.hasSuffix("/32") == true)
            #expect(result["cniVersion"] == "0.1.0")
        }
    }

    @Test("an unknown one is error 1 that names both sides", arguments: ["1.0", "1.2.0", "2.0.0", "0.0.1", "latest"])
    func unknown(_ version: String) async throws {
        try await withNode { node in
            let before = try await node.snapshot()
            let configuration = node.configuration(["cniVersion": .string(version)])
            let error = try await node.cni(.add, try await node.pod(), configuration: configuration).error()
            #expect(error.code == 1)
            #expect(error.whole.contains(version) && error.whole.contains("1.1.0"))
            try await node.expectUnchanged(since: before)
        }
    }

    @Test("another one at DEL than at ADD is no hindrance", arguments: all)
    func deletion(_ version: String) async throws {
        try await withNode { node in
            let pod = try await node.pod()
            try await node.add(pod)
            try await node.delete(pod, configuration: node.configuration(["cniVersion": .string(version)]))
            #expect(try await node.ledger.leases().isEmpty)
        }
    }

    @Test("CHECK below 0.4.0 and GC and STATUS below 1.1.0 are error 1")
    func tooOld() async throws {
        try await withNode { node in
            let pod = try await node.pod()
            let result = try await node.add(pod)
            for version in VersionTests.all.filter({ $0 < "0.4.0" }) {
                let old = node.configuration(["cniVersion": .string(version)])
                try await expectEqual(node.check(pod, result: result, configuration: old).error().code, 1, "\(version)")
            }
            for version in VersionTests.all.filter({ $0 < "1.1.0" }) {
                let old = node.configuration(["cniVersion": .string(version)])
                try await expectEqual(node.collect(keeping: [], configuration: old).error().code, 1, "\(version)")
                try await expectEqual(node.cni(.status, configuration: old).error().code, 1, "\(version)")
            }
            try await expectEqual(node.ledger.leases().count, 1)
        }
    }

    @Test("errors carry the version asked for", arguments: all)
    func errors(_ version: String) async throws {
        try await withNode { node in
            let configuration = node.configuration(["cniVersion": .string(version)])
            let outcome = try await node.cni(
                .add, try await node.pod(), configuration: configuration, variables: ["CNI_NETNS": "/nowhere"])
            #expect(try outcome.error().version == version)
        }
    }
}
