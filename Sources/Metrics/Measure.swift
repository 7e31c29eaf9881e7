/// Something that is measured: a metric family of Prometheus', without its values.
package struct Measure: Hashable, Sendable {
    /// What its values do.
    package enum Kind: String, Sendable {
        /// Grows until the process starts anew.
        case counter
        /// Goes up and down.
        case gauge
        /// Counts by size.
        case histogram
    }

    package let kind: Kind
    /// Such as `martlet_leases_ended_total`: with its unit, a counter ends in `_total`.
    package let name: String
    /// One sentence for people.
    package let help: String
    /// The names of its labels, in the order in which values for them are given.
    package let labels: [String]

    package init(_ kind: Kind, _ name: String, _ help: String, labels: [String] = []) {
        self.kind = kind
        self.name = name
        self.help = help
        self.labels = labels
    }
}

/// One value of something that is measured.
package struct Sample<Value: Hashable & Sendable>: Hashable, Sendable {
    /// A value for each label.
    package let labels: [String]
    package let value: Value

    package init(_ labels: String..., value: Value) {
        self.labels = labels
        self.value = value
    }
}
