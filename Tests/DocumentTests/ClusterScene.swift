import Foundation
import TestKit

/// The three machines of a cluster without a registry, by `Scripts/lab`; commands run on `node1.whale.com`, which has two pods.
///
/// It has processes, mounts and a network of its own, which go with the test, however that ends.
struct ClusterScene: Stage {
    /// The world's first process, as seen from here.
    private let pid: String

    private static let lab = "/run/lab"
    private static let node = "node1.whale.com"

    /// Folders of the scene's own where a machine has its, with the samples where the package puts them.
    private static let folders = """
        mkdir /run/bin /run/work
        for folder in /etc /usr/share/doc /var/lib; do
            mkdir -p /run/over$folder/upper /run/over$folder/work
            mount -t overlay scene $folder \
                -o lowerdir=$folder,upperdir=/run/over$folder/upper,workdir=/run/over$folder/work
        done
        rm -rf /etc/cni /etc/martlet && mkdir -p /etc/cni/net.d /etc/martlet /usr/share/doc/martlet/examples
        cp \(Document.root)/cni-conf/* /usr/share/doc/martlet/examples
        printf '#!/bin/sh\\necho 10.244.1.0/24\\n' >/run/bin/kubectl && chmod +x /run/bin/kubectl
        """

    /// The node finds its ledger and BIRD where a machine has them.
    private static let standardPlaces = """
        mkdir -p /var/lib/martlet /run/martlet
        mount --bind \(lab)/nodes/\(node)/ledger /var/lib/martlet
        mount --bind \(lab)/nodes/\(node)/run /run/martlet
        """

    /// Runs `body` on a new one.
    static func with(_ body: (ClusterScene) async throws -> Void) async throws {
        await Gate.nodes.enter()
        defer { Gate.nodes.leave() }
        let holder = try Holder(["\(Document.root)/Tests/LabTests/World/hold"], environment: defaultEnvironment)
        let scene = ClusterScene(pid: try await holder.readiness())
        try await scene.must("/bin/sh", "-ec", folders)
        try await scene.lab("up", "--registry", "static")
        try await scene.lab("pod", "add", "node1", "web")
        try await scene.lab("pod", "add", "node1", "client")
        try await scene.must("/bin/sh", "-ec", standardPlaces)
        try await scene.lab(
            "exec", "node1", "nft",
            "add table inet filter; add chain inet filter input { type filter hook input priority 0; }")
        try await body(scene)
        // What still runs is killed with the world, which is no failure.
        do { try await holder.end() } catch {}
    }

    func run(_ commands: String) async throws -> Completion {
        try await enter([
            "\(Document.root)/Scripts/lab", "exec", "node1", "/bin/bash", "-euo", "pipefail", "-c",
            "cd /run/work\n" + commands,
        ])
    }

    private func lab(_ words: String...) async throws {
        try await must(["\(Document.root)/Scripts/lab"] + words)
    }

    private func must(_ command: String...) async throws { try await must(command) }

    private func must(_ command: [String]) async throws {
        let done = try await enter(command)
        guard done.succeeded else {
            throw Failure("\(command) ended with \(done.status): \(done.text)\(done.errorText)")
        }
    }

    private func enter(_ command: [String]) async throws -> Completion {
        let tool = URL(fileURLWithPath: Programs.operatorsTool).deletingLastPathComponent().path
        let environment = [
            "PATH": "/run/bin:\(tool):\(defaultEnvironment["PATH"] ?? "")", "LC_ALL": "C.UTF-8",
            "MARTLET_LAB": Self.lab, "MARTLET_BIN": Programs.folder, "MARTLET_TOOL": tool,
        ]
        return try await execute(
            [
                "/usr/bin/nsenter", "--target", pid, "--mount", "--net", "--pid", "--", "/usr/bin/unshare", "--uts",
                "/bin/sh", "-c", "hostname \(Self.node) && exec \"$@\"", "sh",
            ] + command,
            environment: environment)
    }
}
