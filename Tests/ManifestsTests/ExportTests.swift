import Addressing
import JSON
import Manifests
import Resources
import Testing

@Suite("What calicoctl and kubectl export") struct ExportTests {
    @Test("A list of pools by calicoctl") func calicoctlPools() throws {
        var first = IPPool(name: "default-ipv4-ippool", cidr: try Prefix(parsing: "10.244.0.0/16"))
        first.natOutgoing = true
        var second = IPPool(name: "default-ipv6-ippool", cidr: try Prefix(parsing: "fd00:10:244::/64"))
        second.disableBGPExport = true
        second.nodeSelector = "!has(edge) && rack in { 'a', 'b' }"
        #expect(try read("calicoctl-ippool.yaml") == [.ipPool(first), .ipPool(second)])
    }

    @Test("A list of custom resources by kubectl") func customPools() throws {
        var pool = IPPool(name: "zone-west", cidr: try Prefix(parsing: "192.168.1.0/24"), blockSize: 28)
        pool.metadata.labels = ["app.kubernetes.io/managed-by": "tigera-operator"]
        pool.metadata.annotations = ["projectcalico.org/metadata": #"{"creationTimestamp":"2026-05-14T05:58:40Z"}"#]
        pool.disabled = true
        pool.nodeSelector = #"zone == "west""#
        pool.assignmentMode = .manual
        pool.allowedUses = [.workload]
        #expect(try read("kubectl-ippools-crd.yaml") == [.ipPool(pool)])
    }

    @Test("JSON by kubectl, with managed fields and a status") func json() throws {
        var pool = IPPool(name: "default-ipv4-ippool", cidr: try Prefix(parsing: "10.244.0.0/16"))
        pool.natOutgoing = true
        #expect(try read("kubectl-ippools.json") == [.ipPool(pool)])
    }

    @Test("Nodes by calicoctl, a document for each") func nodes() throws {
        let resources = try read("calicoctl-nodes.yaml")
        #expect(resources.map(\.name) == ["master.whale.com", "node1.whale.com"])
        guard case .node(let master) = resources.first, case .node(let node) = resources.last else {
            throw Unexpected()
        }
        #expect(master.metadata.labels["route-reflector"] == "true")
        #expect(master.metadata.labels["node-role.kubernetes.io/control-plane"] == "")
        #expect(master.metadata.annotations.keys.sorted() == ["projectcalico.org/kube-labels"])
        #expect(master.bgp.ipv4Address?.description == "192.168.0.80/24")
        #expect(master.bgp.routeReflectorClusterID?.description == "244.0.0.1")
        #expect(master.addresses.map(\.type) == ["CalicoNodeIP", "InternalIP"])
        #expect(master.orchRefs.map(\.orchestrator) == ["k8s"])
        #expect(node.bgp.asNumber?.value == 65546)
        #expect(node.bgp.ipv6Address?.description == "fd00:192:168::81/64")
        #expect(node.interfaces.map(\.name) == ["ens33"])
    }

    @Test("BGP by calicoctl, two lists in one file, and what older releases print") func bgp() throws {
        let resources = try read("calicoctl-bgp.yaml")
        #expect(resources.map(\.kind) == [.bgpConfiguration, .bgpPeer, .bgpPeer, .bgpPeer])
        guard case .bgpConfiguration(let configuration) = resources[0], case .bgpPeer(let frr) = resources[1],
            case .bgpPeer(let reflectors) = resources[2], case .bgpPeer(let tor) = resources[3]
        else { throw Unexpected() }
        #expect(configuration.asNumber?.value == 63400)
        #expect(configuration.listenPort == 178)
        #expect(configuration.nodeMeshMaxRestartTime?.seconds == 120)
        #expect(configuration.ignoredInterfaces == ["eth1", "docker*"])
        let advertisement = try #require(configuration.prefixAdvertisements.first)
        #expect(configuration.communities(of: advertisement).map(\.parts) == [[63400, 300, 100], [63400, 30]])
        #expect(frr == BGPPeer(name: "2frr", peerIP: PeerAddress(try IPAddress(parsing: "172.18.0.5")), asNumber: one))
        #expect(reflectors.peerSelector == "route-reflector == 'true'")
        #expect(reflectors.peerIP == nil && reflectors.asNumber == nil)
        #expect(tor.peerIP == PeerAddress(try IPAddress(parsing: "fd00::1"), port: 1790))
        #expect(tor.maxRestartTime?.seconds == 3600)
        #expect(tor.sourceAddress == .whichever)
    }

    @Test("An array in JSON that is indented by tabs") func tabs() throws {
        let cidrs = try ["10.244.0.0/28", "10.244.1.1/32", "fd00:10:244::1/128"].map { try Prefix(parsing: $0) }
        #expect(
            try read("reservations-tabs.json")
                == [.ipReservation(IPReservation(name: "gateways", reservedCIDRs: cidrs))])
    }

    @Test("The exports have an object of every kind") func everyKind() throws {
        let kinds = Set(try Self.files.flatMap { try read($0) }.map(\.kind))
        #expect(kinds == Set(ResourceKind.allCases))
    }

    @Test("What is read is printed so that it reads as the same, as YAML and as JSON", arguments: files)
    func roundTrip(_ file: String) throws {
        let given = try read(file)
        let manifests = given.map(\.manifest)
        let yaml = try JSON.yaml(manifests)
        #expect(try resources(yaml) == given)
        // Printed once more it is the same text.
        #expect(try JSON.yaml(resources(yaml).map(\.manifest)) == yaml)
        #expect(try resources(Resource.list(given).prettyPrinted) == given)
        #expect(try resources(JSON.array(manifests).prettyPrinted) == given)
        for kind in ResourceKind.allCases {
            let some = given.filter { $0.kind == kind }
            #expect(try resources(JSON.yaml([Resource.list(some, of: kind)])) == some)
        }
    }

    static let files = [
        "calicoctl-ippool.yaml", "kubectl-ippools-crd.yaml", "kubectl-ippools.json", "calicoctl-nodes.yaml",
        "calicoctl-bgp.yaml", "reservations-tabs.json",
    ]

    private struct Unexpected: Error {}

    private var one: ASNumber { ASNumber(1) ?? .standard }

    private func read(_ file: String) throws -> [Resource] { try resources(try fixture(file), file: file) }
}
