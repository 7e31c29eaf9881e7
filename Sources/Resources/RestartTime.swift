import JSON

/// How long a BGP peer waits for the other to come back: 1 to 4095 whole seconds, as RFC 4724 has it.
package struct RestartTime: Hashable, Sendable, CustomStringConvertible {
    /// The time.
    package let seconds: Int

    /// Takes a time; nil for one that does not fit into the protocol's twelve bits, and for none.
    package init?(seconds: Int) {
        guard (1...4095).contains(seconds) else { return nil }
        self.seconds = seconds
    }

    /// Reads a duration as Go writes it: hours, minutes and seconds, such as `2m0s` or `120s`.
    package init?(parsing text: String) {
        var rest = text[...]
        var seconds = 0
        // In Go the units may come in any order and more than once.
        while !rest.isEmpty {
            let digits = rest.prefix { $0 >= "0" && $0 <= "9" }
            rest = rest[digits.endIndex...]
            guard let count = Int(digits), count <= 4095 else { return nil }
            switch rest.popFirst() {
            case "h": seconds += count * 3600
            // `ms` is a unit of its own, and too small a one.
            case "m" where rest.first != "s": seconds += count * 60
            case "s": seconds += count
            default: return nil
            }
        }
        self.init(seconds: seconds)
    }

    /// The time as Go writes it, `2m0s`.
    package var description: String {
        let (minutes, rest) = seconds.quotientAndRemainder(dividingBy: 60)
        if minutes == 0 { return "\(rest)s" }
        return minutes < 60 ? "\(minutes)m\(rest)s" : "\(minutes / 60)h\(minutes % 60)m\(rest)s"
    }

    /// As a manifest has it.
    package var manifest: JSON { .string(description) }
}

extension Fields {
    func restartTime(_ name: String) throws(ManifestError) -> RestartTime? {
        try value(
            name, expected: "a time of whole seconds such as 120s or 2m0s, from 1s to 1h8m15s",
            RestartTime.init(parsing:))
    }
}
