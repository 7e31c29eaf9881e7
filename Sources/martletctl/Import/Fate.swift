/// What becomes of one thing that another IPAM has noted.
struct Fate {
    enum Outcome {
        case taken(String = "")
        /// It stays behind, and nothing is wrong with that.
        case left(String)
        /// It cannot be taken over, nor left behind: so nothing is taken over.
        case refused(String)
    }

    /// The address, block or object.
    let subject: String
    let holder: String
    let outcome: Outcome

    init(_ subject: String, of holder: String, _ outcome: Outcome) {
        self.subject = subject
        self.holder = holder
        self.outcome = outcome
    }

    /// As an error says it.
    var text: String {
        switch outcome {
        case .taken: subject
        case .left(let reason), .refused(let reason): subject + ": " + reason
        }
    }

    fileprivate var isRefused: Bool { if case .refused = outcome { true } else { false } }

    fileprivate var isTaken: Bool { if case .taken = outcome { true } else { false } }

    fileprivate func words(isRehearsal: Bool) -> String {
        switch outcome {
        case .taken(let how):
            [isRehearsal ? "would be taken over" : "is taken over", how].filter { !$0.isEmpty }.joined(separator: ", ")
        case .left(let reason): "left behind: " + reason
        case .refused(let reason): "refused: " + reason
        }
    }
}

extension [Fate] {
    /// Whether all that has to be taken over can be.
    var areAllowed: Bool { firstRefused == nil }

    var firstRefused: Fate? { first { $0.isRefused } }

    /// A line for each, and one for all.
    func show(isRehearsal: Bool) {
        var table = Table("OBJECT", "HOLDER", "OUTCOME")
        for fate in self { table.add(fate.subject, fate.holder, fate.words(isRehearsal: isRehearsal)) }
        Output.lines(table.lines)
        let taken = count { $0.isTaken }
        let refused = count { $0.isRefused }
        let rest = "\(count - taken - refused) left behind, \(refused) refused"
        Output.line(
            isRehearsal
                ? "\(taken) would be taken over, \(rest); nothing is changed" : "\(taken) taken over, \(rest)")
    }
}
