import Foundation
import TestKit

/// A node whose /etc, /opt, /usr and /var can be written without the real machine's being touched: dpkg is Debian's own,
/// with all that is installed.
///
/// It has no systemd: what units would start is started as they say, with no more capabilities.
struct Machine {
    let node: Node

    /// Runs `body` on a new one.
    static func with(_ body: (Machine) async throws -> Void) async throws {
        try await withNode([.defaultRoute, .ownMounts]) { node in
            let machine = Machine(node: node)
            try await machine.must(
                """
                cd '\(node.folder.path)' && mkdir over && mount -t tmpfs over over
                mount -t tmpfs -o mode=0755 run /run && mkdir -p /run/lock
                for folder in /etc /opt /usr /var; do
                    mkdir -p over$folder/upper over$folder/work
                    mount -t overlay machine $folder \
                        -o lowerdir=$folder,upperdir=$PWD/over$folder/upper,workdir=$PWD/over$folder/work
                done
                rm -rf /etc/cni /etc/martlet /var/lib/martlet && mkdir -p /etc/cni/net.d
                """)
            try await body(machine)
        }
    }

    /// Runs a shell script on it.
    func run(_ script: String) async throws -> Completion {
        try await node.namespace.run(["/bin/bash", "-ec", script], timeout: .seconds(300))
    }

    /// Runs a shell script that has to succeed, and gives its output without the last newline.
    @discardableResult
    func must(_ script: String) async throws -> String { try await run(script).answer(to: script) }

    /// Every file that is not as on the real machine, but for dpkg's own notes and what man and ldconfig make anew.
    func files() async throws -> [String] {
        let script = """
            cd '\(node.folder.path)/over'
            find */upper /run ! -type d | sed '/^var.upper.\\(lib.dpkg\\|cache\\|log\\)./d'
            find */upper /run -name '*martlet*'
            """
        return try await must(script).split(separator: "\n").map(String.init).sorted()
    }

    /// Calls the plugin where runtimes look for it, with the first network that is configured.
    @discardableResult
    func call(_ command: String, _ pod: Pod) async throws -> Value {
        let list = try Value(parsing: Array(try await must("cat /etc/cni/net.d/*.conflist").utf8))
        let network = list["plugins"][0].merging(["name": list["name"], "cniVersion": list["cniVersion"]])
        let done = try await node.namespace.run(
            ["/opt/cni/bin/martlet"],
            environment: [
                "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "CNI_COMMAND": command, "CNI_CONTAINERID": pod.id,
                "CNI_NETNS": pod.path, "CNI_IFNAME": "eth0", "CNI_PATH": "/opt/cni/bin",
            ], input: Array(network.text.utf8))
        guard done.succeeded else { throw Failure("\(command) of \(pod.id): \(done.text)\(done.errorText)") }
        return done.output.isEmpty ? [:] : try Value(parsing: done.output)
    }

    /// Makes it a node of a cluster by the samples, and starts what the units start; ready for pods then.
    func joinCluster() async throws -> [Background] {
        try await must("cp /usr/share/doc/martlet/examples/martletd.json /etc/martlet/")
        let agent = try await start("martletd")
        let isReady = try await eventually(within: .seconds(20)) {
            try await run("test -e /run/martlet/bird.conf && ip route show type blackhole | grep 10.244.0.").succeeded
        }
        guard isReady else { throw Failure("the agent claims no block and writes no configuration for BIRD") }
        let bird = try await start("martlet-bird")
        guard try await eventually(within: .seconds(20), { try await run("test -S /run/martlet/bird.ctl").succeeded })
        else { throw Failure("BIRD does not start") }
        try await must("cp /usr/share/doc/martlet/examples/10-martlet-cluster.conflist /etc/cni/net.d/")
        return [agent, bird]
    }

    /// Starts what a unit starts, with the capabilities that it has.
    private func start(_ unit: String) async throws -> Background {
        let text = try await must("cat /usr/lib/systemd/system/\(unit).service")
        guard let command = text.firstMatch(of: /\nExecStart=(.+)\n/)?.1,
            let capabilities = text.firstMatch(of: /\nCapabilityBoundingSet=(.+)\n/)?.1
        else { throw Failure("\(unit).service does not say what it starts") }
        let bounding = "-all" + capabilities.split(separator: " ").map { ",+" + $0.dropFirst(4).lowercased() }.joined()
        return try await node.namespace.start(
            "/usr/bin/setpriv", "--bounding-set", bounding, "--no-new-privs", "/bin/sh", "-c",
            "exec \(command) 2>/run/\(unit).log")
    }
}
