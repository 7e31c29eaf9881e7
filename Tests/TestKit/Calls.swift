/// Calling plugins as a runtime does: on a node, with all six variables and the configuration on standard input.
extension Node {
    /// A configuration of Martlet with one pool, and over it whatever `changes` says, one level deep.
    package func configuration(_ changes: Value = [:], name: String = "pods") -> Value {
        let base: Value = [
            "cniVersion": "1.0.0", "name": .string(name), "type": "martlet", "data_dir": .string(data),
            "nodename": .string(self.name),
            "ipam": ["type": "martlet-ipam", "pools": [["name": "pool", "cidr": "10.244.0.0/16"]]],
        ]
        return base.merging(changes)
    }

    /// The same with an IPv4 and an IPv6 pool and both families asked for.
    package func dualStackConfiguration(_ changes: Value = [:], name: String = "pods") -> Value {
        configuration(name: name).setting(
            "ipam.pools",
            [["name": "four", "cidr": "10.244.0.0/16"], ["name": "six", "cidr": "fd00:10:244::/64"]]
        ).setting("ipam.assign_ipv6", true).merging(changes)
    }

    /// Calls a plugin.
    ///
    /// - Parameters:
    ///   - plugin: its name; nil for the configuration's `type`.
    ///   - args: CNI_ARGS.
    ///   - variables: changes to the environment; nil removes a variable, an empty text empties it.
    ///   - input: standard input instead of the configuration.
    package func cni(
        _ operation: Operation, _ pod: Pod? = nil, plugin: String? = nil, ifname: String = "eth0", args: String = "",
        configuration: Value? = nil, variables: [String: String?] = [:], input: [UInt8]? = nil,
        timeout: Duration = .seconds(60)
    ) async throws -> Outcome {
        let completion = try await call(
            operation, pod, plugin: plugin, ifname: ifname, args: args, configuration: configuration,
            variables: variables, input: input, timeout: timeout)
        return try Outcome(operation, completion)
    }

    /// Calls a plugin, whatever comes of it: it may be killed, or answer nonsense.
    ///
    /// - Parameter wrapper: a program, with its arguments, that starts the plugin instead of us.
    package func call(
        _ operation: Operation, _ pod: Pod? = nil, plugin: String? = nil, ifname: String = "eth0", args: String = "",
        configuration: Value? = nil, variables: [String: String?] = [:], input: [UInt8]? = nil,
        wrapper: [String] = [], timeout: Duration = .seconds(60)
    ) async throws -> Completion {
        let configuration = configuration ?? self.configuration()
        var environment = [
            "PATH": defaultEnvironment["PATH"], "CNI_COMMAND": operation.rawValue, "CNI_CONTAINERID": pod?.id ?? "",
            "CNI_NETNS": pod?.path ?? "", "CNI_IFNAME": pod == nil ? "" : ifname, "CNI_ARGS": args,
            "CNI_PATH": Programs.searchPath,
        ].compactMapValues { $0 }
        for (name, value) in variables { environment[name] = value }
        return try await namespace.run(
            wrapper + [Programs.path(of: plugin ?? configuration["type"].string ?? "martlet")],
            environment: environment, input: input ?? Array(configuration.text.utf8), timeout: timeout)
    }

    /// ADD that has to succeed.
    @discardableResult
    package func add(
        _ pod: Pod, ifname: String = "eth0", args: String = "", configuration: Value? = nil
    ) async throws -> Value {
        try await cni(.add, pod, ifname: ifname, args: args, configuration: configuration).result()
    }

    /// DEL that has to succeed.
    package func delete(
        _ pod: Pod, ifname: String = "eth0", args: String = "", configuration: Value? = nil
    ) async throws {
        try await cni(.delete, pod, ifname: ifname, args: args, configuration: configuration).result()
    }

    /// CHECK with the result of the ADD, as a runtime hands it over.
    package func check(
        _ pod: Pod, ifname: String = "eth0", result: Value, configuration: Value? = nil
    ) async throws -> Outcome {
        let configuration = (configuration ?? self.configuration()).setting("prevResult", result)
        return try await cni(.check, pod, ifname: ifname, configuration: configuration)
    }

    /// GC with the attachments that are to stay.
    package func collect(
        keeping attachments: [(container: String, ifname: String)], configuration: Value? = nil
    ) async throws -> Outcome {
        let configuration = (configuration ?? self.configuration(["cniVersion": "1.1.0"])).keeping(attachments)
        return try await cni(.collect, configuration: configuration)
    }
}

extension Value {
    /// A configuration for GC with the attachments that are to stay.
    package func keeping(_ attachments: [(container: String, ifname: String)]) -> Value {
        let list = attachments.map {
            Value.object(["containerID": .string($0.container), "ifname": .string($0.ifname)])
        }
        return merging(["cni.dev/valid-attachments": .array(list)])
    }
}
