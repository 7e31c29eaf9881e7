import Testing

@Suite("Manifests of nodes") struct NodeTests {
    @Test(
        "A node is taken, with what others say of it",
        arguments: [
            ("{}", "{}"), (#"{"bgp":{}}"#, "{}"),
            (
                #"{"bgp":{"ipv4Address":"192.168.0.80/24","ipv6Address":"fd00::80/64","asNumber":"1.10","#
                    + #""routeReflectorClusterID":"244.0.0.1","ipv4IPIPTunnelAddr":""}}"#,
                #"{"bgp":{"ipv4Address":"192.168.0.80/24","ipv6Address":"fd00::80/64","asNumber":65546,"#
                    + #""routeReflectorClusterID":"244.0.0.1"}}"#
            ),
            (
                #"{"bgp":{"asNumber":65001},"addresses":[{"address":"192.168.0.80","type":"InternalIP"},"#
                    + #"{"address":"192.168.0.80/24"}],"orchRefs":[{"nodeName":"n","orchestrator":"k8s"}],"#
                    + #""interfaces":[{"name":"ens33","addresses":["192.168.0.80"]}],"wireguard":{},"#
                    + #""vxlanTunnelMACAddr":""}"#,
                #"{"bgp":{"asNumber":65001},"addresses":[{"address":"192.168.0.80","type":"InternalIP"},"#
                    + #"{"address":"192.168.0.80/24"}],"orchRefs":[{"nodeName":"n","orchestrator":"k8s"}],"#
                    + #""interfaces":[{"name":"ens33","addresses":["192.168.0.80"]}]}"#
            ),
        ])
    func taken(_ text: String, _ printed: String) throws {
        #expect(try spec("Node", text) == printed)
    }

    @Test(
        "A node that tunnels, encrypts or has no proper address is refused",
        arguments: [
            (
                #"{"bgp":{"ipv4Address":"192.168.0.80"}}"#,
                "spec.bgp.ipv4Address: expected an address with its prefix length such as 10.244.0.1/24 or "
                    + "fd00::1/64, found \"192.168.0.80\": it has no length, 192.168.0.80/32 is the address alone"
            ),
            (
                #"{"bgp":{"ipv4Address":"fd00::80/64"}}"#,
                "spec.bgp.ipv4Address: expected an IPv4 address with its prefix length, found \"fd00::80/64\""
            ),
            (
                #"{"bgp":{"ipv6Address":"10.0.0.1/24"}}"#,
                "spec.bgp.ipv6Address: expected an IPv6 address with its prefix length, found \"10.0.0.1/24\""
            ),
            (
                #"{"bgp":{"routeReflectorClusterID":"fd00::1"}}"#,
                "spec.bgp.routeReflectorClusterID: expected a number written as an IPv4 address, found \"fd00::1\""
            ),
            (
                #"{"bgp":{"asNumber":0}}"#,
                "spec.bgp.asNumber: expected an AS number from 1 to 4294967295, or one in dots and quotes such as "
                    + "\"1.10\", found 0"
            ),
            (
                #"{"bgp":{"ipv4IPIPTunnelAddr":"10.244.0.1"}}"#,
                "spec.bgp.ipv4IPIPTunnelAddr: expected nothing, found \"10.244.0.1\": Martlet has no tunnels"
            ),
            (
                #"{"ipv4VXLANTunnelAddr":"10.244.0.1"}"#,
                "spec.ipv4VXLANTunnelAddr: expected nothing, found \"10.244.0.1\": Martlet has no tunnels"
            ),
            (
                #"{"vxlanTunnelMACAddrV6":"66:01:02:03:04:05"}"#,
                "spec.vxlanTunnelMACAddrV6: expected nothing, found \"66:01:02:03:04:05\": Martlet has no tunnels"
            ),
            (
                #"{"wireguard":{"interfaceIPv4Address":"10.244.0.1"}}"#,
                "spec.wireguard: expected nothing, found {\"interfaceIPv4Address\":\"10.244.0.1\"}: Martlet does not "
                    + "encrypt"
            ),
            (#"{"bgp":{"asnumber":1}}"#, "spec.bgp.asnumber: unknown field, did you mean asNumber?"),
            (#"{"bgp":[]}"#, "spec.bgp: expected an object, found []"),
            (
                #"{"addresses":[{"type":"InternalIP"}]}"#,
                "spec.addresses[0].address: expected an address, found nothing"
            ),
            (
                #"{"orchRefs":[{"nodeName":"n"}]}"#,
                "spec.orchRefs[0].orchestrator: expected an orchestrator's name such as k8s, found nothing"
            ),
            (
                #"{"podCIDR":"10.0.0.0/24"}"#,
                "spec.podCIDR: unknown field, expected one of bgp, addresses, orchRefs, interfaces, "
                    + "ipv4VXLANTunnelAddr, vxlanTunnelMACAddr, ipv6VXLANTunnelAddr, vxlanTunnelMACAddrV6, wireguard"
            ),
        ])
    func refused(_ text: String, _ message: String) throws {
        #expect(refusal(try manifest("Node", text)) == message)
    }
}
