/// The known name that was probably meant by a mistyped one; nil when none is like it.
func nearest(to name: String, among known: [String]) -> String? {
    // Two slips in a short name, one in four letters of a long one.
    let limit = max(2, name.utf8.count / 4)
    let typed = Array(name.lowercased().utf8)
    // What no field's name is as long as needs no comparison, which takes time by the product of the lengths.
    guard typed.count <= 64 else { return nil }
    let distances = known.map { (name: $0, distance: distance(typed, Array($0.lowercased().utf8))) }
    guard let best = distances.min(by: { $0.distance < $1.distance }) else { return nil }
    if best.distance <= limit && best.distance < typed.count { return best.name }
    // A name that was cut short is far from the whole by this measure.
    return typed.count < 4 ? nil : known.first { $0.lowercased().utf8.starts(with: typed) }
}

/// How many bytes must be put in, taken out or changed to make one of the other: Levenshtein's distance.
private func distance(_ one: [UInt8], _ other: [UInt8]) -> Int {
    var row = Array(0...other.count)
    for (index, byte) in one.enumerated() {
        var diagonal = row[0]
        row[0] = index + 1
        for column in other.indices {
            let changed = diagonal + (byte == other[column] ? 0 : 1)
            diagonal = row[column + 1]
            row[column + 1] = min(changed, diagonal + 1, row[column] + 1)
        }
    }
    return row[other.count]
}
