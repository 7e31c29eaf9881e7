import Addressing
import CNI
import JSON
import Testing

@Suite("CNI results") struct CNIResultTests {
    private func result(_ text: String, _ version: CNIVersion = .v110) throws -> CNIResult {
        try CNIResult(json: JSON.parse(Array(text.utf8)), path: .root, defaultVersion: version)
    }

    private func full() throws -> CNIResult {
        var route = CNIResult.Route(dst: try Prefix(parsing: "0.0.0.0/0"), gw: try IPAddress(parsing: "169.254.1.1"))
        route.mtu = 1400
        return CNIResult(
            interfaces: [
                .init(name: "cali1", mac: "ee:ee:ee:ee:ee:ee", mtu: 1450),
                .init(name: "eth0", mac: "02:00:00:00:00:01", sandbox: "/run/netns/x"),
            ],
            ips: [
                .init(address: try InterfaceAddress(parsing: "10.244.0.1/32"), interface: 1),
                .init(address: try InterfaceAddress(parsing: "10.244.0.2/32"), interface: 1),
                .init(
                    address: try InterfaceAddress(parsing: "fd00::1/128"), gateway: try IPAddress(parsing: "fe80::1"),
                    interface: 1),
            ],
            routes: [route, .init(dst: try Prefix(parsing: "::/0"))],
            dns: ["nameservers": ["10.0.0.10"]])
    }

    @Test("Each version has its own shape") func shapes() throws {
        let full = try full()
        let dns = #""dns":{"nameservers":["10.0.0.10"]}"#
        let cali = #"{"name":"cali1","mac":"ee:ee:ee:ee:ee:ee""#
        let eth = #"{"name":"eth0","mac":"02:00:00:00:00:01","sandbox":"/run/netns/x"}"#
        #expect(
            full.json(version: .v110).description == #"{"cniVersion":"1.1.0","interfaces":["# + cali + #","mtu":1450},"#
                + eth
                + #"],"ips":[{"address":"10.244.0.1/32","interface":1},{"address":"10.244.0.2/32","interface":1},"#
                + #"{"address":"fd00::1/128","gateway":"fe80::1","interface":1}],"#
                + #""routes":[{"dst":"0.0.0.0/0","gw":"169.254.1.1","mtu":1400},{"dst":"::/0"}],"# + dns + "}")
        #expect(
            full.json(version: .v100).description == #"{"cniVersion":"1.0.0","interfaces":["# + cali + "}," + eth
                + #"],"ips":[{"address":"10.244.0.1/32","interface":1},{"address":"10.244.0.2/32","interface":1},"#
                + #"{"address":"fd00::1/128","gateway":"fe80::1","interface":1}],"#
                + #""routes":[{"dst":"0.0.0.0/0","gw":"169.254.1.1"},{"dst":"::/0"}],"# + dns + "}")
        for version in [CNIVersion.v030, .v031, .v040] {
            #expect(
                full.json(version: version).description == #"{"cniVersion":"\#(version)","interfaces":["# + cali + "},"
                    + eth
                    + #"],"ips":[{"version":"4","address":"10.244.0.1/32","interface":1},"#
                    + #"{"version":"4","address":"10.244.0.2/32","interface":1},"#
                    + #"{"version":"6","address":"fd00::1/128","gateway":"fe80::1","interface":1}],"#
                    + #""routes":[{"dst":"0.0.0.0/0","gw":"169.254.1.1"},{"dst":"::/0"}],"# + dns + "}")
        }
        for version in [CNIVersion.v010, .v020] {
            #expect(
                full.json(version: version).description == #"{"cniVersion":"\#(version)","ip4":{"ip":"10.244.0.1/32","#
                    + #""routes":[{"dst":"0.0.0.0/0","gw":"169.254.1.1"}]},"#
                    + #""ip6":{"ip":"fd00::1/128","gateway":"fe80::1","routes":[{"dst":"::/0"}]},"# + dns + "}")
        }
    }

