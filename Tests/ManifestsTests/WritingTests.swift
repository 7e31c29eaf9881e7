import Addressing
import JSON
import Manifests
import Resources
import Testing

@Suite("Writing YAML and JSON") struct WritingTests {
    private func pool() throws -> IPPool {
        var pool = IPPool(name: "default-ipv4-ippool", cidr: try Prefix(parsing: "10.244.0.0/16"))
        pool.natOutgoing = true
        pool.metadata.labels = ["rr": "true", "zone": "west", "empty": ""]
        pool.metadata.annotations = ["note": "two\nlines\n"]
        return pool
    }

    @Test("YAML looks as kubectl's does") func yaml() throws {
        #expect(
            try JSON.yaml([pool().manifest]) == """
                apiVersion: projectcalico.org/v3
                kind: IPPool
                metadata:
                  name: default-ipv4-ippool
                  labels:
                    empty: ""
                    rr: "true"
                    zone: west
                  annotations:
                    note: |
                      two
                      lines
                spec:
                  cidr: 10.244.0.0/16
                  blockSize: 26
                  ipipMode: Never
                  vxlanMode: Never
                  natOutgoing: true
                  nodeSelector: all()
                  assignmentMode: Automatic
                  allowedUses:
                  - Workload
                  - Tunnel

                """)
    }

    @Test("Several documents stand apart, a list is one") func several() throws {
        #expect(try JSON.yaml([["a": 1], ["b": "1:30"]]) == "---\na: 1\n---\nb: \"1:30\"\n")
        #expect(try JSON.yaml([]).isEmpty)
        #expect(
            try JSON.yaml([Resource.list([], of: .node)])
                == "apiVersion: projectcalico.org/v3\nkind: NodeList\nitems: []\n")
    }

    @Test("JSON is indented by two blanks") func json() throws {
        let text = (["a": [1, ["b": "x\"y"], .array([]), .object([])], "c": .null] as JSON).prettyPrinted
        #expect(
            text == """
                {
                  "a": [
                    1,
                    {
                      "b": "x\\"y"
                    },
                    [],
                    {}
                  ],
                  "c": null
                }

                """)
    }
}
