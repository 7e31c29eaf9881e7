import JSON
import Resources
import Testing

@Suite("What manifests of all kinds have in common") struct MetadataTests {
    private static func pool(metadata: String) throws -> Document {
        try manifest("IPPool", #"{"cidr":"10.0.0.0/8"}"#, metadata: metadata)
    }

    @Test("What a server or kubectl noted is not kept, labels and other annotations are") func kept() throws {
        let resource = try Resource(
            try Self.pool(
                metadata: #"{"uid":"u","resourceVersion":"7","creationTimestamp":null,"generation":1,"managedFields":"#
                    + #"[{"manager":"kubectl"}],"selfLink":"","finalizers":["f"],"ownerReferences":[{}],"#
                    + #""deletionTimestamp":"2026-05-14T05:58:40Z","deletionGracePeriodSeconds":0,"namespace":"","#
                    + #""labels":{"b":"","example.com/a":"X_1.y"},"annotations":{"note":"kept\n","#
                    + #""kubectl.kubernetes.io/last-applied-configuration":"{}"},"name":"a.b-c.1"}"#))
        let metadata = resource.object.metadata
        #expect(metadata.labels == ["b": "", "example.com/a": "X_1.y"])
        #expect(metadata.annotations == ["note": "kept\n"])
        #expect(
            metadata.manifest.description
                == #"{"name":"a.b-c.1","labels":{"b":"","example.com/a":"X_1.y"},"annotations":{"note":"kept\n"}}"#)
        #expect(try Resource(Document(resource.manifest)) == resource)
    }

    static let nameRule =
        "metadata.name: expected an RFC 1123 subdomain (at most 253 letters a to z, digits, '-' and '.', each part of "
        + "it with a letter or digit at either end), found "

    @Test(
        "A name is an RFC 1123 subdomain, else metadata.name is named",
        arguments: [
            ("a", true), ("0", true), ("default-ipv4-ippool", true), ("node1.whale.com", true), ("a.b", true),
            ("Default", false), ("a_b", false), ("-a", false), ("a-", false), (".a", false), ("a.", false),
            ("a..b", false), ("a.-b", false), ("a b", false), ("é", false),
            (String(repeating: "a", count: 253), true), (String(repeating: "a", count: 254), false),
        ])
    func names(_ name: String, _ isTaken: Bool) throws {
        let message = refusal(try Self.pool(metadata: #"{"name":"\#(name)"}"#))
        let found = JSON.string(name.count > 58 ? "" : name).description
        #expect(isTaken ? message.isEmpty : message.hasPrefix(Self.nameRule))
        if !isTaken && name.count <= 58 { #expect(message == Self.nameRule + found) }
    }

    @Test(
        "Labels are such as selectors can name, and all of it is text",
        arguments: [
            (#"{}"#, nameRule + "nothing"), (#"{"name":7}"#, "metadata.name: expected a string, found 7"),
            (
                #"{"name":"a","labels":{"rr":true}}"#,
                "metadata.labels.rr: expected a string, found true: put it in quotes"
            ),
            (
                #"{"name":"a","labels":{"a/b/c":"x"}}"#,
                "metadata.labels[\"a/b/c\"]: expected a label's name (at most 63 letters, digits, '-', '_' and '.', a "
                    + "letter or digit at either end; before it there may be a subdomain and '/')"
            ),
            (
                #"{"name":"a","labels":{"a":"b c"}}"#,
                "metadata.labels.a: expected a label's value (at most 63 letters, digits, '-', '_' and '.', a letter or "
                    + "digit at either end, or nothing at all), found \"b c\""
            ),
            (
                #"{"name":"a","annotations":{"a":1}}"#,
                "metadata.annotations.a: expected a string, found 1: put it in quotes"
            ),
            (
                #"{"name":"a","namespace":"x"}"#,
                "metadata.namespace: expected nothing, found \"x\": these objects are the whole cluster's"
            ),
            (
                #"{"generateName":"a-"}"#,
                "metadata.generateName: expected nothing, found \"a-\": an object needs a name of its own"
            ),
            (#"{"name":"a","label":{}}"#, "metadata.label: unknown field, did you mean labels?"),
            (#"[]"#, "metadata: expected an object, found []"),
        ])
    func refused(_ metadata: String, _ message: String) throws {
        #expect(refusal(try Self.pool(metadata: metadata)) == message)
    }

    @Test(
        "A manifest that is none of Calico's is refused",
        arguments: [
            ("7", "expected an object, found 7"),
            (
                #"{"kind":"IPPool"}"#,
                "apiVersion: expected projectcalico.org/v3 or crd.projectcalico.org/v1, found nothing"
            ),
            (
                #"{"apiVersion":"projectcalico.org/v1","kind":"IPPool"}"#,
                "apiVersion: expected projectcalico.org/v3 or crd.projectcalico.org/v1, found \"projectcalico.org/v1\""
            ),
            (
                #"{"apiVersion":"v1","kind":"Node"}"#,
                "apiVersion: expected projectcalico.org/v3 or crd.projectcalico.org/v1, found \"v1\": this is "
                    + "Kubernetes's object, `calicoctl get node -o yaml` prints Calico's"
            ),
            (
                #"{"apiVersion":"projectcalico.org/v3","kind":"FelixConfiguration"}"#,
                "kind: expected IPPool, IPReservation, Node, BGPConfiguration, BGPPeer, found \"FelixConfiguration\""
            ),
            (
                #"{"apiVersion":"projectcalico.org/v3","kind":"IPPool","metadata":{"name":"a"},"sepc":{}}"#,
                "sepc: unknown field, did you mean spec?"
            ),
        ])
    func strangers(_ text: String, _ message: String) throws {
        #expect(refusal(Document(try JSON.parse(Array(text.utf8)))) == message)
    }

    @Test("A status is not kept, but a node that encrypts its traffic is refused") func status() throws {
        func node(_ status: String) throws -> Document {
            let text =
                #"{"apiVersion":"projectcalico.org/v3","kind":"Node","metadata":{"name":"a"},"status":\#(status)}"#
            return Document(try JSON.parse(Array(text.utf8)))
        }
        #expect(try Resource(try node(#"{"podCIDRs":["10.0.0.0/24"]}"#)) == .node(Node(name: "a")))
        #expect(
            refusal(try node(#"{"wireguardPublicKey":"jlkVyQ="}"#))
                == "status.wireguardPublicKey: expected nothing, found \"jlkVyQ=\": Martlet does not encrypt")
    }

    @Test("A manifest of another kind is not read as one's own") func kinds() throws {
        let error = #expect(throws: ManifestError.self) { try IPPool(try manifest("Node", "{}")) }
        #expect(error?.description == "kind: expected IPPool, found \"Node\"")
    }
}
