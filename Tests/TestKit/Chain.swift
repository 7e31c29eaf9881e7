/// A network of several plugins, run as libcni runs it: results handed on, DEL in reverse.
package struct Chain: Sendable {
    package let node: Node
    /// Version and name of the network.
    package let version: String
    package let name: String
    /// The configurations, without what the runtime adds.
    package let plugins: [Value]

    package init(on node: Node, version: String = "1.0.0", name: String = "pods", _ plugins: [Value]) {
        self.node = node
        self.version = version
        self.name = name
        self.plugins = plugins
    }

    private func configuration(_ plugin: Value, _ previous: Value) -> Value {
        plugin.merging(["cniVersion": .string(version), "name": .string(name)]).setting("prevResult", previous)
    }

    /// The last plugin's result.
    package func add(_ pod: Pod, ifname: String = "eth0") async throws -> Value {
        var result = Value.null
        for plugin in plugins {
            result = try await node.add(pod, ifname: ifname, configuration: configuration(plugin, result))
        }
        return result
    }

    /// The first error of a plugin, nil when all are content; all see the last plugin's result.
    package func check(_ pod: Pod, ifname: String = "eth0", result: Value) async throws -> PluginError? {
        for plugin in plugins {
            let configuration = configuration(plugin, result)
            let outcome = try await node.cni(.check, pod, ifname: ifname, configuration: configuration)
            if !outcome.succeeded { return try outcome.error() }
        }
        return nil
    }

    /// All DELs, last plugin first.
    package func delete(_ pod: Pod, ifname: String = "eth0", result: Value) async throws {
        for plugin in plugins.reversed() {
            try await node.delete(pod, ifname: ifname, configuration: configuration(plugin, result))
        }
    }
}
