import Testing

@Suite("Manifests of BGP peers") struct BGPPeerTests {
    @Test(
        "A peer is taken by its address or by a selector",
        arguments: [
            (
                #"{"peerIP":"192.0.2.1","asNumber":64567}"#,
                #"{"peerIP":"192.0.2.1","asNumber":64567}"#
            ),
            (
                #"{"node":"rack1-host1","peerIP":"192.0.2.1:1790","asNumber":"65001","keepOriginalNextHop":true}"#,
                #"{"node":"rack1-host1","peerIP":"192.0.2.1:1790","asNumber":65001,"keepOriginalNextHop":true}"#
            ),
            (
                #"{"nodeSelector":"rack == 'a'","peerIP":"[fd00::1]:1790","asNumber":4294967295,"#
                    + #""sourceAddress":"None","maxRestartTime":"90s","numAllowedLocalASNumbers":1,"ttlSecurity":2}"#,
                #"{"nodeSelector":"rack == 'a'","peerIP":"[fd00::1]:1790","asNumber":4294967295,"#
                    + #""sourceAddress":"None","maxRestartTime":"1m30s","numAllowedLocalASNumbers":1,"ttlSecurity":2}"#
            ),
            (
                #"{"nodeSelector":"all()","peerSelector":"has(rr)","asNumber":0,"peerIP":"","node":"","#
                    + #""keepOriginalNextHop":false,"filters":[],"nextHopMode":"Auto","reversePeering":"Auto","#
                    + #""password":{},"sourceAddress":"UseNodeIP"}"#,
                #"{"nodeSelector":"all()","peerSelector":"has(rr)","sourceAddress":"UseNodeIP"}"#
            ),
            (#"{"peerIP":"fd00::1","asNumber":1}"#, #"{"peerIP":"fd00::1","asNumber":1}"#),
        ])
    func taken(_ text: String, _ printed: String) throws {
        #expect(try spec("BGPPeer", text) == printed)
    }

    @Test(
        "What excludes each other, and what Martlet does not carry out, is refused",
        arguments: [
            (
                #"{"node":"n","nodeSelector":"all()","peerSelector":"all()"}"#,
                "spec.node: expected nothing beside nodeSelector, found \"n\""
            ),
            (
                #"{"peerIP":"192.0.2.1","peerSelector":"all()"}"#,
                "spec.peerIP: expected nothing beside peerSelector, found \"192.0.2.1\""
            ),
            (
                #"{"asNumber":1,"peerSelector":"all()"}"#,
                "spec.asNumber: expected nothing beside peerSelector, found 1: nodes have numbers of their own"
            ),
            (#"{"peerIP":"192.0.2.1"}"#, "spec.asNumber: expected the peer's AS number, found nothing"),
            (#"{"peerIP":"192.0.2.1","asNumber":0}"#, "spec.asNumber: expected the peer's AS number, found 0"),
            (#"{"asNumber":1}"#, "spec.peerIP: expected an address, or a peerSelector beside it, found nothing"),
            (
                #"{"peerIP":"192.0.2.1:0","asNumber":1}"#,
                "spec.peerIP: expected an address, also with a port such as 192.0.2.1:1790 or [fd00::1]:1790, found "
                    + "\"192.0.2.1:0\": what follows the address is no port"
            ),
            (
                #"{"peerIP":"[fd00::1]","asNumber":1}"#,
                "spec.peerIP: expected an address, also with a port such as 192.0.2.1:1790 or [fd00::1]:1790, found "
                    + "\"[fd00::1]\": what follows the address is no port"
            ),
            (
                #"{"peerIP":"tor","asNumber":1}"#,
                "spec.peerIP: expected an IP address such as 10.244.0.1 or fd00::1, found \"tor\": unexpected 't' at "
                    + "position 1"
            ),
            (
                #"{"peerIP":"192.0.2.1","asNumber":1.10}"#,
                "spec.asNumber: expected an AS number from 1 to 4294967295, or one in dots and quotes such as "
                    + "\"1.10\", found 1.10"
            ),
            (
                #"{"peerIP":"192.0.2.1","asNumber":1,"password":{"secretKeyRef":{"name":"s","key":"k"}}}"#,
                "spec.password.secretKeyRef: expected nothing, found {\"name\":\"s\",\"key\":\"k\"}: Martlet does not "
                    + "read Kubernetes secrets, the agent takes passwords from a file on the node"
            ),
            (
                #"{"peerSelector":"all()","filters":["f"]}"#,
                "spec.filters: expected nothing, found [\"f\"]: Martlet has no BGPFilter, it announces blocks and takes "
                    + "blocks"
            ),
            (
                #"{"peerSelector":"all()","nextHopMode":"Self"}"#,
                "spec.nextHopMode: expected Auto, found \"Self\": keepOriginalNextHop is what Martlet has"
            ),
            (
                #"{"peerSelector":"all()","reversePeering":"Manual"}"#,
                "spec.reversePeering: expected Auto, found \"Manual\": Martlet makes both ends of a peering among nodes"
            ),
            (
                #"{"localWorkloadSelector":"all()"}"#,
                "spec.localWorkloadSelector: expected nothing, found \"all()\": Martlet does not peer with pods"
            ),
            (
                #"{"peerSelector":"all()","localASNumber":7}"#,
                "spec.localASNumber: expected nothing, found 7: a node's number stands in its Node"
            ),
            (
                #"{"peerSelector":"all()","keepaliveTime":"10s"}"#,
                "spec.keepaliveTime: expected nothing, found \"10s\": BIRD's own is used"
            ),
            (
                #"{"peerIP":"192.0.2.1","asNumber":1,"reachableBy":"192.0.2.9"}"#,
                "spec.reachableBy: expected nothing, found \"192.0.2.9\": Martlet adds no routes to peers"
            ),
            (
                #"{"peerSelector":"has(rr"}"#,
                "spec.peerSelector: the selector's column 7: expected ), found the end"
            ),
            (
                #"{"peerSelector":"all()","nodeSelector":"rr"}"#,
                "spec.nodeSelector: the selector's column 3: expected ==, !=, in, not in, contains, starts with or "
                    + "ends with, found the end"
            ),
            (
                #"{"peerSelector":"all()","sourceAddress":"NodeIP"}"#,
                "spec.sourceAddress: expected UseNodeIP or None, found \"NodeIP\""
            ),
            (
                #"{"peerSelector":"all()","maxRestartTime":"4096s"}"#,
                "spec.maxRestartTime: expected a time of whole seconds such as 120s or 2m0s, from 1s to 1h8m15s, found "
                    + "\"4096s\""
            ),
            (
                #"{"peerSelector":"all()","ttlSecurity":0}"#,
                "spec.ttlSecurity: expected a whole number from 1 to 255, found 0"
            ),
            (#"{"peerSelector":"all()","peerIp":"192.0.2.1"}"#, "spec.peerIp: unknown field, did you mean peerIP?"),
            (
                #"{"peerSelector":"all()","node":"Rack_1"}"#,
                "spec.node: expected a node's name, an RFC 1123 subdomain (at most 253 letters a to z, digits, '-' and "
                    + "'.', each part of it with a letter or digit at either end), found \"Rack_1\""
            ),
        ])
    func refused(_ text: String, _ message: String) throws {
        #expect(refusal(try manifest("BGPPeer", text)) == message)
    }
}
