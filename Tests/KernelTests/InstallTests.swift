import Foundation
import TestKit
import Testing

@Suite("Scripts/install and its undo")
struct InstallTests {
    @Test("put the binaries first and the configuration last, each flushed before it is renamed into place")
    func order() async throws {
        try await withNode { node in
            let trace = try await install(node, ["--conf", try configuration(node)], tracing: true)
            let calls = trace.split(separator: "\n").filter { $0.contains(/(rename\w*|fsync)\(.* = 0$/) }
            let renamed = calls.compactMap { $0.firstMatch(of: /.*"[^"]+\/([^"]+)"/)?.1 }
            #expect(
                renamed == [
                    "martlet", "martlet-ipam", "martletctl", "martletd", "martletctl", "_martletctl",
                    "martletctl.fish", "martletctl.8", "martletctl.ipam.8", "martletd.8", "martletd.service",
                    "martlet-bird.service", "martlet.conf", "10-martlet.network", "martlet.conf", "10-test.conflist",
                ])
            // File, rename, folder; the second name is a link, which has no contents to flush.
            let kinds = calls.map { $0.contains("fsync") ? "fsync" : "rename" }
            let file = ["fsync", "rename", "fsync"]
            #expect(kinds == file + file.dropFirst() + (0..<14).flatMap { _ in file })
            #expect(
                files(node) == ["bin/martlet", "bin/martlet-ipam"] + InstallTests.forServices + InstallTests.units
                    + ["net.d/10-test.conflist"] + InstallTests.ofTool)
            #expect(fileMode("\(node.folder.path)/sbin/martletctl") == 0o755)
            #expect(fileMode("\(node.folder.path)/sbin/martletd") == 0o755)
            #expect(fileMode("\(node.folder.path)/bin/martlet") == 0o755)
            #expect(fileMode("\(node.folder.path)/net.d/10-test.conflist") == 0o644)
        }
    }

