import Glibc
internal import Logging

/// One event, ready to be written in the form of any sink.
struct Line {
    /// A piece of metadata.
    struct Field {
        let key: String
        let value: String
    }

    let time: timespec
    let level: Logger.Level
    let label: String
    let fields: [Field]
    /// The message and all fields, in printable characters only.
    let text: String

    /// An event of this moment.
    init(_ level: Logger.Level, _ label: String, _ message: String, fields: [Field]) {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        time = now
        self.level = level
        self.label = label
        self.fields = fields
        var text = ""
        text.appendPrintable(message)
        for field in fields {
            text += " "
            text.appendPrintable(field.key)
            text += "="
            text.appendValue(field.value)
        }
        self.text = text
    }

    /// `2026-11-23T00:31:41.358Z notice martlet: leased address address=10.0.0.7`, with its end of line.
    var bytes: [UInt8] {
        Array("\(Timestamp(time).text(separator: ":"))Z \(level.rawValue) \(label): \(text)\n".utf8)
    }
}

extension String {
    /// A value as it stands where it is one plain word, else in quotes.
    fileprivate mutating func appendValue(_ value: String) {
        let isPlain = !value.isEmpty && value.unicodeScalars.allSatisfy { !$0.breaksWord }
        if isPlain {
            self += value
        } else {
            self += "\""
            for scalar in value.unicodeScalars {
                if scalar == "\"" || scalar == "\\" { self += "\\" }
                appendPrintable(scalar)
            }
            self += "\""
        }
    }

    fileprivate mutating func appendPrintable(_ text: String) {
        for scalar in text.unicodeScalars { appendPrintable(scalar) }
    }

    private mutating func appendPrintable(_ scalar: Unicode.Scalar) {
        guard scalar.breaksLine else {
            unicodeScalars.append(scalar)
            return
        }
        switch scalar {
        case "\n": self += "\\n"
        case "\r": self += "\\r"
        case "\t": self += "\\t"
        default:
            let digits = String(scalar.value, radix: 16)
            self += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }
    }
}

extension Unicode.Scalar {
    /// Controls of both sets (a terminal obeys the second set, too) and Unicode's own line and paragraph ends.
    fileprivate var breaksLine: Bool {
        switch value {
        case 0...0x1F, 0x7F...0x9F, 0x2028, 0x2029: true
        default: false
        }
    }

    fileprivate var breaksWord: Bool {
        breaksLine || self == " " || self == "\"" || self == "=" || self == "\\"
    }
}
