import TestKit

/// A page of metrics, read as strictly as Prometheus' text format 0.0.4 says; what it leaves open is refused, too.
struct PrometheusPage: Sendable {
    /// A metric family.
    struct Family: Sendable {
        let name: String
        let help: String
        let kind: String
        var values: [Series: Double] = [:]
    }

    struct Series: Hashable, Sendable, CustomStringConvertible {
        let name: String
        let labels: [String: String]

        var description: String {
            name + "{" + labels.sorted { $0.key < $1.key }.map { "\($0.key)=\"\($0.value)\"" }.joined(separator: ",")
                + "}"
        }
    }

    private(set) var families: [String: Family] = [:]

    init(_ text: String) throws {
        guard text.hasSuffix("\n"), !text.contains("\r") else { throw Failure("lines end in LF: \(text.suffix(20))") }
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()[...]
        while let line = lines.popFirst() {
            guard let head = Self.comment("HELP", line), let type = lines.popFirst(),
                let kind = Self.comment("TYPE", type), head.name == kind.name
            else { throw Failure("expected HELP and TYPE of one metric, found: \(line)") }
            var family = Family(name: head.name, help: head.rest, kind: kind.rest)
            while let next = lines.first, !next.hasPrefix("#") {
                lines.removeFirst()
                let (series, value) = try Self.sample(next)
                guard family.owns(series.name) else { throw Failure("\(series) is none of \(head.name)'s") }
                guard family.values.updateValue(value, forKey: series) == nil else { throw Failure("twice: \(series)") }
            }
            guard families.updateValue(family, forKey: head.name) == nil else { throw Failure("twice: \(head.name)") }
            try family.check()
        }
    }

    /// The value of a series; nil where there is none.
    func value(_ name: String, _ labels: [String: String] = [:]) -> Double? {
        let stem = ["_bucket", "_sum", "_count"].first { name.hasSuffix($0) }.map { String(name.dropLast($0.count)) }
        let family = families[name] ?? stem.flatMap { families[$0] }
        return family?.values[Series(name: name, labels: labels)]
    }

    private static func comment(_ word: String, _ line: Substring) -> (name: String, rest: String)? {
        let words = line.split(separator: " ", maxSplits: 3, omittingEmptySubsequences: false)
        guard words.count == 4, words[0] == "#", words[1] == word, !words[3].isEmpty else { return nil }
        return (String(words[2]), String(words[3]))
    }

    private static func sample(_ line: Substring) throws -> (Series, Double) {
        let name = line.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
        var rest = line.dropFirst(name.count)
        var labels: [String: String] = [:]
        if rest.first == "{" {
            repeat {
                rest.removeFirst()
                let label = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
                rest = rest.dropFirst(label.count)
                guard rest.hasPrefix("=\"") else { throw Failure("expected =\" in \(line)") }
                rest = rest.dropFirst(2)
                labels[String(label)] = try quoted(&rest, line)
            } while rest.first == ","
            guard rest.first == "}" else { throw Failure("expected } in \(line)") }
            rest.removeFirst()
        }
        guard rest.first == " ", !name.isEmpty, name.first?.isNumber == false else {
            throw Failure("no sample: \(line)")
        }
        let number = rest.dropFirst()
        guard !number.contains(" "), let value = number == "+Inf" ? .infinity : Double(number) else {
            throw Failure("no number: \(line)")
        }
        return (Series(name: String(name), labels: labels), value)
    }

    private static func quoted(_ rest: inout Substring, _ line: Substring) throws -> String {
        var text = ""
        while let character = rest.popFirst() {
            switch character {
            case "\"": return text
            case "\\":
                switch rest.popFirst() {
                case "\\": text += "\\"
                case "\"": text += "\""
                case "n": text += "\n"
                default: throw Failure("unknown escape in \(line)")
                }
            default: text.append(character)
            }
        }
        throw Failure("no end of a label's value in \(line)")
    }
}

extension PrometheusPage.Family {
    fileprivate func owns(_ series: String) -> Bool {
        kind == "histogram" ? ["_bucket", "_sum", "_count"].contains { series == name + $0 } : series == name
    }

    fileprivate func check() throws {
        guard ["counter", "gauge", "histogram"].contains(kind) else { throw Failure("\(name) is a \(kind)") }
        guard (kind == "counter") == name.hasSuffix("_total") else { throw Failure("\(name) is a \(kind)") }
        guard !values.isEmpty else { throw Failure("\(name) has no value") }
        guard Set(values.keys.map { $0.labels.keys.filter { $0 != "le" }.sorted() }).count == 1 else {
            throw Failure("\(name) has now these labels, now others")
        }
        if kind == "histogram" { try checkBuckets() }
    }

    private func checkBuckets() throws {
        let buckets = values.keys.filter { $0.name == name + "_bucket" }
        for (labels, group) in Dictionary(grouping: buckets, by: { $0.labels.filter { $0.key != "le" } }) {
            let counts = try group.map { series in
                guard let bound = series.labels["le"], let number = bound == "+Inf" ? .infinity : Double(bound) else {
                    throw Failure("no bound: \(series)")
                }
                return (bound: number, count: values[series] ?? -1)
            }.sorted { $0.bound < $1.bound }
            guard counts.map(\.count) == counts.map(\.count).sorted() else { throw Failure("\(name) falls: \(counts)") }
            guard counts.last?.bound == .infinity,
                values[PrometheusPage.Series(name: name + "_count", labels: labels)] == counts.last?.count,
                values[PrometheusPage.Series(name: name + "_sum", labels: labels)] != nil
            else { throw Failure("\(name) has not all that a histogram has: \(counts)") }
        }
    }
}
