import Addressing
import JSON
import Resources
import Testing

@Suite("Kinds of resources") struct ResourceKindTests {
    @Test(
        "A kind is known by all words that calicoctl takes, in letters of either case",
        arguments: [
            (
                ResourceKind.ipPool, "IPPool", "ippools",
                ["ippool", "ippools", "ipp", "ipps", "pool", "pools", "IPPool"]
            ),
            (
                .ipReservation, "IPReservation", "ipreservations",
                ["ipreservation", "ipreservations", "reservation", "reservations", "IPReservations"]
            ),
            (.node, "Node", "nodes", ["node", "nodes", "no", "nos", "Node"]),
            (
                .bgpConfiguration, "BGPConfiguration", "bgpconfigurations",
                ["bgpconfiguration", "bgpconfigurations", "bgpconfig", "bgpconfigs", "BGPConfiguration"]
            ),
            (.bgpPeer, "BGPPeer", "bgppeers", ["bgppeer", "bgppeers", "bgpp", "bgpps", "bp", "bps", "BGPPEER"]),
        ] as [(ResourceKind, String, String, [String])])
    func aliases(_ kind: ResourceKind, _ name: String, _ plural: String, _ words: [String]) {
        #expect(kind.name == name)
        #expect(kind.plural == plural)
        for word in words { #expect(ResourceKind(alias: word) == kind) }
    }

    @Test("No word means two kinds, and an unknown one means none") func words() {
        let words = ResourceKind.allCases.flatMap(\.aliases)
        #expect(Set(words).count == words.count)
        #expect(ResourceKind.allCases.allSatisfy { $0.aliases.contains($0.plural) })
        #expect(ResourceKind(alias: "felixconfig") == nil)
        #expect(ResourceKind(alias: "") == nil)
    }

    @Test(
        "Every kind has its case of Resource, and its manifest reads back as it was", arguments: ResourceKind.allCases)
    func everyKind(_ kind: ResourceKind) throws {
        let resource = try Self.sample(kind)
        #expect(resource.kind == kind)
        #expect(resource.manifest["kind"] == .string(kind.name))
        #expect(try Resource(Document(resource.manifest)) == resource)
        #expect(type(of: resource.object).kind == kind)
        let list = Resource.list([resource], of: kind)
        #expect(list["kind"] == .string(kind.name + "List"))
        #expect(list["apiVersion"] == "projectcalico.org/v3")
        #expect(list["items"] == [resource.manifest])
    }

    @Test("A manifest has its members in the usual order") func order() throws {
        var pool = IPPool(name: "a", cidr: try Prefix(parsing: "10.0.0.0/26"))
        pool.metadata.labels = ["z": "1", "a": "2"]
        guard case .object(let members) = pool.manifest else { throw NoObject() }
        #expect(members.map(\.name) == ["apiVersion", "kind", "metadata", "spec"])
        #expect(pool.manifest["metadata"]?.description == #"{"name":"a","labels":{"a":"2","z":"1"}}"#)
        #expect(Resource.list([.ipPool(pool)])["kind"] == "List")
        #expect(Resource.list([.ipPool(pool)])["apiVersion"] == "v1")
    }

    private struct NoObject: Error {}

    private static func sample(_ kind: ResourceKind) throws -> Resource {
        switch kind {
        case .ipPool: return .ipPool(IPPool(name: "pool", cidr: try Prefix(parsing: "fd00::/64")))
        case .ipReservation:
            return .ipReservation(IPReservation(name: "r", reservedCIDRs: [try Prefix(parsing: "10.0.0.0/28")]))
        case .node:
            var node = Node(name: "node1.whale.com")
            node.bgp.asNumber = ASNumber(parsing: "65001")
            return .node(node)
        case .bgpConfiguration: return .bgpConfiguration(BGPConfiguration())
        case .bgpPeer:
            let address = PeerAddress(try IPAddress(parsing: "192.0.2.1"))
            return .bgpPeer(BGPPeer(name: "tor", peerIP: address, asNumber: .standard))
        }
    }
}
