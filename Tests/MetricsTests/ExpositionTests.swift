import Metrics
import Testing

@Suite("Metrics as text")
struct ExpositionTests {
    private static let plain = Measure(.gauge, "up", "Whether it is up.")
    private static let labelled = Measure(
        .counter, "seen_total", "What was\nseen \\ heard.", labels: ["what", "where"])
    private static let sizes = Measure(.histogram, "size_seconds", "Sizes.", labels: ["what"])

    @Test("a value stands below its help and its type")
    func plain() {
        var page = Exposition()
        page.add(Self.plain, 1)
        #expect(page.text == "# HELP up Whether it is up.\n# TYPE up gauge\nup 1\n")
    }

    @Test("line ends, quotes and backslashes are escaped where the format wants it")
    func escapes() throws {
        var page = Exposition()
        page.add(Self.labelled, [Sample("a\"b\\c\nd", "ü", value: 3)])
        #expect(
            page.text == """
                # HELP seen_total What was\\nseen \\\\ heard.
                # TYPE seen_total counter
                seen_total{what="a\\"b\\\\c\\nd",where="ü"} 3

                """)
        let read = try PrometheusPage(page.text)
        #expect(read.value("seen_total", ["what": "a\"b\\c\nd", "where": "ü"]) == 3)
    }

    @Test(
        "numbers are written as Go reads them",
        arguments: [
            (0.5, "0.5"), (-3, "-3"), (.infinity, "+Inf"), (1e30, "1e+30"), (1_764_000_000, "1764000000"),
        ])
    func numbers(value: Double, text: String) {
        var page = Exposition()
        page.add(Self.plain, value)
        #expect(page.text.hasSuffix("\nup \(text)\n"))
    }

    @Test("what has no values is not there")
    func nothing() {
        var page = Exposition()
        page.add(Self.labelled, [Sample<Double>]())
        #expect(page.text.isEmpty)
    }

    @Test("a histogram counts up from bound to bound, and a value on a bound is below it")
    func histogram() throws {
        var histogram = Histogram([0.5, 1])
        for value in [0.1, 0.5, 0.75, 7] { histogram.observe(value) }
        var page = Exposition()
        page.add(Self.sizes, [Sample("x", value: histogram)])
        #expect(
            page.text == """
                # HELP size_seconds Sizes.
                # TYPE size_seconds histogram
                size_seconds_bucket{what="x",le="0.5"} 2
                size_seconds_bucket{what="x",le="1"} 3
                size_seconds_bucket{what="x",le="+Inf"} 4
                size_seconds_sum{what="x"} 8.35
                size_seconds_count{what="x"} 4

                """)
        #expect(try PrometheusPage(page.text).value("size_seconds_bucket", ["what": "x", "le": "1"]) == 3)
    }
}
