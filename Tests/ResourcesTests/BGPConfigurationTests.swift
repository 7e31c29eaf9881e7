import Resources
import Testing

@Suite("Manifests of the BGP configuration") struct BGPConfigurationTests {
    private static func read(_ spec: String) throws -> Document {
        try manifest("BGPConfiguration", spec, metadata: #"{"name":"default"}"#)
    }

    @Test(
        "What Martlet carries out is taken, and what it does anyway",
        arguments: [
            ("{}", "{}"),
            (
                #"{"logSeverityScreen":"Info","nodeToNodeMeshEnabled":true,"nodeMeshMaxRestartTime":"120s","#
                    + #""asNumber":"64512","listenPort":1790}"#,
                #"{"logSeverityScreen":"Info","nodeToNodeMeshEnabled":true,"nodeMeshMaxRestartTime":"2m0s","#
                    + #""asNumber":64512,"listenPort":1790}"#
            ),
            (
                #"{"communities":[{"name":"big","value":"63400:300:100"}],"prefixAdvertisements":[{"cidr":"#
                    + #""10.0.0.0/26","communities":["big","63400:120"]}],"ignoredInterfaces":["eth1","docker*"]}"#,
                #"{"communities":[{"name":"big","value":"63400:300:100"}],"prefixAdvertisements":[{"cidr":"#
                    + #""10.0.0.0/26","communities":["big","63400:120"]}],"ignoredInterfaces":["eth1","docker*"]}"#
            ),
            (
                #"{"bindMode":"None","serviceClusterIPs":[],"serviceLoadBalancerAggregation":"Enabled","#
                    + #""programClusterRoutes":"EnabledNoEncapOnly","nodeToNodeMeshEnabled":false}"#,
                #"{"nodeToNodeMeshEnabled":false}"#
            ),
        ])
    func taken(_ text: String, _ printed: String) throws {
        let resource = try Resource(try Self.read(text))
        #expect(resource.object.spec.description == printed)
        #expect(try Resource(Document(resource.manifest)) == resource)
    }

    @Test(
        "What Martlet does not carry out is refused, and the field is named",
        arguments: [
            (
                #"{"serviceClusterIPs":[{"cidr":"10.96.0.0/12"}]}"#,
                "spec.serviceClusterIPs: expected nothing, found [{\"cidr\":\"10.96.0.0/12\"}]: Martlet does not "
                    + "announce the addresses of services"
            ),
            (
                #"{"serviceExternalIPs":[{"cidr":"1.2.3.4/32"}]}"#,
                "spec.serviceExternalIPs: expected nothing, found [{\"cidr\":\"1.2.3.4/32\"}]: Martlet does not "
                    + "announce the addresses of services"
            ),
            (
                #"{"serviceLoadBalancerIPs":[{"cidr":"1.2.3.4/32"}]}"#,
                "spec.serviceLoadBalancerIPs: expected nothing, found [{\"cidr\":\"1.2.3.4/32\"}]: Martlet does not "
                    + "announce the addresses of services"
            ),
            (
                #"{"nodeMeshPassword":{"secretKeyRef":{"name":"s","key":"k"}}}"#,
                "spec.nodeMeshPassword: expected nothing, found {\"secretKeyRef\":{\"name\":\"s\",\"key\":\"k\"}}: "
                    + "Martlet does not read Kubernetes secrets, the agent takes passwords from a file on the node"
            ),
            (
                #"{"bindMode":"NodeIP"}"#,
                "spec.bindMode: expected None, found \"NodeIP\": BIRD listens on all addresses"
            ),
            (
                #"{"localWorkloadPeeringIPV4":"169.254.1.1"}"#,
                "spec.localWorkloadPeeringIPV4: expected nothing, found \"169.254.1.1\": Martlet does not peer with pods"
            ),
            (
                #"{"programClusterRoutes":"Disabled"}"#,
                "spec.programClusterRoutes: expected Enabled or EnabledNoEncapOnly, found \"Disabled\": BIRD makes the "
                    + "routes to other nodes' blocks"
            ),
            (
                #"{"logSeverityScreen":"Loud"}"#,
                "spec.logSeverityScreen: expected Trace or Debug or Info or Warning or Error or Fatal, found \"Loud\""
            ),
            (#"{"listenPort":65536}"#, "spec.listenPort: expected a whole number from 1 to 65535, found 65536"),
            (
                #"{"nodeMeshMaxRestartTime":"500ms"}"#,
                "spec.nodeMeshMaxRestartTime: expected a time of whole seconds such as 120s or 2m0s, from 1s to "
                    + "1h8m15s, found \"500ms\""
            ),
            (
                #"{"nodeMeshMaxRestartTime":"120s","nodeToNodeMeshEnabled":false}"#,
                "spec.nodeMeshMaxRestartTime: expected nothing while nodeToNodeMeshEnabled is false, found \"120s\""
            ),
            (
                #"{"communities":[{"name":"big","value":"63400:300"}]}"#,
                "spec.communities: expected nothing without prefixAdvertisements that use them, found "
                    + "[{\"name\":\"big\",\"value\":\"63400:300\"}]"
            ),
            (
                #"{"communities":[{"name":"big","value":"70000:1"}]}"#,
                "spec.communities[0].value: expected a community such as 65001:100 or 65001:100:1, found \"70000:1\""
            ),
            (#"{"communities":[{"value":"1:1"}]}"#, "spec.communities[0].name: expected a name, found nothing"),
            (
                #"{"prefixAdvertisements":[{"cidr":"10.0.0.0/26","communities":["big"]}]}"#,
                "spec.prefixAdvertisements[0].communities[0]: expected a community such as 65001:100 or 65001:100:1, or "
                    + "the name of one, found \"big\""
            ),
            (
                #"{"prefixAdvertisements":[{"cidr":"10.0.0.0/26"}]}"#,
                "spec.prefixAdvertisements[0].communities: expected at least one community, found nothing"
            ),
            (
                #"{"ignoredInterfaces":["*"]}"#,
                "spec.ignoredInterfaces[0]: expected an interface's name, also with '*' for some of its letters, found "
                    + "\"*\""
            ),
            (#"{"nodeToNodeMesh":true}"#, "spec.nodeToNodeMesh: unknown field, did you mean nodeToNodeMeshEnabled?"),
        ])
    func refused(_ text: String, _ message: String) throws {
        #expect(refusal(try Self.read(text)) == message)
    }

    @Test("There is one configuration, and no other name would be looked at") func name() throws {
        #expect(
            refusal(try manifest("BGPConfiguration", "{}", metadata: #"{"name":"node.master"}"#))
                == "metadata.name: expected default, found \"node.master\": there is one BGPConfiguration, a node's own "
                + "settings stand in its Node")
    }

    @Test("The marks of an advertisement are looked up") func communities() throws {
        let configuration = try BGPConfiguration(
            try Self.read(
                #"{"communities":[{"name":"big","value":"1:2:3"}],"prefixAdvertisements":[{"cidr":"10.0.0.1","#
                    + #""communities":["big","4:5"]}]}"#))
        let advertisement = try #require(configuration.prefixAdvertisements.first)
        #expect(advertisement.cidr.description == "10.0.0.1/32")
        #expect(configuration.communities(of: advertisement).map(\.parts) == [[1, 2, 3], [4, 5]])
    }
}
