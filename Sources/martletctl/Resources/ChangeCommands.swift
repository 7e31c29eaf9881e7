import ArgumentParser
import Ledger
import Resources

/// Makes objects, or changes those that are there.
struct ApplyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply",
        abstract: "Make the objects of a file, or change those that are there.",
        discussion: """
            Calico's own v3 manifests are taken as they are. A field that Martlet does not carry out is an error that names
            file, line and column. All objects of the files are written together, or none.

            Example:
              martletctl apply -f pools.yaml --dry-run
            """)

    @OptionGroup var node: NodeOptions
    @OptionGroup var manifests: ManifestOptions

    @Flag(help: "Show what would change, and change nothing.")
    var dryRun = false

    func run() throws {
        let wanted = try manifests.resources()
        try Change(node, .apply, isRehearsal: dryRun).make { _ in wanted }
    }
}

/// Makes objects that are not there yet.
struct CreateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Make the objects of a file, none of which may be there.")

    @OptionGroup var node: NodeOptions
    @OptionGroup var manifests: ManifestOptions

    @Flag(help: "Show what would change, and change nothing.")
    var dryRun = false

    func run() throws {
        let wanted = try manifests.resources()
        try Change(node, .create, isRehearsal: dryRun).make { _ in wanted }
    }
}

/// Changes objects that are there.
struct ReplaceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replace", abstract: "Change the objects of a file, all of which must be there.")

    @OptionGroup var node: NodeOptions
    @OptionGroup var manifests: ManifestOptions

    @Flag(help: "Show what would change, and change nothing.")
    var dryRun = false

    func run() throws {
        let wanted = try manifests.resources()
        try Change(node, .replace, isRehearsal: dryRun).make { _ in wanted }
    }
}
