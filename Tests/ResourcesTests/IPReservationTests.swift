import Testing

@Suite("Manifests of reservations") struct IPReservationTests {
    @Test("Prefixes and single addresses are taken") func taken() throws {
        #expect(
            try spec("IPReservation", #"{"reservedCIDRs":["10.0.0.0/28","10.1.0.1","fd00::1","fd00::/126"]}"#)
                == #"{"reservedCIDRs":["10.0.0.0/28","10.1.0.1/32","fd00::1/128","fd00::/126"]}"#)
    }

    @Test(
        "A reservation of nothing, or of what is no address, is refused",
        arguments: [
            ("{}", "spec.reservedCIDRs: expected at least one address or prefix, found nothing"),
            (#"{"reservedCIDRs":[]}"#, "spec.reservedCIDRs: expected at least one address or prefix, found []"),
            (#"{"reservedCIDRs":"10.0.0.1"}"#, "spec.reservedCIDRs: expected an array, found \"10.0.0.1\""),
            (
                #"{"reservedCIDRs":["10.0.0.1","10.0.0.300"]}"#,
                "spec.reservedCIDRs[1]: expected an IP address such as 10.244.0.1 or fd00::1, found \"10.0.0.300\": "
                    + "octet 4 is above 255"
            ),
            (
                #"{"reservedCIDRs":["10.0.0.1/24"]}"#,
                "spec.reservedCIDRs[0]: expected a prefix such as 10.244.0.0/16 or fd00::/48, found \"10.0.0.1/24\": "
                    + "host bits are set, 10.0.0.0/24 was probably meant"
            ),
            (#"{"reservedCIDRs":[10]}"#, "spec.reservedCIDRs[0]: expected a string, found 10"),
            (#"{"reservedCIDR":["10.0.0.1"]}"#, "spec.reservedCIDR: unknown field, did you mean reservedCIDRs?"),
        ])
    func refused(_ text: String, _ message: String) throws {
        #expect(refusal(try manifest("IPReservation", text)) == message)
    }
}