    @Test(
        "A result of any version reads back as it was written, unknown members included",
        arguments: [
            #"{"cniVersion":"0.2.0","ip4":{"ip":"10.1.0.5/24","gateway":"10.1.0.1","routes":[{"dst":"0.0.0.0/0","gw":"10.1.0.1"}],"x":1},"dns":{},"y":2}"#,
            #"{"cniVersion":"0.1.0","ip6":{"ip":"fd00::5/64"}}"#,
            #"{"cniVersion":"0.4.0","interfaces":[{"name":"eth0","x":[1]}],"ips":[{"version":"4","address":"10.1.0.5/24","interface":0,"x":1}],"dns":{}}"#,
            #"{"cniVersion":"1.0.0","interfaces":[{"name":"eth0","mtu":1500,"sandbox":"/x","socketPath":"/s","pciID":"p"}],"routes":[{"dst":"10.0.0.0/8","mtu":9,"x":1}],"y":{"z":1.0}}"#,
            #"{"cniVersion":"1.1.0","interfaces":[{"name":"eth0","mac":"AA:bb","mtu":1500,"sandbox":"/x","socketPath":"/s","pciID":"p","x":1}],"ips":[{"address":"fd00::1/64"}],"routes":[{"dst":"10.0.0.0/8","gw":"10.0.0.1","mtu":9,"advmss":8,"priority":0,"table":4294967295,"scope":253}]}"#,
        ])
    func identity(_ text: String) throws {
        let read = try result(text)
        let version = try #require(CNIVersion.allCases.first { text.contains("\"cniVersion\":\"\($0)\"") })
        #expect(read.json(version: version).description == text)
    }

    @Test("What is new in 1.1.0 does not go into older versions") func downConversion() throws {
        let read = try result(
            #"{"cniVersion":"1.1.0","interfaces":[{"name":"e","mtu":1,"socketPath":"/s","pciID":"p","x":1}],"routes":[{"dst":"10.0.0.0/8","scope":0}]}"#
        )
        #expect(
            read.json(version: .v100).description
                == #"{"cniVersion":"1.0.0","interfaces":[{"name":"e","x":1}],"routes":[{"dst":"10.0.0.0/8"}]}"#)
        #expect(read.interfaces[0].mtu == 1)
    }

    @Test("Empty texts and nulls are nothing, as Go writes and reads them") func empties() throws {
        let read = try result(
            #"{"cniVersion":"","interfaces":[{"name":"e","mac":"","sandbox":""}],"ips":[{"address":"10.0.0.1/8","gateway":"","interface":null}],"routes":null,"dns":null}"#,
            .v100)
        #expect(
            read.json(version: .v100).description
                == #"{"cniVersion":"1.0.0","interfaces":[{"name":"e"}],"ips":[{"address":"10.0.0.1/8"}]}"#)
    }

    @Test("A route with host bits means the network around them") func hostBits() throws {
        #expect(try result(#"{"routes":[{"dst":"10.0.0.7/8"}]}"#).routes[0].dst.description == "10.0.0.0/8")
    }

    @Test(
        "A result that cannot be read is named by its path",
        arguments: [
            ("[]", "p: expected an object"),
            (
                #"{"interfaces":[{"name":"a"},{}]}"#,
                "p.interfaces[1].name: expected the interface's name, found nothing"
            ),
            (#"{"ips":[{"address":"10.0.0.1"}]}"#, "p.ips[0].address: expected an address with its prefix length"),
            (#"{"ips":[{"address":"10.0.0.1/24","interface":-1}]}"#, "p.ips[0].interface: expected a whole number"),
            (#"{"ips":[{"address":"10.0.0.1/24","gateway":"x"}]}"#, "p.ips[0].gateway: expected an IP address"),
            (#"{"routes":[{"gw":"10.0.0.1"}]}"#, "p.routes[0].dst: expected a prefix, found nothing"),
            (#"{"routes":{}}"#, "p.routes: expected an array"),
            (#"{"cniVersion":"0.2.0","ip4":{"ip":"fd00::1/64"}}"#, "p.ip4.ip: expected an IPv4 address"),
            (#"{"cniVersion":"0.2.0","ip6":{}}"#, "p.ip6.ip: "),
            (#"{"cniVersion":"2.0.0"}"#, "p.cniVersion: expected one of"),
        ])
    func unreadable(_ text: String, _ message: String) throws {
        let json = try JSON.parse(Array(text.utf8))
        let error = #expect(throws: JSON.TypeError.self) {
            try CNIResult(json: json, path: .root.appending("p"), defaultVersion: .v110)
        }
        #expect(error?.description.hasPrefix(message) == true, "\(error?.description ?? "")")
    }

    @Test("A plugin's own result goes after the earlier one, its interface numbers shifted") func appending() throws {
        let earlier = try result(
            #"{"cniVersion":"1.0.0","interfaces":[{"name":"a"},{"name":"b"}],"ips":[{"address":"10.0.0.1/8","interface":1}],"dns":{"search":["x"]},"y":1}"#
        )
        var own = try full()
        own.dns = [:]
        let merged = earlier.appending(own)
        #expect(merged.interfaces.map(\.name) == ["a", "b", "cali1", "eth0"])
        #expect(merged.ips.map(\.interface) == [1, 3, 3, 3])
        #expect(merged.dns == ["search": ["x"]])
        #expect(merged.extra == [JSON.Member("y", 1)])
        #expect(try earlier.appending(full()).dns == ["nameservers": ["10.0.0.10"]])
        #expect(CNIResult().appending(own).ips == own.ips)
    }
}
