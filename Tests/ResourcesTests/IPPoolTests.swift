import Addressing
import IPAM
import JSON
import Resources
import Testing

@Suite("Manifests of pools") struct IPPoolTests {
    static let tail = #""nodeSelector":"all()","assignmentMode":"Automatic","allowedUses":["Workload","Tunnel"]}"#
    static let never = #""ipipMode":"Never","vxlanMode":"Never""#

    @Test(
        "A pool is taken, and printed with all that it means",
        arguments: [
            (
                #"{"cidr":"10.244.0.0/16"}"#,
                #"{"cidr":"10.244.0.0/16","blockSize":26,\#(never),"natOutgoing":false,\#(tail)"#
            ),
            (
                #"{"cidr":"fd00::/48"}"#,
                #"{"cidr":"fd00::/48","blockSize":122,\#(never),"natOutgoing":false,\#(tail)"#
            ),
            (
                #"{"cidr":"10.0.0.0/26","natOutgoing":true,"disabled":true,"disableBGPExport":true}"#,
                #"{"cidr":"10.0.0.0/26","blockSize":26,\#(never),"natOutgoing":true,"disabled":true,"#
                    + #""disableBGPExport":true,\#(tail)"#
            ),
            (
                #"{"cidr":"10.0.0.0/8","blockSize":20,"nodeSelector":"rack == \"a\"","assignmentMode":"Manual","#
                    + #""allowedUses":["Tunnel","Workload","Workload"]}"#,
                #"{"cidr":"10.0.0.0/8","blockSize":20,\#(never),"natOutgoing":false,"nodeSelector":"rack == \"a\"","#
                    + #""assignmentMode":"Manual","allowedUses":["Workload","Tunnel"]}"#
            ),
            (
                #"{"cidr":"10.0.0.0/31","blockSize":"31","allowedUses":["Workload"],"nodeSelector":""}"#,
                #"{"cidr":"10.0.0.0/31","blockSize":31,\#(never),"natOutgoing":false,"nodeSelector":"all()","#
                    + #""assignmentMode":"Automatic","allowedUses":["Workload"]}"#
            ),
            (
                #"{"cidr":"fd00::/116","blockSize":116,"ipipMode":"","vxlanMode":null,"namespaceSelector":"all()","#
                    + #""nat-outgoing":false,"ipip":{},"allowedUses":[]}"#,
                #"{"cidr":"fd00::/116","blockSize":116,\#(never),"natOutgoing":false,\#(tail)"#
            ),
        ])
    func taken(_ text: String, _ printed: String) throws {
        #expect(try spec("IPPool", text) == printed)
    }

