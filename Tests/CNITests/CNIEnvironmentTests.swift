import CNI
import Testing

@Suite("CNI environment") struct CNIEnvironmentTests {
    @Test(
        "All that is missing is named at once",
        arguments: [
            ("ADD", "missing CNI_CONTAINERID, CNI_NETNS, CNI_IFNAME"),
            ("CHECK", "missing CNI_CONTAINERID, CNI_NETNS, CNI_IFNAME"),
            ("DEL", "missing CNI_CONTAINERID, CNI_IFNAME"), ("GC", "missing CNI_PATH"),
        ])
    func missing(_ command: String, _ message: String) {
        // Set to nothing is the same as not set.
        for empty in [nil, ""] {
            let bare = CNIEnvironment(command: command, containerID: empty, netns: empty, ifname: empty, path: empty)
            let failure = #expect(throws: CNIFailure.self) {
                try CNIRequest.read(environment: bare, input: Array(minimal.utf8))
            }
            #expect(failure?.code == .invalidEnvironment)
            #expect(failure?.message == message)
        }
    }

    @Test("A single missing variable is named alone") func oneMissing() {
        let failure = #expect(throws: CNIFailure.self) { try read("ADD", minimal) { $0.netns = nil } }
        #expect(failure?.message == "missing CNI_NETNS")
    }

    @Test("STATUS and VERSION need no variable, and not even a name for VERSION") func nothingNeeded() throws {
        let status = try CNIRequest.read(environment: CNIEnvironment(command: "STATUS"), input: Array(minimal.utf8))
        #expect(status.containerID == "" && status.path == [])
        let version = try CNIRequest.read(environment: CNIEnvironment(command: "VERSION"), input: Array("{}".utf8))
        #expect(version.operation == .version && version.network == "" && version.type == "")
    }

    @Test("GC and STATUS do not look at what is about one container") func irrelevant() throws {
        #expect(throws: Never.self) {
            try read("STATUS", minimal) {
                $0.ifname = "a/b"; $0.containerID = "/"; $0.args = "x"
            }
        }
        #expect(throws: Never.self) {
            try read("GC", minimal) {
                $0.ifname = "a/b"; $0.containerID = "/"; $0.args = "x"
            }
        }
    }

    @Test("An unknown or missing command is refused by name", arguments: [nil, "", "add", "ADD ", "FOO"])
    func command(_ command: String?) {
        let failure = #expect(throws: CNIFailure.self) {
            try CNIRequest.read(environment: CNIEnvironment(command: command), input: [])
        }
        #expect(failure?.code == .invalidEnvironment)
        #expect(failure?.message.contains("CNI_COMMAND") == true)
        #expect(failure?.description.contains("ADD, DEL, CHECK, GC, STATUS, VERSION") == true)
    }

    @Test(
        "A container ID that could lead out of a path is refused, for every operation",
        arguments: [".", "..", "-a", "_a", "a/b", "../a", "a b", "a\n", "é", "a:b", "a%"])
    func containerID(_ name: String) {
        for command in ["ADD", "DEL", "CHECK"] {
            let failure = #expect(throws: CNIFailure.self) { try read(command, minimal) { $0.containerID = name } }
            #expect(failure?.code == .invalidEnvironment)
            #expect(failure?.message.hasPrefix("CNI_CONTAINERID: expected letters") == true)
            #expect(failure?.message.hasSuffix("found \(name.debugDescription)") == true)
        }
    }

    @Test(
        "Container IDs of all lengths are accepted",
        arguments: ["a", "0", "A-b_c.9", String(repeating: "f", count: 300)])
    func goodContainerID(_ name: String) throws {
        #expect(try read("ADD", minimal) { $0.containerID = name }.containerID == name)
    }

    @Test(
        "An interface name that the kernel would refuse or change is refused",
        arguments: [
            ".", "..", "a/b", "a:b", "eth%d", "%", "a b", "a\tb", "a\n", "abcdefghijklmnop", "éééééééé", "a\u{2003}b",
            "a\u{a0}",
            "a\u{85}", "à", "a\u{fffd}",
        ])
    func interfaceName(_ name: String) {
        let failure = #expect(throws: CNIFailure.self) { try read("ADD", minimal) { $0.ifname = name } }
        #expect(failure?.code == .invalidEnvironment)
        #expect(failure?.message.hasPrefix("CNI_IFNAME: expected 1 to 15 bytes") == true)
    }

    @Test(
        "All other interface names are accepted",
        arguments: ["e", "abcdefghijklmno", "ééééééé", "-", "...", "eth0.1", "a@b", "日本"])
    func goodInterfaceName(_ name: String) throws {
        #expect(try read("ADD", minimal) { $0.ifname = name }.ifname == name)
    }

    @Test("CNI_ARGS is read in any order") func arguments() throws {
        let args = try CNIArguments.parse(
            "X=;K8S_POD_UID=u-1;K8S_POD_NAME=web-0;IP=10.0.0.5,fd00::5/64;MAC=C2:11:22:33:44:55;GATEWAY=10.0.0.1;"
                + "K8S_POD_NAMESPACE=default;K8S_POD_INFRA_CONTAINER_ID=c1;IgnoreUnknown=TRUE")
        #expect(args.podUID == "u-1" && args.podName == "web-0" && args.podNamespace == "default")
        #expect(args.infraContainerID == "c1" && args.ignoreUnknown)
        #expect(args.ips.map(\.description) == ["10.0.0.5/32", "fd00::5/64"])
        #expect(args.gateways.map(\.description) == ["10.0.0.1"])
        #expect(args.mac?.description == "c2:11:22:33:44:55")
    }

    @Test(
        "Empty values and no text at all are no arguments",
        arguments: ["", "IP=;MAC=;GATEWAY=;K8S_POD_NAME=", "IgnoreUnknown=0"])
    func emptyArguments(_ text: String) throws {
        #expect(try CNIArguments.parse(text) == CNIArguments())
    }

    @Test(
        "Bad CNI_ARGS are refused by variable and key",
        arguments: [
            ("A", #"expected KEY=VALUE pairs joined with ';', found "A""#),
            ("A=B=C;IgnoreUnknown=1", #"found "A=B=C""#), ("=B", #"found "=B""#),
            ("IP=10.0.0.1;", #"found """#), (";IP=10.0.0.1", #"found """#),
            ("A=1;B=2", "unknown key A, B; add IgnoreUnknown=1"),
            ("A=1;IgnoreUnknown=false", "unknown key A"), ("ip=10.0.0.1", "unknown key ip"),
            ("IgnoreUnknown=yes", #"IgnoreUnknown: expected 1, true, 0 or false, found "yes""#),
            ("IP=10.0.0.300", "IP: expected an address"),
            ("IP=10.0.0.1,", "IP: "), ("GATEWAY=x", "GATEWAY: expected an IP address"),
            ("MAC=x", "MAC: expected a MAC address"),
        ])
    func badArguments(_ text: String, _ message: String) {
        let failure = #expect(throws: CNIFailure.self) { try read("ADD", minimal) { $0.args = text } }
        #expect(failure?.code == .invalidEnvironment)
        #expect(failure?.message.hasPrefix("CNI_ARGS: ") == true)
        #expect(failure?.message.contains(message) == true, "\(failure?.message ?? "")")
    }
}
