import Testing

@testable import BIRD

/// How long a session has been as it is, told by BIRD's own words.
@Suite struct SessionAgeTests {
    private func age(_ since: String, at now: String) throws -> Int? {
        let row = "Mesh_192_168_0_80 BGP        ---        start  \(since)  Active"
        return try #require(Session(row: row)).age(at: Daemon(version: "2.0.12", time: now))
    }

    @Test(
        "is counted over ends of minutes, days, months and years",
        arguments: [
            ("2026-11-23 03:21:02", "2026-11-23 03:21:02", 0), ("2026-11-23 03:21:02", "2026-11-23 03:22:03", 61),
            ("2026-11-23 23:59:59", "2026-11-24 00:00:01", 2), ("2026-02-28 23:59:59", "2026-03-01 00:00:00", 1),
            ("2028-02-28 00:00:00", "2028-03-01 00:00:00", 2 * 86_400),
            ("2026-12-31 23:59:00", "2027-01-01 00:01:00", 120),
        ])
    func seconds(since: String, now: String, expected: Int) throws {
        #expect(try age(since, at: now) == expected)
    }

    @Test("is 0 where the clock was set back, and unknown where times have another form")
    func odd() throws {
        #expect(try age("2026-11-23 03:21:02", at: "2026-11-23 03:20:00") == 0)
        #expect(try age("03:21:02.123 x", at: "2026-11-23 03:20:00") == nil)
    }
}
