import TestKit
import Testing

@Suite("Bad variables")
struct BadEnvironmentTests {
    /// Calls with changed variables: an error of that code, whose message has the words, and nothing changes.
    private func expectError(
        _ code: Int, _ operation: Operation = .add, naming names: [String], ifname: String = "eth0",
        args: String = "", _ variables: [String: String?]
    ) async throws {
        try await withNode { node in
            let before = try await node.snapshot()
            let pod = try await node.pod()
            let inside = try await pod.contents()
            let configuration = node.configuration(["prevResult": operation == .check ? ["cniVersion": "1.0.0"] : nil])
            let outcome = try await node.cni(
                operation, pod, ifname: ifname, args: args, configuration: configuration, variables: variables)
            let error = try outcome.error()
            #expect(outcome.completion.status == .exited(1))
            #expect(error.code == code)
            for name in names { #expect(error.message.contains(name), "\(error) does not name \(name)") }
            #expect(error.version == "1.0.0")
            try await node.expectUnchanged(since: before)
            try await expectEqual(pod.contents(), inside)
        }
    }

    @Test(
        "ADD without one that it needs is error 4 that names it, whether missing or empty",
        arguments: ["CNI_CONTAINERID", "CNI_NETNS", "CNI_IFNAME"], [nil, ""] as [String?])
    func missingForADD(name: String, value: String?) async throws {
        try await expectError(4, naming: [name], [name: value])
    }

    @Test(
        "CHECK without one that it needs is error 4 that names it",
        arguments: ["CNI_CONTAINERID", "CNI_NETNS", "CNI_IFNAME"])
    func missingForCHECK(name: String) async throws {
        try await expectError(4, .check, naming: [name], [name: nil])
    }

    @Test("DEL without one that it needs is error 4 that names it", arguments: ["CNI_CONTAINERID", "CNI_IFNAME"])
    func missingForDEL(name: String) async throws {
        try await expectError(4, .delete, naming: [name], [name: ""])
    }

    @Test("all that are missing are named at once")
    func several() async throws {
        try await expectError(
            4, naming: ["CNI_CONTAINERID", "CNI_NETNS", "CNI_IFNAME"],
            ["CNI_CONTAINERID": nil, "CNI_NETNS": "", "CNI_IFNAME": nil])
    }

    @Test("no CNI_COMMAND while the others are there is error 4 that names it", arguments: [nil, ""] as [String?])
    func missingCommand(value: String?) async throws {
        try await expectError(4, naming: ["CNI_COMMAND"], ["CNI_COMMAND": value])
    }

    @Test("an unknown CNI_COMMAND is error 4 that names it and what was there", arguments: ["add", "UPDATE", "ADD "])
    func unknownCommand(value: String) async throws {
        try await expectError(4, naming: ["CNI_COMMAND", value], ["CNI_COMMAND": value])
    }

    @Test(
        "a malformed container ID is error 4 that names the variable",
        arguments: [
            "-begins-with-dash", ".hidden", "_x", "../../etc/passwd", "a/b", "a b", "a\nb", "ä", "a%d", "a;b", "a\u{1}",
        ])
    func containerID(value: String) async throws {
        for operation in [Operation.add, .delete] {
            try await expectError(4, operation, naming: ["CNI_CONTAINERID"], ["CNI_CONTAINERID": value])
        }
    }

    @Test(
        "a malformed interface name is error 4 that names the variable",
        arguments: [
            "sixteen-bytes-xx", "ääääääää", ".", "..", "a/b", "a:b", "a b", "eth\t0", "eth\u{a0}0", "eth%d", "eth%%",
            "../eth0",
            " ", "\n",
        ])
    func interfaceName(value: String) async throws {
        for operation in [Operation.add, .delete] {
            try await expectError(4, operation, naming: ["CNI_IFNAME"], ["CNI_IFNAME": value])
        }
    }

    @Test(
        "malformed CNI_ARGS are error 4 that names them and the part",
        arguments: [
            ("A", "A"), ("IP=1.2.3.4=5", "IP"), ("Foo=bar", "Foo"), ("K8S_POD_NAME=x;Foo=bar", "Foo"),
            ("IgnoreUnknown=perhaps", "IgnoreUnknown"), ("Foo=bar;IgnoreUnknown=0", "Foo"), ("=x", "="),
        ])
    func arguments(text: String, part: String) async throws {
        try await expectError(4, naming: ["CNI_ARGS", part], args: text, [:])
    }

    @Test(
        "CNI_ARGS are taken in any order, with what a runtime sends",
        arguments: [
            "", "IgnoreUnknown=1", "Foo=bar;IgnoreUnknown=1", "IgnoreUnknown=true;Foo=bar;Baz=",
            "K8S_POD_UID=u;K8S_POD_INFRA_CONTAINER_ID=x;K8S_POD_NAME=p;K8S_POD_NAMESPACE=n",
        ])
    func goodArguments(text: String) async throws {
        try await withNode { node in
            let result = try await node.add(try await node.pod(), args: text)
            #expect(result.resultAddresses.count == 1)
        }
    }

    @Test("ADD works without CNI_PATH and CNI_ARGS, which it does not need")
    func optional() async throws {
        try await withNode { node in
            let pod = try await node.pod()
            try await node.cni(.add, pod, variables: ["CNI_PATH": nil, "CNI_ARGS": nil]).result()
            try await node.cni(.delete, pod, variables: ["CNI_PATH": nil, "CNI_ARGS": nil]).result()
        }
    }

    @Test("a namespace path that leads nowhere, or to something else, is an error that names it and what is wrong")
    func namespacePath() async throws {
        for path in [
            "/var/run/netns/none", "/dev/null", "/etc/passwd", "/tmp", "/proc/self/ns/mnt", "/proc/self/ns/pid",
            "relative/path", "/dev/shm/\u{1}",
        ] {
            try await withNode { node in
                let before = try await node.snapshot()
                let outcome = try await node.cni(.add, try await node.pod(), variables: ["CNI_NETNS": path])
                let error = try outcome.error()
                #expect(error.code == 4 || error.code >= 100, "\(path): \(error)")
                #expect(error.message.contains("CNI_NETNS"), "\(path): \(error)")
                try await node.expectUnchanged(since: before, "\(path)")
            }
        }
    }

    @Test("the host's own namespace is refused before anything is touched")
    func ownNamespace() async throws {
        try await withNode { node in
            let before = try await node.snapshot()
            let pod = try await node.pod()
            for path in [node.namespace.path, "/proc/self/ns/net"] {
                let error = try await node.cni(.add, pod, variables: ["CNI_NETNS": path]).error()
                #expect(error.message.contains("CNI_NETNS"), "\(error)")
            }
            try await node.expectUnchanged(since: before)
        }
    }

    @Test("a name in use in the pod is an error that names it, and nothing is left", arguments: ["eth0", "lo"])
    func nameInUse(name: String) async throws {
        try await withNode { node in
            let first = try await node.pod()
            try await node.add(first)
            try await node.delete(first)
            let pod = try await node.pod()
            if name != "lo" { try await pod.namespace.ip("link add \(name) type ifb") }
            let (before, inside) = (try await node.snapshot(), try await pod.contents())
            let error = try await node.cni(.add, pod, ifname: name).error()
            #expect(error.message.contains(name))
            try await node.expectUnchanged(since: before)
            try await expectEqual(pod.contents(), inside)
        }
    }
}
