import CNI
import IPAM
import JSON
import Ledger
import NetworkConfiguration
import System

/// A network configuration in a file: what an ADD by it would ask of the ledger.
struct ConfigurationFile {
    let request: CNIRequest
    private(set) var settings: Settings
    private let place: Place

    /// Reads a list, of which the plugin that takes its addresses from Martlet counts, or one plugin's configuration.
    ///
    /// - Throws: `Trouble` with file, line and column for whatever would keep an ADD from coming to the ledger.
    init(_ path: String) throws(Trouble) {
        let (name, bytes) = (Input.name(of: path), try Input.bytes(of: path, limit: JSON.Limits.standard.bytes))
        let json: JSON
        do throws(JSON.SyntaxError) { json = try JSON.parse(bytes) } catch {
            throw Trouble(.findings, "\(name):\(error.line):\(error.column): \(error.message)")
        }
        let whole = Place(file: name, bytes: bytes, base: .root)
        let (configuration, base) = try whole.telling { () throws(JSON.TypeError) in
            try Self.plugin(in: try JSONObject(json))
        }
        place = Place(file: name, bytes: bytes, base: base)
        request = try place.telling { () throws(CNIFailure) in
            try CNIRequest.read(environment: .ofAdd, input: Array(configuration.description.utf8))
        }
        settings = try place.telling { [request] () throws(CNIFailure) in try Settings(request.configuration) }
        guard request.ipamType == Settings.ownIPAM else {
            throw place.trouble(
                "ipam.type: expected \(Settings.ownIPAM), found \(request.ipamType ?? "nothing")",
                at: .key(.key(.root, "ipam"), "type"),
                hint: "addresses of another IPAM plugin only that one can explain")
        }
    }

    /// Whether pods are reached by routes, or live in another plugin's subnet.
    var isRouted: Bool { request.type == Settings.networkType }

    /// The same with what the command line says of ledger and node.
    func with(_ options: NodeOptions) -> ConfigurationFile {
        var file = self
        if let folder = options.dataDirectory { file.settings.dataDirectory = folder }
        if let name = options.nodename { file.settings.node = name }
        return file
    }

    /// What an ADD asks for.
    func leaseRequest(_ attachment: Attachment) throws(Trouble) -> LeaseRequest {
        try place.telling { () throws(CNIFailure) in
            settings.leaseRequest(
                request, attachment, try settings.addresses(try PodWishes(request)),
                sandbox: FileStatus.Identity(device: 0, inode: 0))
        }
    }

    /// What a plugin that makes a subnet has reserved in the ledger before it leases; nil for Martlet's own.
    func subnets() throws(Trouble) -> Subnets? {
        if isRouted { return nil }
        return try place.telling { () throws(CNIFailure) in try Subnets(settings.ipam, request.type) }
    }

    /// A refusal of the ledger's: pools that do not go with those that it has are told with their place.
    func trouble(_ error: LedgerError) -> Trouble {
        guard case .pools(let problem) = error else { return Trouble(error) }
        return place.trouble("ipam.pools: \(problem)", at: .key(.key(.root, "ipam"), "pools"))
    }

    /// The plugin's part as it gets it from the runtime, and where that stands in the file.
    private static func plugin(in file: JSONObject) throws(JSON.TypeError) -> (JSON, JSON.Path) {
        guard let plugins = try file.objects("plugins") else { return (file.json, .root) }
        var own: JSONObject?
        var served: JSONObject?
        for plugin in plugins {
            if try plugin.string("type") == Settings.networkType { own = own ?? plugin }
            if try plugin.object("ipam")?.string("type") == Settings.ownIPAM { served = served ?? plugin }
        }
        guard let found = own ?? served else {
            throw JSON.TypeError(
                path: file.path(to: "plugins"), found: file.value("plugins"),
                expected: "a plugin of type \(Settings.networkType), or one whose ipam.type is \(Settings.ownIPAM)")
        }
        // The list's name and version are those of every plugin in it.
        let members = found.members.filter { $0.name != "name" && $0.name != "cniVersion" }
        let inherited = file.members.filter { $0.name == "name" || $0.name == "cniVersion" }
        return (.object(inherited + members), found.path)
    }
}

/// Where a plugin's configuration stands.
private struct Place {
    let file: String
    let bytes: [UInt8]
    let base: JSON.Path

    /// Runs what may find a mistake in the configuration; it is told with file, line and column.
    func telling<Result>(_ body: () throws(CNIFailure) -> Result) throws(Trouble) -> Result {
        do throws(CNIFailure) { return try body() } catch {
            throw trouble(error.message, at: error.path ?? .root, hint: error.details)
        }
    }

    func telling<Result>(_ body: () throws(JSON.TypeError) -> Result) throws(Trouble) -> Result {
        do throws(JSON.TypeError) { return try body() } catch { throw trouble(error.description, at: error.path) }
    }

    func trouble(_ message: String, at path: JSON.Path, hint: String = "") -> Trouble {
        let inside = path.steps
        // A plugin in a list has its name and version from the list.
        let isInherited = inside.first == .key("name") || inside.first == .key("cniVersion")
        let whole = JSON.Path((isInherited ? [] : base.steps) + inside)
        do throws(JSON.SyntaxError) {
            let position = try JSON.position(of: whole, in: bytes)
            return Trouble(.findings, "\(file):\(position.line):\(position.column): \(message)", hint: hint)
        } catch { return Trouble(.findings, "\(file): \(message)", hint: hint) }
    }
}

extension CNIEnvironment {
    /// That of the ADD of a pod of which nothing is known yet.
    fileprivate static let ofAdd = CNIEnvironment(
        command: CNIOperation.add.rawValue, containerID: "explain", netns: "/proc/self/ns/net", ifname: "eth0",
        path: "/opt/cni/bin")
}
