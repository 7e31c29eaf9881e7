/// Where operations can be killed: at each system call that one of their kind was seen to make.
struct Deaths {
    /// A call of the operation's own process or of a child's, and which of that name.
    struct Point {
        let process: String
        let call: String
        let number: Int

        /// What `tamper` takes.
        var words: [String] { [process, call, String(number), "kill"] }
    }

    private var known: [String: [Point]] = [:]

    /// The call that far on the way of such an operation, if one has been watched.
    func point(of step: Step, at share: Double) -> Point? {
        guard let points = known[step.kind], !points.isEmpty else { return nil }
        return points[min(points.count - 1, Int(share * Double(points.count)))]
    }

    /// Reads the log of an operation that has come to its end.
    mutating func learn(_ step: Step, _ log: String) {
        var counts: [String: Int] = [:]
        let points = log.split(separator: "\n").compactMap { line -> Point? in
            let words = line.split(separator: " ").map(String.init)
            guard words.count == 2, words[0] != "fired" else { return nil }
            counts[String(line), default: 0] += 1
            return Point(process: words[0], call: words[1], number: counts[String(line)] ?? 1)
        }
        // The longest shows most.
        if points.count > known[step.kind]?.count ?? 0 { known[step.kind] = points }
    }
}
