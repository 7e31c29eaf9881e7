package import JSON

extension CNIRequest {
    /// Reads a call: first the environment, then the configuration.
    ///
    /// - Parameters:
    ///   - environment: the CNI_ variables.
    ///   - input: standard input to its end.
    /// - Throws: `CNIFailure` with code 1, 4, 6 or 7; nothing has been touched then.
    package static func read(
        environment: CNIEnvironment, input: [UInt8], limits: JSON.Limits = .standard
    ) throws(CNIFailure) -> CNIRequest {
        let operation = try environment.operation()
        try environment.checkPresence(for: operation)
        try environment.checkNames(for: operation)
        let args = try environment.arguments(for: operation)
        let configuration = try decode(input, limits)
        let version = try readVersion(configuration)
        guard version >= operation.since else {
            throw CNIFailure(
                .incompatibleVersion,
                "\(operation.rawValue) needs cniVersion \(operation.since) or later, the configuration says \(version)")
        }
        do throws(JSON.TypeError) {
            return CNIRequest(
                operation: operation,
                version: version,
                network: try readNetwork(configuration, operation),
                type: try readType(configuration, operation),
                containerID: environment.containerID ?? "",
                ifname: environment.ifname ?? "",
                netns: environment.netns,
                args: args,
                path: environment.directories,
                configuration: configuration,
                raw: input,
                ipamType: try readIPAMType(configuration),
                prevResult: try readPrevResult(configuration, operation, version),
                runtimeConfig: try configuration.object("runtimeConfig"),
                validAttachments: operation == .gc ? try readAttachments(configuration) : nil)
        } catch {
            throw CNIFailure(error.isAboutPrevResult ? .undecodable : .invalidConfiguration, error)
        }
    }

    private static func decode(_ input: [UInt8], _ limits: JSON.Limits) throws(CNIFailure) -> JSONObject {
        let json: JSON
        do throws(JSON.SyntaxError) {
            json = try JSON.parse(input, limits: limits)
        } catch {
            throw CNIFailure(.undecodable, "network configuration on stdin: \(error)")
        }
        do throws(JSON.TypeError) {
            return try JSONObject(json, path: .root)
        } catch {
            throw CNIFailure(.undecodable, "network configuration on stdin: \(error)")
        }
    }

    private static func readVersion(_ configuration: JSONObject) throws(CNIFailure) -> CNIVersion {
        let text: String?
        do throws(JSON.TypeError) {
            text = try configuration.string("cniVersion")
        } catch {
            throw CNIFailure(.undecodable, error)
        }
        guard let text, !text.isEmpty else { return .v010 }
        guard let version = CNIVersion(rawValue: text) else {
            throw CNIFailure(
                .incompatibleVersion, "cniVersion \(JSON.string(text)) is not supported",
                details: "the configuration says \(JSON.string(text)), this plugin supports \(CNIVersion.list)",
                at: configuration.path(to: "cniVersion"))
        }
        return version
    }

    private static func readNetwork(
        _ configuration: JSONObject, _ operation: CNIOperation
    ) throws(JSON.TypeError) -> String {
        let name = try configuration.string("name")
        if let name, Names.isIdentifier(name) { return name }
        if operation == .version { return "" }
        throw configuration.mistake("name", "the network's name: \(Names.identifierRule)")
    }

    private static func readType(
        _ configuration: JSONObject, _ operation: CNIOperation
    ) throws(JSON.TypeError) -> String {
        let type = try configuration.string("type")
        if let type, Names.isPluginType(type) { return type }
        if operation == .version { return "" }
        throw configuration.mistake("type", "the plugin's name: \(Names.pluginTypeRule)")
    }

    private static func readIPAMType(_ configuration: JSONObject) throws(JSON.TypeError) -> String? {
        guard let ipam = try configuration.object("ipam"), let type = try ipam.string("type"), !type.isEmpty else {
            return nil
        }
        if Names.isPluginType(type) { return type }
        throw ipam.mistake("type", "the IPAM plugin's name: \(Names.pluginTypeRule)")
    }
}

extension JSONObject {
    func mistake(_ key: String, _ expected: String) -> JSON.TypeError {
        JSON.TypeError(path: path(to: key), found: value(key), expected: expected)
    }
}
