import Glibc

/// Points in time, for people.
enum Time {
    /// UTC as in RFC 3339, to the second.
    static func text(_ secondsSince1970: Int) -> String { text(secondsSince1970, "%Y-%m-%dT%H:%M:%SZ") }

    /// The same for names of files.
    static func compactText(_ secondsSince1970: Int) -> String { text(secondsSince1970, "%Y%m%dT%H%M%SZ") }

    private static func text(_ secondsSince1970: Int, _ form: String) -> String {
        var seconds = time_t(secondsSince1970)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 32) { space in
            guard let start = space.baseAddress, strftime(start, 32, form, &parts) > 0 else {
                return String(secondsSince1970)
            }
            return String(cString: start)
        }
    }
}
