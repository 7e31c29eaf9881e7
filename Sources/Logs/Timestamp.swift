import Glibc

/// A moment in UTC, printed so that text order is time order.
struct Timestamp {
    private let parts: tm
    private let milliseconds: Int

    init(_ time: timespec) {
        var seconds = time.tv_sec
        var parts = tm()
        gmtime_r(&seconds, &parts)
        self.parts = parts
        milliseconds = time.tv_nsec / 1_000_000
    }

    /// `2026-11-23T00:31:41.358`, with the separator between hours, minutes and seconds.
    func text(separator: Character) -> String {
        var text = ""
        text.append(parts.tm_year + 1900, width: 4, then: "-")
        text.append(parts.tm_mon + 1, width: 2, then: "-")
        text.append(parts.tm_mday, width: 2, then: "T")
        text.append(parts.tm_hour, width: 2, then: separator)
        text.append(parts.tm_min, width: 2, then: separator)
        text.append(parts.tm_sec, width: 2, then: ".")
        text.append(Int32(milliseconds), width: 3)
        return text
    }

    /// Whether a text has the form that `text(separator:)` prints.
    static func isTimestamp(_ text: Substring, separator: Character) -> Bool {
        let form = "0000-00-00T00\(separator)00\(separator)00.000"
        return text.utf8.count == form.utf8.count
            && zip(text.utf8, form.utf8).allSatisfy { found, wanted in
                wanted == UInt8(ascii: "0") ? (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(found) : found == wanted
            }
    }
}

extension String {
    fileprivate mutating func append(_ number: Int32, width: Int, then separator: Character? = nil) {
        let digits = String(number)
        for _ in 0..<max(0, width - digits.utf8.count) { append("0") }
        append(digits)
        if let separator { append(separator) }
    }
}
