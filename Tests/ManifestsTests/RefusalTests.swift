import Manifests
import Resources
import Testing

@Suite("Files that are refused") struct RefusalTests {
    private static let head = "apiVersion: projectcalico.org/v3\nkind: IPPool\nmetadata:\n  name: a\nspec:\n"

    @Test(
        "A mistake in a manifest is told with file, line and column",
        arguments: [
            (
                head + "  cidr: 10.0.0.0/8\n  vxlanMode: Always\n",
                "f.yaml:7:14: spec.vxlanMode: expected Never, found \"Always\": Martlet does not encapsulate"
            ),
            (
                head + "  cidr: 10.0.0.0/8\n  vxlanmode: Never\n",
                "f.yaml:7:3: spec.vxlanmode: unknown field, did you mean vxlanMode?"
            ),
            (
                head + "  blockSize: 26\n",
                "f.yaml:6:3: spec.cidr: expected a prefix such as 10.244.0.0/16 or fd00::/48, found nothing"
            ),
            (
                head + "  cidr: 10.0.0.0/8\n  disabled: yes\n",
                "f.yaml:7:13: spec.disabled: expected true or false, found \"yes\""
            ),
            (
                head + "  cidr: 10.0.0.0/8\n  blockSize: 026\n",
                "f.yaml:7:14: spec.blockSize: expected a whole number without zeros in front, found \"026\""
            ),
            (
                head + "  cidr: 10.0.0.0/8\n  blockSize: 0x1A\n",
                "f.yaml:7:14: spec.blockSize: expected a whole number without zeros in front, found \"0x1A\""
            ),
            (
                head + "  cidr: 10.0.0.0/8\n  allowedUses:\n  - Workload\n  - LoadBalancer\n",
                "f.yaml:9:5: spec.allowedUses[1]: expected Workload or Tunnel, found \"LoadBalancer\": Martlet gives "
                    + "addresses to pods alone"
            ),
            (
                "{\n\t\"apiVersion\": \"projectcalico.org/v3\",\n\t\"kind\": \"IPReservation\",\n\t\"metadata\": {\"name\": "
                    + "\"a\"},\n\t\"spec\": {\n\t\t\"reservedCIDRs\": [\"10.0.0.1\", 5]\n\t}\n}\n",
                "f.yaml:6:33: spec.reservedCIDRs[1]: expected a string, found 5"
            ),
            (
                "kind: List\napiVersion: v1\nitems:\n- apiVersion: projectcalico.org/v3\n  kind: Node\n  metadata:\n"
                    + "    name: Node1\n",
                "f.yaml:7:11: metadata.name: expected an RFC 1123 subdomain (at most 253 letters a to z, digits, '-' and "
                    + "'.', each part of it with a letter or digit at either end), found \"Node1\""
            ),
            (
                head + "  cidr: 10.0.0.0/8\n---\napiVersion: projectcalico.org/v3\nkind: BGPPeer\nmetadata: {name: p}\n"
                    + "spec: {password: {secretKeyRef: {name: s, key: k}}, peerSelector: all()}\n",
                "f.yaml:11:33: spec.password.secretKeyRef: expected nothing, found {\"name\":\"s\",\"key\":\"k\"}: Martlet "
                    + "does not read Kubernetes secrets, the agent takes passwords from a file on the node"
            ),
            (
                "apiVersion: projectcalico.org/v3\nkind: Node\nmetadata:\n  name: n\n  labels:\n    rr: true\n",
                "f.yaml:6:9: metadata.labels.rr: expected a string, found true: put it in quotes"
            ),
            (
                "apiVersion: projectcalico.org/v3\nkind: Node\nmetadata:\n  name: n\nspec:\n  bgp:\n    asNumber: 1.10\n",
                "f.yaml:7:15: spec.bgp.asNumber: expected an AS number from 1 to 4294967295, or one in dots and quotes "
                    + "such as \"1.10\", found 1.10"
            ),
        ] as [(String, String)])
    func mistakes(_ text: String, _ message: String) {
        #expect(refusal(text) == message)
    }

