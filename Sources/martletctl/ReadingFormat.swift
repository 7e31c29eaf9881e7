import ArgumentParser
import JSON
import Manifests
import Resources

/// How a reading command prints; docs/martletctl.md tells what each stands for.
enum ReadingFormat: String, ExpressibleByArgument, CaseIterable {
    case table, wide, json, yaml, name

    /// Whether people read it; what else is said must not stand in the way of programs.
    var isForPeople: Bool { self == .table || self == .wide }
}

/// What a reading command has found, in every form.
struct Listing {
    /// For people.
    let lines: [String]
    /// For programs.
    let json: JSON
    /// What it is about, one a line, for a shell's loop.
    let names: [String]

    func show(_ format: ReadingFormat) throws(Trouble) {
        switch format {
        case .table, .wide: for line in lines { Output.line(line) }
        case .json: Output.text(json.prettyPrinted)
        case .name: for name in names { Output.line(name) }
        case .yaml:
            do throws(ManifestError) { Output.text(try JSON.yaml([json])) } catch {
                throw Trouble(.blind, error.description)
            }
        }
    }
}
