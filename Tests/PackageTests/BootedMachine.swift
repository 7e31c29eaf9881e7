import Foundation
import TestKit

/// A machine on which Debian's systemd runs, in a world of processes of its own.
struct BootedMachine {
    /// systemd's number, as seen from here.
    private let pid: String

    /// Boots a machine for as long as `body` runs; when that throws, what the units have said is printed.
    static func with(_ machine: Machine, _ body: (BootedMachine) async throws -> Void) async throws {
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().path + "/World/boot"
        let holder = try Holder(machine.node.namespace.entry + [script], environment: defaultEnvironment)
        let booted = BootedMachine(pid: try await holder.readiness())
        do {
            guard try await eventually({ try await booted.run("systemctl list-units >/dev/null").succeeded }) else {
                throw Failure("systemd does not answer")
            }
            try await body(booted)
        } catch {
            print(try await booted.said())
            try await holder.end()
            throw error
        }
        try await holder.end()
    }

    /// What the units have said, and how they are.
    func said() async throws -> String {
        try await run("tail -n 40 /run/*.log; systemctl status --no-pager --full martlet\\*").text
    }

    /// Runs a shell script in the world.
    func run(_ script: String) async throws -> Completion {
        try await execute(
            [
                "/usr/bin/nsenter", "--target", pid, "--mount", "--net", "--pid", "--cgroup", "--uts", "--ipc", "--",
                "/bin/bash", "-ec", script,
            ], timeout: .seconds(120))
    }

    /// Runs a shell script that has to succeed, and gives its output without the last newline.
    @discardableResult
    func must(_ script: String) async throws -> String { try await run(script).answer(to: script) }

    /// Waits until a script succeeds, for some seconds.
    func becomesTrue(_ script: String) async throws {
        guard try await eventually(within: .seconds(15), { try await run(script).succeeded }) else {
            throw Failure("it does not become true: \(script)")
        }
    }

    /// Compares the states of units with those that are expected.
    func expect(_ units: String, are states: String) async throws {
        let found = try await run("echo $(systemctl is-active \(units))").text
        guard found == states + "\n" else { throw Failure("\(units) are \(found), expected \(states)") }
    }

    /// Starts a pod whose sandbox is as `ip netns` makes them, and gives its address.
    func start(_ pod: String) async throws -> String {
        let address = try await must(
            """
            ip netns add \(pod)
            jq '.plugins[0] + {name, cniVersion}' /etc/cni/net.d/10-martlet-cluster.conflist |
                CNI_COMMAND=ADD CNI_CONTAINERID=\(pod) CNI_NETNS=/run/netns/\(pod) CNI_IFNAME=eth0 \
                CNI_PATH=/opt/cni/bin /opt/cni/bin/martlet |
                jq -r 'if .ips then .ips[0].address else "\\(.)\\n" | halt_error end'
            """)
        return String(address.prefix { $0 != "/" })
    }
}