    @Test(
        "A pool that Martlet cannot be is refused, and the field is named",
        arguments: [
            ("{}", "spec.cidr: expected a prefix such as 10.244.0.0/16 or fd00::/48, found nothing"),
            (
                #"{"cidr":"10.244.0.1/16"}"#,
                "spec.cidr: expected a prefix such as 10.244.0.0/16 or fd00::/48, found \"10.244.0.1/16\": host bits "
                    + "are set, 10.244.0.0/16 was probably meant"
            ),
            (#"{"cidr":7}"#, "spec.cidr: expected a string, found 7"),
            (
                #"{"cidr":"10.0.0.0/27"}"#,
                "spec.cidr: pool \"a\" (10.0.0.0/27) is smaller than one block of /26; use a larger cidr or a larger "
                    + "blockSize"
            ),
            (
                #"{"cidr":"169.254.0.0/16"}"#,
                "spec.cidr: pool \"a\" (169.254.0.0/16) overlaps the link-local range (169.254.0.0/16, fe80::/10), "
                    + "which pods use for their gateway"
            ),
            (
                #"{"cidr":"10.0.0.0/8","blockSize":19}"#,
                "spec.blockSize: expected a whole number from 20 to 32, found 19"
            ),
            (
                #"{"cidr":"10.0.0.0/8","blockSize":33}"#,
                "spec.blockSize: expected a whole number from 20 to 32, found 33"
            ),
            (
                #"{"cidr":"fd00::/64","blockSize":26}"#,
                "spec.blockSize: expected a whole number from 116 to 128, found 26"
            ),
            (
                #"{"cidr":"10.0.0.0/8","blockSize":"026"}"#,
                "spec.blockSize: expected a whole number without zeros in front, found \"026\""
            ),
            (
                #"{"cidr":"10.0.0.0/8","vxlanMode":"Always"}"#,
                "spec.vxlanMode: expected Never, found \"Always\": Martlet does not encapsulate"
            ),
            (
                #"{"cidr":"10.0.0.0/8","ipipMode":"CrossSubnet"}"#,
                "spec.ipipMode: expected Never, found \"CrossSubnet\": Martlet does not encapsulate"
            ),
            (
                #"{"cidr":"10.0.0.0/8","ipip":{"enabled":true}}"#,
                "spec.ipip: expected nothing, found {\"enabled\":true}: Martlet does not encapsulate"
            ),
            (
                #"{"cidr":"10.0.0.0/8","nat-outgoing":true}"#,
                "spec.nat-outgoing: expected nothing, found true: natOutgoing took its place"
            ),
            (
                #"{"cidr":"10.0.0.0/8","namespaceSelector":"team == 'x'"}"#,
                "spec.namespaceSelector: expected all(), found \"team == 'x'\": Martlet does not know the labels of "
                    + "namespaces"
            ),
            (
                #"{"cidr":"10.0.0.0/8","assignmentMode":"automatic"}"#,
                "spec.assignmentMode: expected Automatic or Manual, found \"automatic\""
            ),
            (
                #"{"cidr":"10.0.0.0/8","allowedUses":["Tunnel"]}"#,
                "spec.allowedUses: expected Workload among them, found [\"Tunnel\"]: Martlet gives addresses to pods "
                    + "alone"
            ),
            (
                #"{"cidr":"10.0.0.0/8","allowedUses":["Workload","LoadBalancer"]}"#,
                "spec.allowedUses[1]: expected Workload or Tunnel, found \"LoadBalancer\": Martlet gives addresses to "
                    + "pods alone"
            ),
            (
                #"{"cidr":"10.0.0.0/8","nodeSelector":"rack == a"}"#,
                "spec.nodeSelector: the selector's column 9: expected a value in quotes, found \"a\""
            ),
            (
                #"{"cidr":"10.0.0.0/24","blockSize":32}"#,
                "spec.blockSize: expected at most 31, found 32: the route that announces a block of one address would "
                    + "hide the pod's; 31 makes blocks of two"
            ),
            (
                #"{"cidr":"fd00::/64","blockSize":128}"#,
                "spec.blockSize: expected at most 127, found 128: the route that announces a block of one address would "
                    + "hide the pod's; 127 makes blocks of two"
            ),
            (#"{"cidr":"10.0.0.0/8","disabled":"yes"}"#, "spec.disabled: expected true or false, found \"yes\""),
        ])
    func refused(_ text: String, _ message: String) throws {
        #expect(refusal(try manifest("IPPool", text)) == message)
    }

    @Test(
        "An unknown field is named, and the one that was probably meant",
        arguments: [
            ("vxlanmode", "did you mean vxlanMode?"), ("CIDR", "did you mean cidr?"), ("cdir", "did you mean cidr?"),
            ("natOutging", "did you mean natOutgoing?"), ("disable", "did you mean disabled?"),
            ("blocksize", "did you mean blockSize?"), ("nodeSelectors", "did you mean nodeSelector?"),
            (
                "encapsulation",
                "expected one of cidr, blockSize, natOutgoing, disabled, disableBGPExport, nodeSelector, "
                    + "assignmentMode, allowedUses, ipipMode, vxlanMode, ipip, nat-outgoing, namespaceSelector"
            ),
        ])
    func unknown(_ field: String, _ help: String) throws {
        let document = try manifest("IPPool", #"{"cidr":"10.0.0.0/8","\#(field)":1}"#)
        #expect(refusal(document) == "spec.\(field): unknown field, \(help)")
    }

    @Test("The allocator's pool and the manifest's say the same") func pool() throws {
        var pool = Pool(
            name: "a", cidr: try Prefix(parsing: "10.0.0.0/24"), blockLength: 28, natOutgoing: true, disabled: true)
        pool.nodeSelector = "has(x)"
        pool.isAutomatic = false
        pool.isExported = false
        #expect(IPPool(pool).pool == pool)
        let other = Pool(name: "b", cidr: try Prefix(parsing: "fd00::/64"))
        #expect(IPPool(other) == IPPool(name: "b", cidr: other.cidr))
        #expect(IPPool(other).pool == other)
    }
}
