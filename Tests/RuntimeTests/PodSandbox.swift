import TestKit

/// A pod as a kubelet asks containerd's CRI plugin for it.
struct PodSandbox: Sendable {
    let name: String
    var namespace = "shop"
    var annotations: [String: String] = [:]
    /// Container ports by host port, TCP.
    var hostPorts: [Int: Int] = [:]

    var uid: String { "uid-of-\(name)" }

    /// The message PodSandboxConfig in protobuf's text form.
    func text(in world: World) -> String {
        """
        metadata { name: \(quoted(name)) uid: \(quoted(uid)) namespace: \(quoted(namespace)) }
        hostname: \(quoted(name))
        linux { cgroup_parent: \(quoted(world.group)) }

        """
            + annotations.map { "annotations { key: \(quoted($0.key)) value: \(quoted($0.value)) }\n" }.joined()
            + hostPorts.map { "port_mappings { host_port: \($0.key) container_port: \($0.value) }\n" }.joined()
    }
}

extension World {
    /// Starts a pod and gives its ID: 64 hexadecimal digits, which is the container ID of the plugin's calls.
    func start(_ pod: PodSandbox) async throws -> String {
        let reply = try await must("cri", "RunPodSandbox", input: "config { \(pod.text(in: self)) }")
        return try field("pod_sandbox_id", of: reply)
    }

    /// The error that the CRI plugin answers to the attempt to start a pod.
    func refusal(of pod: PodSandbox) async throws -> String {
        let completion = try await run("cri", "RunPodSandbox", input: "config { \(pod.text(in: self)) }")
        guard !completion.succeeded else { throw Failure("the pod \(pod.name) started: \(completion.text)") }
        return completion.errorText
    }

    func stop(_ id: String) async throws {
        try await must("cri", "StopPodSandbox", input: "pod_sandbox_id: \(quoted(id))")
    }

    func remove(_ id: String) async throws {
        try await must("cri", "RemovePodSandbox", input: "pod_sandbox_id: \(quoted(id))")
    }

    /// The addresses that a kubelet would report as the pod's.
    func addresses(of id: String) async throws -> [String] {
        fields("ip", of: try await must("cri", "PodSandboxStatus", input: "pod_sandbox_id: \(quoted(id))"))
    }

    /// Starts a container in the pod, runs a command in it and gives its output as protobuf's text form has it.
    func exec(in pod: PodSandbox, _ id: String, _ command: String...) async throws -> String {
        let request = """
            pod_sandbox_id: \(quoted(id))
            config { metadata { name: "main" } image { image: \(quoted(World.image)) } }
            sandbox_config { \(pod.text(in: self)) }
            """
        let container = try field("container_id", of: try await must("cri", "CreateContainer", input: request))
        try await must("cri", "StartContainer", input: "container_id: \(quoted(container))")
        let words = command.map { "cmd: \(quoted($0)) " }.joined()
        return try await must("cri", "ExecSync", input: "container_id: \(quoted(container)) \(words)")
    }
}

private func quoted(_ text: String) -> String {
    "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
}

/// The value of the only string field of that name.
private func field(_ name: String, of reply: String) throws -> String {
    let values = fields(name, of: reply)
    guard values.count == 1 else { throw Failure("one \(name) is expected in \(reply)") }
    return values[0]
}

/// The values of the string fields of that name, wherever they are nested.
private func fields(_ name: String, of reply: String) -> [String] {
    reply.split(separator: "\n").compactMap { line in
        let words = line.split(separator: " ", maxSplits: 1)
        guard words.count == 2, words[0] == "\(name):" else { return nil }
        return String(words[1].dropFirst().dropLast())
    }
}
