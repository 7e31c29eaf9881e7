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

/// What a reading command has found, in every form; made in the one that is asked for.
struct Listing {
    private let makeLines: () -> [String]
    private let makeJSON: () -> JSON
    private let makeNames: () -> [String]

    /// - Parameters:
    ///   - lines: for people.
    ///   - json: for programs.
    ///   - names: what it is about, one a line, for a shell's loop.
    init(
        lines: @autoclosure @escaping () -> [String], json: @autoclosure @escaping () -> JSON,
        names: @autoclosure @escaping () -> [String]
    ) {
        makeLines = lines
        makeJSON = json
        makeNames = names
    }

    var json: JSON { makeJSON() }

    var names: [String] { makeNames() }

    func show(_ format: ReadingFormat) throws(Trouble) {
        switch format {
        case .table, .wide: Output.lines(makeLines())
        case .json: Output.text(json.prettyPrinted)
        case .name: Output.lines(names)
        case .yaml:
            do throws(ManifestError) { Output.text(try JSON.yaml([json])) } catch {
                throw Trouble(.blind, error.description)
            }
        }
    }
}
