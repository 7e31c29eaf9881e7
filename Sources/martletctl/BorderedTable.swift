/// A table with borders, as calicoctl's `ipam` and `node status` print them: headings in the middle, numbers to the right.
struct BorderedTable {
    private let headings: [String]
    private var rows: [[String]] = []

    init(_ headings: String...) { self.headings = headings }

    init(_ headings: [String]) { self.headings = headings }

    mutating func add(_ cells: [String]) { rows.append(cells) }

    /// The table's lines.
    var lines: [String] {
        let all = [headings] + rows
        let widths = headings.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
        let border = "+" + widths.map { String(repeating: "-", count: $0 + 2) + "+" }.joined()
        let heading = line(zip(headings, widths).map(Self.centred))
        return [border, heading, border] + rows.map { line(zip($0, widths).map(Self.aligned)) } + [border]
    }

    private func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |" }

    private static func centred(_ cell: String, _ width: Int) -> String {
        let gap = width - cell.count
        return blanks(gap / 2) + cell + blanks(gap - gap / 2)
    }

    private static func aligned(_ cell: String, _ width: Int) -> String {
        let gap = blanks(width - cell.count)
        return !cell.isEmpty && cell.utf8.allSatisfy { (0x30...0x39).contains($0) } ? gap + cell : cell + gap
    }

    private static func blanks(_ count: Int) -> String { String(repeating: " ", count: count) }
}
