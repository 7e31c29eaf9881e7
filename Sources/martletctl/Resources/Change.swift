import JSON
import Ledger
import Manifests
import Resources

/// Writes the objects of a file in one transaction.
struct Change {
    /// What must be so of objects that are there already.
    enum Manner {
        case apply, create, replace
    }

    private let node: NodeOptions
    private let manifests: ManifestOptions
    private let manner: Manner
    private let isRehearsal: Bool

    init(_ node: NodeOptions, _ manifests: ManifestOptions, _ manner: Manner, isRehearsal: Bool) {
        self.node = node
        self.manifests = manifests
        self.manner = manner
        self.isRehearsal = isRehearsal
    }

    func make() throws {
        let wanted = try manifests.resources()
        try node.openOrMake { book, directory in
            let before = try known(wanted, book)
            try refuse(wanted, before)
            if isRehearsal { return try show(wanted, before, book, directory) }
            try ledger { () throws(LedgerError) in
                try book.transaction(in: directory) { () throws(LedgerError) in
                    for resource in wanted { try ResourceStore.put(resource, book) }
                }
            }
            for resource in wanted {
                let old = before[Self.key(resource)]
                let verb = old == nil ? "created" : old == resource ? "unchanged" : "configured"
                Output.line("\(resource.kind.name.lowercased())/\(resource.name) \(verb)")
            }
        }
    }

    private static func key(_ resource: Resource) -> String { resource.kind.name + "/" + resource.name }

    private func known(_ wanted: [Resource], _ book: borrowing Ledger) throws -> [String: Resource] {
        var known: [String: Resource] = [:]
        for kind in Set(wanted.map(\.kind)) {
            for resource in try ResourceStore.list(kind, book) { known[Self.key(resource)] = resource }
        }
        return known
    }

    private func refuse(_ wanted: [Resource], _ before: [String: Resource]) throws(Trouble) {
        for resource in wanted {
            let isThere = before[Self.key(resource)] != nil
            switch manner {
            case .apply: continue
            case .create where isThere:
                throw Trouble(
                    .findings, "\(resource.kind.name) \(resource.name) is there already", hint: "use apply or replace")
            case .replace where !isThere:
                throw Trouble(
                    .findings, "there is no \(resource.kind.name) \(resource.name)", hint: "use apply or create")
            case .create, .replace: continue
            }
        }
    }

    /// Goes through the change and takes it back, so that what would be refused is; then shows what differs.
    private func show(
        _ wanted: [Resource], _ before: [String: Resource], _ book: borrowing Ledger,
        _ directory: borrowing LedgerDirectory
    ) throws {
        try ledger { () throws(LedgerError) in
            try book.trying(in: directory) { () throws(LedgerError) in
                for resource in wanted { try ResourceStore.put(resource, book) }
            }
        }
        for resource in wanted {
            let name = "\(resource.kind.name.lowercased())/\(resource.name)"
            guard let old = before[Self.key(resource)] else {
                Output.line("\(name) would be created:")
                for line in lines(resource.manifest) { Output.line("+ \(line)") }
                continue
            }
            let (gone, come) = (lines(old.manifest), lines(resource.manifest))
            if gone == come {
                Output.line("\(name) would not change")
                continue
            }
            Output.line("\(name) would be changed:")
            for change in come.difference(from: gone) {
                switch change {
                case .remove(_, let line, _): Output.line("- \(line)")
                case .insert(_, let line, _): Output.line("+ \(line)")
                }
            }
        }
    }

    private func lines(_ manifest: JSON) -> [String] {
        do throws(ManifestError) {
            return try JSON.yaml([manifest]).split(separator: "\n").map(String.init)
        } catch { return [manifest.description] }
    }
}
