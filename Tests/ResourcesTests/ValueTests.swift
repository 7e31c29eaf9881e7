import Resources
import Testing

@Suite("Values in manifests") struct ValueTests {
    @Test(
        "An AS number is read in digits or in dots",
        arguments: [
            ("1", 1), ("64512", 64512), ("4294967295", 4_294_967_295), ("1.10", 65546), ("0.1", 1),
            ("65535.65535", 4_294_967_295), ("0", nil), ("0.0", nil), ("4294967296", nil), ("65536.0", nil),
            ("1.65536", nil), ("1.2.3", nil), ("", nil), (".", nil), ("1.", nil), (".1", nil), ("+1", nil), ("-1", nil),
            (" 1", nil), ("AS65001", nil), ("1e3", nil), ("٣", nil),
        ] as [(String, UInt32?)])
    func asNumbers(_ text: String, _ value: UInt32?) {
        #expect(ASNumber(parsing: text)?.value == value)
    }

    @Test(
        "A restart time is read and written as Go does",
        arguments: [
            ("1s", 1, "1s"), ("59s", 59, "59s"), ("120s", 120, "2m0s"), ("2m", 120, "2m0s"), ("2m0s", 120, "2m0s"),
            ("1h", 3600, "1h0m0s"), ("1h8m15s", 4095, "1h8m15s"), ("4095s", 4095, "1h8m15s"), ("10s1m", 70, "1m10s"),
        ])
    func restartTimes(_ text: String, _ seconds: Int, _ printed: String) {
        #expect(RestartTime(parsing: text)?.seconds == seconds)
        #expect(RestartTime(parsing: text)?.description == printed)
    }

    @Test(
        "What is no restart time is not taken for one",
        arguments: [
            "", "0s", "0", "120", "4096s", "2h", "500ms", "1.5m", "-1s", "s", "1d", "1 s", "99999999999999999999s",
            "1m500ms", "1us", "4095h4095h",
        ])
    func noRestartTimes(_ text: String) {
        #expect(RestartTime(parsing: text) == nil)
    }

    @Test(
        "A community has two numbers of 16 bits or three of 32",
        arguments: [
            ("65001:100", [65001, 100]), ("0:0", [0, 0]),
            ("4294967295:0:4294967295", [4_294_967_295, 0, 4_294_967_295]),
            ("65536:1", nil), ("4294967296:1:1", nil), ("1", nil), ("1:2:3:4", nil), ("1:", nil), (":1", nil),
            ("a:b", nil), ("", nil), ("+1:2", nil),
        ] as [(String, [UInt32]?)])
    func communities(_ text: String, _ parts: [UInt32]?) {
        #expect(Community(parsing: text)?.parts == parts)
        #expect(Community(parsing: text)?.description == parts.map { _ in text })
    }
}
