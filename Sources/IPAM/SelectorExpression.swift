extension Selector {
    /// What a selector says, as a tree.
    ///
    /// Made by `not`, `and` and `or`, so that what the printed text cannot tell apart is one value: no negation stands
    /// right in a negation, no conjunction in a conjunction, no disjunction in a disjunction.
    enum Expression: Hashable, Sendable {
        case all
        case global
        case has(key: String)
        case value(key: String, Comparison)
        indirect case negation(Expression)
        case conjunction([Expression])
        case disjunction([Expression])

        /// The label that whatever lives in a namespace carries.
        static let namespaceKey = "projectcalico.org/namespace"

        static func not(_ operand: Expression) -> Expression {
            if case .negation(let inner) = operand { return inner }
            return .negation(operand)
        }

        /// All of them; at least one is given.
        static func and(_ operands: [Expression]) -> Expression {
            if operands.count == 1, let only = operands.first { return only }
            return .conjunction(
                operands.flatMap { operand in
                    if case .conjunction(let inner) = operand { inner } else { [operand] }
                })
        }

        /// Any of them; at least one is given.
        static func or(_ operands: [Expression]) -> Expression {
            if operands.count == 1, let only = operands.first { return only }
            return .disjunction(
                operands.flatMap { operand in
                    if case .disjunction(let inner) = operand { inner } else { [operand] }
                })
        }

        func holds(for labels: [String: String]) -> Bool {
            switch self {
            case .all: true
            // Calico's evaluator says true of every set of labels and has the policy that holds the selector rewritten
            // to this where namespaces count. A node has none, so for its labels the two agree.
            case .global: labels[Self.namespaceKey] == nil
            case .has(let key): labels[key] != nil
            case .value(let key, let comparison): comparison.holds(for: labels[key])
            case .negation(let operand): !operand.holds(for: labels)
            case .conjunction(let operands): operands.allSatisfy { $0.holds(for: labels) }
            case .disjunction(let operands): operands.contains { $0.holds(for: labels) }
            }
        }
    }
}
