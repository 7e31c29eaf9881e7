import JSON
import Ledger
import Manifests
import Resources

/// Writes objects in one transaction.
struct Change {
    /// What must be so of objects that are there already.
    enum Manner {
        case apply, create, replace
    }

    /// One object before and after.
    fileprivate struct Step {
        let old: Resource?
        let new: Resource
        let change: ResourceStore.Change
    }

    private let node: NodeOptions
    private let manner: Manner
    private let isRehearsal: Bool

    init(_ node: NodeOptions, _ manner: Manner, isRehearsal: Bool) {
        self.node = node
        self.manner = manner
        self.isRehearsal = isRehearsal
    }

    /// - Parameter wanted: answers the objects; within the transaction, so that they may build on those that are there.
    func make(_ wanted: (borrowing Ledger) throws(Trouble) -> [Resource]) throws {
        if isRehearsal {
            let copy = try node.copyOrEmpty()
            for step in try write(try wanted(copy.ledger), copy.ledger) { step.show() }
        } else {
            try node.openOrMake { book, directory in
                let steps = try book.changing(in: directory) { () throws(Trouble) in
                    try write(try wanted(book), book)
                }
                for step in steps { Output.line("\(step.new.title) \(step.change.rawValue)") }
            }
        }
    }

    private func write(_ wanted: [Resource], _ book: borrowing Ledger) throws(Trouble) -> [Step] {
        var steps: [(old: Resource?, new: Resource)] = []
        for resource in wanted {
            // An object may stand in the files more than once.
            let known =
                try ResourceStore.list(resource.kind, book) + steps.map(\.new).filter { $0.kind == resource.kind }
            let old = known.last { $0.name == resource.name }
            try refuse(resource, isThere: old != nil)
            steps.append((old, resource))
        }
        let changes = try ledger { () throws(LedgerError) in try ResourceStore.put(steps, book) }
        return zip(steps, changes).map { Step(old: $0.old, new: $0.new, change: $1) }
    }

    private func refuse(_ resource: Resource, isThere: Bool) throws(Trouble) {
        switch manner {
        case .create where isThere:
            throw Trouble(
                .findings, "\(resource.kind.name) \(resource.name) is there already", hint: "use apply or replace")
        case .replace where !isThere:
            throw Trouble(
                .findings, "there is no \(resource.kind.name) \(resource.name)", hint: "use apply or create")
        case .apply, .create, .replace: return
        }
    }
}

extension Change.Step {
    /// What would become of the object, line by line.
    fileprivate func show() {
        guard let old else {
            Output.line("\(new.title) would be created:")
            for line in new.lines { Output.line("+ \(line)") }
            return
        }
        guard change != .unchanged else { return Output.line("\(new.title) would not change") }
        Output.line("\(new.title) would be changed:")
        for change in new.lines.difference(from: old.lines) {
            switch change {
            case .remove(_, let line, _): Output.line("- \(line)")
            case .insert(_, let line, _): Output.line("+ \(line)")
            }
        }
    }
}

extension Resource {
    /// As calicoctl and kubectl name an object: `ippool/name`.
    var title: String { kind.name.lowercased() + "/" + name }

    fileprivate var lines: [String] {
        do throws(ManifestError) {
            return try JSON.yaml([manifest]).split(separator: "\n").map(String.init)
        } catch { return [manifest.description] }
    }
}