    @Test(
        "What is no manifest is refused where it stands",
        arguments: [
            ("hello\n", "f.yaml:1:1: expected an object with apiVersion, kind, metadata and spec, found \"hello\""),
            ("- 5\n", "f.yaml:1:3: expected an object with apiVersion, kind, metadata and spec, found 5"),
            ("-\n", "f.yaml:1:2: expected an object with apiVersion, kind, metadata and spec, found null"),
            (
                "# a comment\nkind: IPPool\n",
                "f.yaml:2:1: apiVersion: expected projectcalico.org/v3 or crd.projectcalico.org/v1, found nothing"
            ),
            (
                "apiVersion: projectcalico.org/v1\nkind: IPPool\n",
                "f.yaml:1:13: apiVersion: expected projectcalico.org/v3 or crd.projectcalico.org/v1, found "
                    + "\"projectcalico.org/v1\""
            ),
            (
                "kind: Node\napiVersion: v1\n",
                "f.yaml:2:13: apiVersion: expected projectcalico.org/v3 or crd.projectcalico.org/v1, found \"v1\": this "
                    + "is Kubernetes's object, `calicoctl get node -o yaml` prints Calico's"
            ),
            (
                "apiVersion: projectcalico.org/v3\nkind: FelixConfiguration\n",
                "f.yaml:2:7: kind: expected IPPool, IPReservation, Node, BGPConfiguration, BGPPeer, found "
                    + "\"FelixConfiguration\""
            ),
            ("apiVersion: v2\nkind: List\nitems: []\n", "f.yaml:1:13: apiVersion: expected v1, found \"v2\""),
            ("apiVersion: v1\nkind: List\n", "f.yaml:1:1: items: expected an array, found nothing"),
            ("apiVersion: v1\nkind: List\nitems: {}\n", "f.yaml:3:8: items: expected an array, found {}"),
            (
                "apiVersion: v1\nkind: List\nitems: []\nspec: {}\n",
                "f.yaml:4:1: spec: unknown field, expected one of apiVersion, kind, metadata, items"
            ),
        ] as [(String, String)])
    func strangers(_ text: String, _ message: String) {
        #expect(refusal(text) == message)
    }

    @Test(
        "What is no YAML is refused with line and column",
        arguments: [
            ("a: b: c\n", "f.yaml:1:5: mapping values are not allowed in this context"),
            (
                "a: [\nb\n",
                "f.yaml:3:1: did not find expected ',' or ']' while parsing a flow sequence that begins in "
                    + "line 1, column 4"
            ),
            (
                "a: 1\n\tb: 2\n",
                "f.yaml:2:1: found a tab character that violates indentation while scanning a plain "
                    + "scalar that begins in line 1, column 4"
            ),
            ("a: 1\nb: 2\na: 3\n", "f.yaml:1:1: an object has more than one value for \"a\""),
            (
                "{\n  \"x\": {\n    \"a\": 1,\n    \"a\": 2\n  }\n}\n",
                "f.yaml:3:5: an object has more than one value for \"a\""
            ),
            ("a: 1\nb: \"\u{7}\"\n", "f.yaml:2:5: control characters are not allowed"),
            ("é: 1\r\nb: é\u{7}\r\n", "f.yaml:2:5: control characters are not allowed"),
            ("? [a]\n: 1\n", "f.yaml:1:3: a name must be a text"),
            (
                "nodeSelector: !all()\n",
                "f.yaml:1:15: the tag !all() is not taken, put a text that begins with '!' in quotes"
            ),
            (
                "a: !!binary aGVsbG8=\n",
                "f.yaml:1:4: the tag tag:yaml.org,2002:binary is not taken, put a text that begins with '!' in quotes"
            ),
            (
                "a: !!set {b}\n",
                "f.yaml:1:4: the tag tag:yaml.org,2002:set is not taken, put a text that begins with '!' in quotes"
            ),
            ("a: &x 1\nb: *x\n", "f.yaml:2:4: an alias is not taken, write its value out"),
            ("b: *x\n", "f.yaml:1:4: found undefined alias"),
        ] as [(String, String)])
    func syntax(_ text: String, _ message: String) {
        #expect(refusal(text) == message)
    }

    @Test(
        "What breaks a line for some readers and not for others is refused, unless it is written in digits",
        arguments: ["\u{85}", "\u{2028}", "\u{2029}"])
    func lineBreaks(_ character: String) {
        #expect(
            refusal("a: 1\nb: \"x\(character)y\"\n")
                == "f.yaml:2:6: U+0085, U+2028 and U+2029 are taken only as \\u in quotes")
        #expect(!refusal("b: \"é€ \\u2028\"\n").contains("U+"))
    }

    @Test("Bytes that are not UTF-8 are refused where they stand") func encoding() {
        #expect(refusal(Array("a: 1\né: ".utf8) + [0xFF, 0x0A]) == "f.yaml:2:4: expected UTF-8")
        #expect(refusal([0xFE, 0xFF, 0x00, 0x61]) == "f.yaml:1:1: expected UTF-8")
    }
}
