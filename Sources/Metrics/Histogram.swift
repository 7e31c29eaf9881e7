/// How many values there were of each size.
package struct Histogram: Hashable, Sendable {
    /// The upper bounds of its buckets, ascending; one without a bound follows.
    package let bounds: [Double]
    private var counts: [Int]
    /// All values together.
    package private(set) var sum = 0.0

    package init(_ bounds: [Double]) {
        self.bounds = bounds
        counts = Array(repeating: 0, count: bounds.count + 1)
    }

    /// Takes a value in; one that is a bound's counts as below it.
    package mutating func observe(_ value: Double) {
        counts[bounds.firstIndex { value <= $0 } ?? bounds.count] += 1
        sum += value
    }

    /// How many values there were.
    package var count: Int { counts.reduce(0, +) }

    /// How many values were at or below each bound.
    package var cumulative: [(bound: Double, count: Int)] {
        var total = 0
        return zip(bounds, counts).map { bound, count in
            total += count
            return (bound, total)
        }
    }
}
