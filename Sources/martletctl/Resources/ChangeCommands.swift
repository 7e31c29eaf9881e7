import ArgumentParser
import Resources

/// A command that writes the objects of files.
protocol ChangeCommand: AsyncParsableCommand {
    /// What must be so of objects that are there already.
    static var manner: Change.Manner { get }

    var options: ChangeOptions { get }
}

/// What every such command may be told.
struct ChangeOptions: ParsableArguments {
    @OptionGroup var node: NodeOptions
    @OptionGroup var registry: RegistryOptions
    @OptionGroup var manifests: ManifestOptions

    @Flag(help: "Show what would change, and change nothing.")
    var dryRun = false
}

extension ChangeCommand {
    @MainActor func run() async throws {
        let wanted = try options.manifests.resources()
        let store = try options.registry.store(else: LedgerStore(node: options.node))
        try await Change(store, Self.manner, isRehearsal: options.dryRun).make(Set(wanted.map(\.kind))) { _ in wanted }
    }
}

/// Makes objects, or changes those that are there.
struct ApplyCommand: ChangeCommand {
    static let manner = Change.Manner.apply
    static let configuration = CommandConfiguration(
        commandName: "apply",
        abstract: "Make the objects of a file, or change those that are there.",
        discussion: """
            Calico's own v3 manifests are taken as they are. A field that Martlet does not carry out is an error that names
            file, line and column. All objects of the files are written together, or none: pools may exchange ranges. A
            cluster's registry takes one object after the other, when all have been found to be in order.

            Example:
              martletctl apply -f pools.yaml --dry-run
            """)

    @OptionGroup var options: ChangeOptions
}

/// Makes objects that are not there yet.
struct CreateCommand: ChangeCommand {
    static let manner = Change.Manner.create
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Make the objects of a file, none of which may be there.")

    @OptionGroup var options: ChangeOptions
}

/// Changes objects that are there.
struct ReplaceCommand: ChangeCommand {
    static let manner = Change.Manner.replace
    static let configuration = CommandConfiguration(
        commandName: "replace", abstract: "Change the objects of a file, all of which must be there.")

    @OptionGroup var options: ChangeOptions
}
