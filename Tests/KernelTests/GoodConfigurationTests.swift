import TestKit
import Testing

@Suite("A configuration as Calico users write it")
struct GoodConfigurationTests {
    @Test("with harmless Calico keys works, and the log at debug says which are of no effect")
    func harmless() async throws {
        try await withNode { node in
            let log = "\(node.folder.path)/martlet.log"
            let configuration = node.configuration([
                "policy": ["type": "k8s"], "kubernetes": ["kubeconfig": "/etc/kubeconfig"],
                "datastore_type": "kubernetes", "log_level": "debug", "log_file_path": .string(log),
            ])
            try await node.add(try await node.pod(), configuration: configuration)
            let text = try await node.namespace.must("/bin/cat", log)
            for key in ["policy", "kubernetes", "datastore_type"] { #expect(text.contains(key), "\(key)") }
        }
    }

    @Test("with strings where JSON has types of its own works like those")
    func strings() async throws {
        try await withNode { node in
            let configuration = node.dualStackConfiguration(["mtu": "1400", "log_file_max_size": "10"])
                .setting("ipam.assign_ipv4", "true").setting("ipam.assign_ipv6", "false")
                .setting("container_settings.allow_ip_forwarding", "true")
            let pod = try await node.pod()
            let result = try await node.add(pod, configuration: configuration)
            #expect(result.resultAddresses.count == 1)
            try await expectEqual(pod.namespace.link("eth0")?.mtu, 1400)
            try await expectEqual(pod.namespace.sysctl("net/ipv4/ip_forward"), "1")
        }
    }

    @Test("with the runtime's own keys left in it works")
    func runtimeKeys() async throws {
        try await withNode { node in
            let configuration = node.configuration([
                "capabilities": ["portMappings": true, "bandwidth": true], "runtimeConfig": [:], "unknown_key": [1, 2],
                "cni.dev/something": "x", "disableCheck": true, "args": ["cni": ["unknown": 1], "other": 2],
            ])
            try await node.add(try await node.pod(), configuration: configuration)
        }
    }

    @Test("takes the node's name from nodename, else from nodename_file, else from the host")
    func nodename() async throws {
        try await withNode { node in
            let file = "\(node.folder.path)/nodename"
            try writeFile(file, "  from-the-file\n")
            var configuration = node.configuration(["nodename": "given", "nodename_file": .string(file)])
            try await node.add(try await node.pod(), configuration: configuration)
            try await expectEqual(node.ledger.blocks().map(\.owner), ["given"])
            configuration["nodename"] = nil
            try await node.add(try await node.pod(), configuration: configuration)
            #expect(Set(try await node.ledger.blocks().map(\.owner)) == ["given", "from-the-file"])
            configuration["nodename_file"] = nil
            try await node.add(try await node.pod(), configuration: configuration)
            let host = try await node.namespace.must("/bin/hostname").lowercased().dropLast()
            #expect(try await node.ledger.blocks().map(\.owner).contains(String(host)))
        }
    }

    @Test("logs nothing on success, and an error where log_file_path says")
    func log() async throws {
        try await withNode { node in
            let log = "\(node.folder.path)/martlet.log"
            let configuration = node.configuration(["log_file_path": .string(log)])
            let pod = try await node.pod()
            let outcome = try await node.cni(.add, pod, configuration: configuration)
            try outcome.result()
            #expect(outcome.completion.errorText == "")
            #expect(try await !node.namespace.run(["/usr/bin/test", "-s", log]).succeeded)
            #expect(try await !node.cni(.add, pod, configuration: configuration).succeeded)
            #expect(try await node.namespace.must("/bin/cat", log).contains("eth0"))
        }
    }

    @Test("says what it is and how to try it when a person runs it by hand", arguments: ["martlet", "martlet-ipam"])
    func byHand(name: String) async throws {
        for option in ["--version", "--help"] {
            let completion = try await execute([Programs.path(of: name), option])
            #expect(completion.succeeded)
            #expect(completion.text.lowercased().contains("martlet"))
        }
        #expect(try await execute([Programs.path(of: name), "--help"]).text.contains("CNI"))
    }
}
