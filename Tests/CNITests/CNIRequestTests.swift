import CNI
import JSON
import Testing

/// A complete environment; each test spoils its own part.
func environment(_ command: String, change: (inout CNIEnvironment) -> Void = { _ in }) -> CNIEnvironment {
    var environment = CNIEnvironment(
        command: command, containerID: "c1", netns: "/run/netns/x", ifname: "eth0", path: "/opt/cni/bin")
    change(&environment)
    return environment
}

func read(
    _ command: String, _ input: String, change: (inout CNIEnvironment) -> Void = { _ in }
) throws(CNIFailure) -> CNIRequest {
    try CNIRequest.read(environment: environment(command, change: change), input: Array(input.utf8))
}

let minimal = #"{"cniVersion":"1.1.0","name":"pods","type":"martlet"}"#

@Suite("CNI requests") struct CNIRequestTests {
    @Test("A complete request is read") func complete() throws {
        let text = #"""
            {"capabilities":{"ips":true},"cniVersion":"1.0.0","ipam":{"type":"host-local"},"mtu":1400,"name":"pods",
             "prevResult":{"cniVersion":"1.0.0","interfaces":[{"name":"eth0"}],"ips":[{"address":"10.0.0.1/24"}]},
             "runtimeConfig":{"ips":["10.0.0.9"]},"type":"martlet"}
            """#
        let request = try read("ADD", text) {
            $0.args = "K8S_POD_NAME=web;IgnoreUnknown=1;X=2"
            $0.path = "/opt/cni/bin::/usr/lib/cni:"
        }
        #expect(request.operation == .add)
        #expect(request.version == .v100)
        #expect(request.network == "pods")
        #expect(request.type == "martlet")
        #expect(request.containerID == "c1")
        #expect(request.ifname == "eth0")
        #expect(request.netns == "/run/netns/x")
        #expect(request.args.podName == "web")
        #expect(request.path == ["/opt/cni/bin", "/usr/lib/cni"])
        #expect(request.ipamType == "host-local")
        #expect(request.prevResult?.ips.first?.address.description == "10.0.0.1/24")
        #expect(try request.runtimeConfig?.strings("ips") == ["10.0.0.9"])
        #expect(request.validAttachments == nil)
        #expect(request.raw == Array(text.utf8))
        #expect(try request.configuration.integer("mtu", in: 0...9000) == 1400)
    }

    @Test(
        "A missing version is 0.1.0",
        arguments: [
            #"{"name":"n","type":"t"}"#, #"{"cniVersion":"","name":"n","type":"t"}"#,
            #"{"cniVersion":null,"name":"n","type":"t"}"#,
        ])
    func missingVersion(_ text: String) throws {
        #expect(try read("ADD", text).version == .v010)
    }

    @Test("All versions are spoken", arguments: CNIVersion.allCases) func versions(_ version: CNIVersion) throws {
        let text = #"{"cniVersion":"\#(version)","name":"n","type":"t"}"#
        #expect(try read("ADD", text).version == version)
        #expect(try read("DEL", text).version == version)
    }

    @Test(
        "An operation that the version lacks is refused with code 1",
        arguments: [
            ("CHECK", "0.3.1", "CHECK needs cniVersion 0.4.0 or later, the configuration says 0.3.1"),
            ("GC", "1.0.0", "GC needs cniVersion 1.1.0 or later, the configuration says 1.0.0"),
            ("STATUS", "1.0.0", "STATUS needs cniVersion 1.1.0 or later, the configuration says 1.0.0"),
        ])
    func tooOld(_ command: String, _ version: String, _ message: String) {
        let failure = #expect(throws: CNIFailure.self) {
            try read(command, #"{"cniVersion":"\#(version)","name":"n","type":"t","prevResult":{}}"#)
        }
        #expect(failure == CNIFailure(.incompatibleVersion, message))
    }

    @Test(
        "An unknown version is refused with code 1, both sides in the details", arguments: ["1.0", "1.2.0", "v1.0.0"])
    func unknownVersion(_ version: String) {
        let failure = #expect(throws: CNIFailure.self) {
            try read("DEL", #"{"cniVersion":"\#(version)","name":"n","type":"t"}"#)
        }
        #expect(failure?.code == .incompatibleVersion)
        #expect(failure?.details.contains(#""\#(version)""#) == true)
        #expect(failure?.details.contains("0.1.0, 0.2.0, 0.3.0, 0.3.1, 0.4.0, 1.0.0, 1.1.0") == true)
    }

    @Test(
        "A configuration that cannot be used is refused with its code and what is wrong",
        arguments: [
            ("", 6, "network configuration on stdin: line 1, column 1: expected a value, found nothing at all"),
            ("{", 6, "line 1, column 2: expected a name"),
            ("[]", 6, "network configuration on stdin: expected an object, found []"),
            (#"{"cniVersion":1}"#, 6, "cniVersion: expected a string, found 1"),
            (
                #"{"type":"t"}"#, 7,
                "name: expected the network's name: letters, digits, '_', '.' and '-', beginning with a letter or digit, found nothing"
            ),
            (#"{"name":"","type":"t"}"#, 7, #"name: expected the network's name"#),
            (#"{"name":"a/b","type":"t"}"#, 7, #"found "a/b""#),
            (#"{"name":"../x","type":"t"}"#, 7, "name: "), (#"{"name":".x","type":"t"}"#, 7, "name: "),
            (#"{"name":"é","type":"t"}"#, 7, "name: "),
            (#"{"name":7,"type":"t"}"#, 7, "name: expected a string, found 7"),
            (#"{"name":"n"}"#, 7, "type: expected the plugin's name: a file name without '/', found nothing"),
            (#"{"name":"n","type":""}"#, 7, "type: "),
            (#"{"name":"n","type":"a/b"}"#, 7, #"found "a/b""#), (#"{"name":"n","type":".."}"#, 7, "type: "),
            (#"{"name":"n","type":"t","ipam":"x"}"#, 7, "ipam: expected an object"),
            (#"{"name":"n","type":"t","ipam":{"type":1}}"#, 7, "ipam.type: expected a string"),
            (#"{"name":"n","type":"t","ipam":{"type":"../x"}}"#, 7, "ipam.type: expected the IPAM plugin's name"),
            (#"{"name":"n","type":"t","runtimeConfig":[]}"#, 7, "runtimeConfig: expected an object"),
            (#"{"name":"n","name":"m","type":"t"}"#, 6, #"the name "name" stands in the object twice"#),
            (#"{"name":"n","type":"t","prevResult":1}"#, 6, "prevResult: expected an object, found 1"),
            (
                #"{"name":"n","type":"t","cniVersion":"1.0.0","prevResult":{"ips":[{}]}}"#, 6,
                "prevResult.ips[0].address: expected an address with its prefix length, found nothing"
            ),
            (
                #"{"name":"n","type":"t","prevResult":{"cniVersion":"7"}}"#, 6,
                "prevResult.cniVersion: expected one of 0.1.0"
            ),
        ])
    func badConfiguration(_ text: String, _ code: Int, _ message: String) {
        let failure = #expect(throws: CNIFailure.self) { try read("ADD", text) }
        #expect(failure?.code.rawValue == code)
        #expect(failure?.message.contains(message) == true, "\(failure?.message ?? "")")
    }

    @Test("A configuration above the size limit is undecodable") func size() {
        let text = #"{"name":"n","type":"t","x":"\#(String(repeating: "x", count: 10 << 20))"}"#
        let failure = #expect(throws: CNIFailure.self) { try read("ADD", text) }
        #expect(failure?.code == .undecodable)
        #expect(failure?.message.contains("at most 1048576 are taken") == true)
    }

    @Test("CHECK without prevResult is a wrong configuration") func checkWithout() {
        let failure = #expect(throws: CNIFailure.self) { try read("CHECK", minimal) }
        #expect(
            failure
                == CNIFailure(
                    .invalidConfiguration, "prevResult: expected what ADD answered, found nothing",
                    at: .key(.root, "prevResult")))
    }

    @Test("DEL does without a namespace, a readable prevResult and readable arguments") func lenientDEL() throws {
        let request = try read("DEL", #"{"cniVersion":"1.0.0","name":"n","type":"t","prevResult":[1]}"#) {
            $0.netns = nil
            $0.args = "rubbish"
            $0.path = nil
        }
        #expect(request.netns == nil)
        #expect(request.prevResult == nil)
        #expect(request.args == CNIArguments())
        #expect(request.path == [])
    }

    @Test("GC knows the listed attachments, an empty list and no list apart; the newer key wins") func attachments()
        throws
    {
        func listed(_ keys: String) throws -> [CNIRequest.Attachment]? {
            try read("GC", #"{"cniVersion":"1.1.0","name":"n","type":"t"\#(keys)}"#) {
                $0 = CNIEnvironment(command: "GC", path: "/x")
            }
            .validAttachments
        }
        #expect(try listed("") == nil)
        #expect(try listed(#","cni.dev/valid-attachments":null"#) == nil)
        #expect(try listed(#","cni.dev/valid-attachments":[]"#) == [])
        #expect(
            try listed(#","cni.dev/attachments":[{"containerID":"a","ifname":"eth0"}]"#) == [
                .init(containerID: "a", ifname: "eth0")
            ])
        #expect(
            try listed(
                #","cni.dev/attachments":[],"cni.dev/valid-attachments":[{"containerID":"b","ifname":"eth1","x":1}]"#)
                == [.init(containerID: "b", ifname: "eth1")])
        for bad in [#"{}"#, #"[{}]"#, #"[{"containerID":"a"}]"#, #"[{"containerID":"","ifname":"eth0"}]"#, #"["a"]"#] {
            let failure = #expect(throws: CNIFailure.self) { try listed(#","cni.dev/valid-attachments":"# + bad) }
            #expect(failure?.code == .invalidConfiguration)
        }
    }

    @Test(
        "VERSION answers with the version asked, or with the newest",
        arguments: [
            (#"{"cniVersion":"0.4.0"}"#, "0.4.0"), (#"{"cniVersion":"9.9.9"}"#, "9.9.9"), ("", "1.1.0"), ("{", "1.1.0"),
            ("{}", "1.1.0"), (#"{"cniVersion":1}"#, "1.1.0"), (#"{"cniVersion":""}"#, "1.1.0"),
        ])
    func versionReply(_ text: String, _ version: String) {
        #expect(
            CNIRequest.versionReply(input: Array(text.utf8)).description
                == #"{"cniVersion":"\#(version)","supportedVersions":["0.1.0","0.2.0","0.3.0","0.3.1","0.4.0","1.0.0","1.1.0"]}"#
        )
    }

    @Test("An error object has all four members, always") func errorObject() {
        #expect(
            CNIFailure(.tryAgainLater, "no address left").json(version: .v040).description
                == #"{"cniVersion":"0.4.0","code":11,"msg":"no address left","details":""}"#)
    }
}
