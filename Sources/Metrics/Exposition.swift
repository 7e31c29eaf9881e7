/// A page of metrics in Prometheus' text format 0.0.4.
package struct Exposition: Hashable, Sendable {
    /// What a server calls it.
    package static let mediaType = "text/plain; version=0.0.4; charset=utf-8"

    package private(set) var text = ""

    package init() {}

    /// Adds a measure of one value.
    package mutating func add(_ measure: Measure, _ value: Double) { add(measure, [Sample(value: value)]) }

    /// Adds a measure with its values; one without values is not there.
    package mutating func add(_ measure: Measure, _ samples: [Sample<Double>]) {
        begin(measure, isEmpty: samples.isEmpty)
        for sample in samples { line(measure.name, zip(measure.labels, sample.labels), sample.value) }
    }

    /// Adds a measure with its values, counted.
    package mutating func add(_ measure: Measure, _ samples: [Sample<Int>]) {
        add(measure, samples.map { Sample<Double>($0.labels, Double($0.value)) })
    }

    /// Adds histograms.
    package mutating func add(_ measure: Measure, _ samples: [Sample<Histogram>]) {
        begin(measure, isEmpty: samples.isEmpty)
        for sample in samples {
            let labels = Array(zip(measure.labels, sample.labels))
            for (bound, count) in sample.value.cumulative {
                line(measure.name + "_bucket", labels + [("le", bound.exposed)], Double(count))
            }
            line(measure.name + "_bucket", labels + [("le", "+Inf")], Double(sample.value.count))
            line(measure.name + "_sum", labels, sample.value.sum)
            line(measure.name + "_count", labels, Double(sample.value.count))
        }
    }

    private mutating func begin(_ measure: Measure, isEmpty: Bool) {
        if isEmpty { return }
        text += "# HELP \(measure.name) \(measure.help.escaped(quotes: false))\n"
        text += "# TYPE \(measure.name) \(measure.kind.rawValue)\n"
    }

    private mutating func line(
        _ name: String, _ labels: some Sequence<(String, String)>, _ value: Double
    ) {
        let pairs = labels.map { "\($0)=\"\($1.escaped(quotes: true))\"" }.joined(separator: ",")
        text += pairs.isEmpty ? "\(name) \(value.exposed)\n" : "\(name){\(pairs)} \(value.exposed)\n"
    }
}

extension Sample {
    init(_ labels: [String], _ value: Value) {
        self.labels = labels
        self.value = value
    }
}

extension Double {
    /// As Go reads it; whole numbers without a fraction.
    fileprivate var exposed: String {
        if isNaN { return "NaN" }
        if isInfinite { return self < 0 ? "-Inf" : "+Inf" }
        if let whole = Int64(exactly: self) { return String(whole) }
        return description
    }
}

extension String {
    fileprivate func escaped(quotes: Bool) -> String {
        var text = ""
        for character in unicodeScalars {
            switch character {
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\"" where quotes: text += "\\\""
            default: text.unicodeScalars.append(character)
            }
        }
        return text
    }
}
