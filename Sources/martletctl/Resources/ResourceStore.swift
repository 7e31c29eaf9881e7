import Resources

/// Where declared objects are kept: this node's ledger, or the registry of its cluster.
///
/// Of the main actor, and so of the first thread: the alarm that ends the wait for a ledger's lock comes to that.
@MainActor protocol ResourceStore {
    /// Reads objects of some kinds, all as they are at one moment.
    func read(_ kinds: Set<ResourceKind>) async throws -> Declarations

    /// Writes objects in the place of older ones, once it is known that all may be as they are wanted.
    ///
    /// - Parameters:
    ///   - decide: answers what to write, knowing what is there.
    ///   - isRehearsal: nothing is written.
    func write(
        _ kinds: Set<ResourceKind>, isRehearsal: Bool, _ decide: (Declarations) throws(Trouble) -> [Resource]
    ) async throws -> [Step]

    /// Deletes objects, once it is known that all may go; answers what to tell.
    func delete(_ wanted: [ObjectName], skipsMissing: Bool) async throws -> [String]
}

/// What a change did to an object.
enum ObjectChange: String {
    case created, configured, unchanged
}

/// One object before and after a change.
struct Step {
    let old: Resource?
    let new: Resource
    let change: ObjectChange
}

/// What an object is called.
struct ObjectName: Hashable {
    let kind: ResourceKind
    let name: String

    /// As calicoctl and kubectl name it: `ippool/name`.
    var title: String { kind.name.lowercased() + "/" + name }

    var missing: Trouble {
        Trouble(.findings, "there is no \(kind.name) \(name)", hint: "martletctl get \(kind.plural)")
    }
}

/// Declared objects as they are at one moment.
struct Declarations {
    private let objects: [ResourceKind: [Resource]]
    /// The nodes that have blocks, declared or not.
    let owners: [String]

    init(_ objects: [ResourceKind: [Resource]], owners: [String]) {
        self.objects = objects
        self.owners = owners
    }

    /// Those of a kind, by name.
    func list(_ kind: ResourceKind) -> [Resource] { objects[kind] ?? [] }

    func find(_ name: ObjectName) -> Resource? { list(name.kind).first { $0.name == name.name } }

    /// The wanted objects and what is in their places; one may stand in the files more than once.
    func pairs(_ wanted: [Resource]) -> [(old: Resource?, new: Resource)] {
        var pairs: [(old: Resource?, new: Resource)] = []
        for resource in wanted {
            let earlier = pairs.last { $0.new.kind == resource.kind && $0.new.name == resource.name }
            pairs.append((earlier?.new ?? find(resource.objectName), resource))
        }
        return pairs
    }

    /// Those of some objects that are there, each once.
    func existing(_ wanted: [ObjectName], skipsMissing: Bool) throws(Trouble) -> [ObjectName] {
        var found: [ObjectName] = []
        for name in wanted where !found.contains(name) {
            if find(name) != nil { found.append(name) } else if !skipsMissing { throw name.missing }
        }
        return found
    }
}

extension Resource {
    /// What it is called.
    var objectName: ObjectName { ObjectName(kind: kind, name: name) }

    /// `ippool/name`.
    var title: String { objectName.title }
}
