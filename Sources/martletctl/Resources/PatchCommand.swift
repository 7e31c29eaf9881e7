import ArgumentParser
import JSON
import Manifests
import Resources

/// Changes parts of an object.
struct PatchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "patch",
        abstract: "Change parts of an object by a JSON merge patch (RFC 7386).",
        discussion: """
            What the patch gives takes its place in the manifest, null removes a field, and the whole must be a valid
            manifest; then it is as if that had been replaced.

            Example:
              martletctl patch ippool default-ipv4-ippool -p '{"spec": {"natOutgoing": true}}'
            """)

    @OptionGroup var node: NodeOptions
    @OptionGroup var registry: RegistryOptions

    @Argument(help: "What to change.")
    var kind: String

    @Argument(help: "Which of them.")
    var name: String

    @Option(name: .shortAndLong, help: ArgumentHelp("What to put in the manifest.", valueName: "json"))
    var patch: String

    @Flag(help: "Show what would change, and change nothing.")
    var dryRun = false

    func validate() throws { _ = try change() }

    @MainActor func run() async throws {
        let kind = try ResourceKind(typed: kind)
        let change = try change()
        let store = try registry.store(else: LedgerStore(node: node))
        try await Change(store, .replace, isRehearsal: dryRun).make([kind]) { (known) throws(Trouble) in
            [try patched(ObjectName(kind: kind, name: name), change, known)]
        }
    }

    private func change() throws(ValidationError) -> JSON {
        let json: JSON
        do throws(JSON.SyntaxError) { json = try JSON.parse(Array(patch.utf8)) } catch {
            throw ValidationError("--patch: \(error.description)")
        }
        guard case .object = json else { throw ValidationError("--patch: expected an object, found \(json)") }
        return json
    }

    private func patched(
        _ name: ObjectName, _ change: JSON, _ known: Declarations
    ) throws(Trouble) -> Resource {
        guard let old = known.find(name) else { throw name.missing }
        let new: Resource
        do throws(ManifestError) { new = try Resource(Document(old.manifest.merging(change))) } catch {
            throw Trouble(.findings, "\(old.title) after the patch: \(error.description)")
        }
        guard new.objectName == name else {
            throw Trouble(
                .findings, "a patch cannot make \(old.title) into \(new.title)", hint: "create that, and delete this")
        }
        return new
    }
}