    @Test("put plugin or tool alone where one is named, and the tool without a configuration")
    func parts() async throws {
        try await withNode { node in
            try await install(node, ["tool"])
            #expect(files(node) == InstallTests.forServices + InstallTests.units + InstallTests.ofTool)
            try await install(node, ["--undo"])
            #expect(files(node) == [])
            try await install(node, ["plugin", "--conf", try configuration(node)])
            #expect(
                files(node) == ["bin/martlet", "bin/martlet-ipam"] + InstallTests.forServices
                    + ["net.d/10-test.conflist"])
            #expect(try await !run(node, ["plugin", "tool"]).succeeded)
            #expect(try await !run(node, ["--undo", "tool"]).succeeded)
        }
    }

    @Test("give the units the agent's path, and nothing to services that the node does not have")
    func services() async throws {
        try await withNode { node in
            try await install(node, ["tool"])
            let unit = "\(node.folder.path)/etc/systemd/system/martletd.service"
            let text = try String(contentsOfFile: unit, encoding: .utf8)
            #expect(text.contains("\nExecStart=\(node.folder.path)/sbin/martletd\n"))
            try await install(node, ["--undo"])
            try FileManager.default.removeItem(atPath: "\(node.folder.path)/etc/NetworkManager")
            try FileManager.default.removeItem(atPath: "\(node.folder.path)/etc/systemd")
            try await install(node, ["tool"])
            #expect(files(node) == InstallTests.ofTool)
        }
    }

    @Test("put nothing anywhere while something has not been built")
    func notBuilt() async throws {
        try await withNode { node in
            try await install(node, ["--undo"])
            try FileManager.default.removeItem(atPath: "\(node.folder.path)/tool/martletctl")
            #expect(try await run(node, []).errorText.contains("martletctl is not there"))
            #expect(files(node) == [])
        }
    }

    @Test("take away the pages of commands that there are no more")
    func stalePages() async throws {
        try await withNode { node in
            try await install(node, ["tool"])
            try FileManager.default.removeItem(atPath: "\(node.folder.path)/tool/man/martletctl.ipam.8")
            try await install(node, ["tool"])
            #expect(!files(node).contains { $0.hasSuffix("martletctl.ipam.8") })
            #expect(files(node).contains { $0.hasSuffix("martletctl.8") })
        }
    }

    @Test("keep a configuration that is there, unless another is named")
    func upgrade() async throws {
        try await withNode { node in
            try await install(node, [])
            let path = "\(node.folder.path)/net.d/10-martlet.conflist"
            try writeFile(path, "{\"type\": \"martlet\", \"mine\": true}")
            try await install(node, [])
            #expect(try String(contentsOfFile: path, encoding: .utf8).contains("mine"))
            try await install(node, ["--conf", "\(CNITool.root)/cni-conf/10-martlet.conflist"])
            #expect(try !String(contentsOfFile: path, encoding: .utf8).contains("mine"))
        }
    }

    @Test("refuse to go while a pod is wired, name it, and change nothing")
    func refusal() async throws {
        try await withNode { node in
            try await install(node, ["--conf", try configuration(node)])
            let pod = try await node.pod()
            let result = try await node.add(pod)
            let before = try await node.snapshot()
            let refused = try await run(node, ["--undo"])
            #expect(!refused.succeeded)
            #expect(refused.errorText.contains("pods/\(pod.id)/eth0 (link \(try result.resultHostLink()))"))
            #expect(refused.errorText.contains("pods/\(pod.id)/eth0 (lease of \(try result.resultAddress()))"))
            #expect(try await node.snapshot().changes(since: before) == "")
        }
    }

    @Test("refuse while the ledger holds a lease whose link is not Martlet's, or cannot be read")
    func refusalByLedger() async throws {
        try await withNode { node in
            try await install(node, ["--conf", try configuration(node)])
            let pod = try await node.pod()
            let link = try await node.add(pod).resultHostLink()
            try await node.namespace.ip("link delete \(link)")
            #expect(try await run(node, ["--undo"]).errorText.contains("(lease of"))
            try await node.delete(pod)
            try writeFile("\(node.data)/ledger.db", String(repeating: "no database ", count: 1000))
            #expect(try await !run(node, ["--undo"]).succeeded)
            #expect(
                files(node).count
                    == 3 + InstallTests.forServices.count + InstallTests.units.count + InstallTests.ofTool.count)
        }
    }

    @Test("take configuration, routes, table and binaries away when no pod is left, and keep the ledger until --purge")
    func undo() async throws {
        try await withNode { node in
            let before = try await node.snapshot()
            try await install(node, ["--conf", try configuration(node)])
            let pod = try await node.pod()
            let natted = node.configuration().setting(
                "ipam.pools", [["name": "pool", "cidr": "10.244.0.0/16", "natOutgoing": true]])
            try await node.add(pod, configuration: natted)
            try await node.delete(pod, configuration: natted)
            #expect(try await node.namespace.blackholes() != [])
            try await install(node, ["--undo"])
            #expect(files(node) == ["net.d/10-test.conflist.saved"])
            #expect(try await node.ledger.blocks().count == 1)
            try await install(node, ["--conf", try configuration(node)])
            try await install(node, ["--undo", "--purge"])
            let after = try await node.snapshot()
            #expect(after.changes(since: before, ignoring: [.files]) == "")
            #expect(!FileManager.default.fileExists(atPath: node.data))
        }
    }

    /// A configuration that keeps the ledger in the node's folder.
    private func configuration(_ node: Node) throws -> String {
        let path = "\(node.folder.path)/10-test.conflist"
        let list: Value = ["cniVersion": "1.0.0", "name": "pods", "plugins": [node.configuration()]]
        try writeFile(path, list.text)
        return path
    }

    /// Runs the script, which has to succeed, and gives its output or the trace.
    @discardableResult
    private func install(_ node: Node, _ arguments: [String], tracing: Bool = false) async throws -> String {
        let trace = "\(node.folder.path)/trace"
        let tracer = ["/usr/bin/strace", "-f", "-qq", "-e", "trace=rename,renameat,renameat2,fsync", "-o", trace]
        let done = try await run(node, arguments, by: tracing ? tracer : [])
        guard done.succeeded else { throw Failure("Scripts/install \(arguments): \(done.text)\(done.errorText)") }
        return tracing ? try String(contentsOfFile: trace, encoding: .utf8) : done.text
    }

    private func run(_ node: Node, _ arguments: [String], by tracer: [String] = []) async throws -> Completion {
        try makeTool(node)
        let places = [
            "CNI_BIN_DIR": "\(node.folder.path)/bin", "CNI_CONF_DIR": "\(node.folder.path)/net.d",
            "TOOL_BIN_DIR": "\(node.folder.path)/sbin", "TOOL_SBIN_DIR": "\(node.folder.path)/sbin",
            "TOOL_SHARE_DIR": "\(node.folder.path)/share", "NODE_CONF_DIR": "\(node.folder.path)/etc",
            "MARTLET_BIN": Programs.folder, "MARTLET_TOOL": "\(node.folder.path)/tool",
        ]
        return try await node.namespace.run(
            tracer + ["\(CNITool.root)/Scripts/install"] + arguments,
            environment: defaultEnvironment.merging(places) { _, new in new })
    }

    /// What belongs to the tool, when all of it is in place.
    private static let ofTool = [
        "sbin/martletctl", "sbin/martletd", "share/bash-completion/completions/martletctl",
        "share/fish/vendor_completions.d/martletctl.fish", "share/man/man8/martletctl.8",
        "share/man/man8/martletctl.ipam.8", "share/man/man8/martletd.8", "share/zsh/site-functions/_martletctl",
    ]

    /// What tells the node's other services to leave pods alone.
    private static let forServices = [
        "etc/NetworkManager/conf.d/martlet.conf", "etc/systemd/network/10-martlet.network",
        "etc/systemd/networkd.conf.d/martlet.conf",
    ]

    private static let units = [
        "etc/systemd/system/martlet-bird.service", "etc/systemd/system/martletd.service",
    ]

    /// A folder like that which `Scripts/build tool` makes; the script moves files and does not look into them. And what
    /// stands for /etc, on a node with all services.
    private func makeTool(_ node: Node) throws {
        let folder = "\(node.folder.path)/tool"
        guard !FileManager.default.fileExists(atPath: folder) else { return }
        for name in [
            "tool/completions", "tool/man", "etc/systemd/system", "etc/systemd/network", "etc/NetworkManager",
            "etc/martlet",
        ] {
            try FileManager.default.createDirectory(
                atPath: "\(node.folder.path)/\(name)", withIntermediateDirectories: true)
        }
        // The agent's sockets are looked for where this says, and not where the machine's own agent has them.
        try writeFile(
            "\(node.folder.path)/etc/martlet/martletd.json", "{\"run_dir\": \"\(node.folder.path)/run\"}\n")
        for program in ["martletctl", "martletd"] {
            try writeFile("\(folder)/\(program)", "#!/bin/sh\n", mode: 0o755)
            try writeFile("\(folder)/man/\(program).8", "\n")
        }
        for shell in ["bash", "zsh", "fish"] { try writeFile("\(folder)/completions/martletctl.\(shell)", "\n") }
        try writeFile("\(folder)/man/martletctl.ipam.8", "\n")
    }

    /// What is in the folders, leftovers of any name included.
    private func files(_ node: Node) -> [String] {
        ["bin", "etc/systemd", "etc/NetworkManager", "net.d", "sbin", "share"].flatMap { folder in
            let names = FileManager.default.subpaths(atPath: "\(node.folder.path)/\(folder)") ?? []
            return names.map { "\(folder)/\($0)" }.filter { !isFolder("\(node.folder.path)/\($0)") }
        }.sorted()
    }

    private func isFolder(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
    }
}
