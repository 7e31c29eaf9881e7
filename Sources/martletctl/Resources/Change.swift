import JSON
import Manifests
import Resources

/// Writes objects, all or none, and tells what has become of each.
struct Change {
    /// What must be so of objects that are there already.
    enum Manner {
        case apply, create, replace
    }

    private let store: any ResourceStore
    private let manner: Manner
    private let isRehearsal: Bool

    init(_ store: any ResourceStore, _ manner: Manner, isRehearsal: Bool) {
        self.store = store
        self.manner = manner
        self.isRehearsal = isRehearsal
    }

    /// - Parameter wanted: answers the objects, which may build on those that are there.
    @MainActor func make(_ kinds: Set<ResourceKind>, _ wanted: (Declarations) throws(Trouble) -> [Resource])
        async throws
    {
        let steps = try await store.write(kinds, isRehearsal: isRehearsal) { (known) throws(Trouble) in
            let wanted = try wanted(known)
            for pair in known.pairs(wanted) { try refuse(pair.new, isThere: pair.old != nil) }
            return wanted
        }
        for step in steps {
            if isRehearsal { step.show() } else { Output.line("\(step.new.title) \(step.change.rawValue)") }
        }
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

extension Step {
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
    fileprivate var lines: [String] {
        do throws(ManifestError) {
            return try JSON.yaml([manifest]).split(separator: "\n").map(String.init)
        } catch { return [manifest.description] }
    }
}
