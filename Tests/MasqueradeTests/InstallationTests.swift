import TestKit
import Testing

@Suite("An installation of the table")
struct InstallationTests {
    @Test("can be repeated a hundred times and leaves what the first one left")
    func repetition() async throws {
        let namespace = try await Namespace.make()
        try await Plan.mixed.install(in: namespace)
        let first = try await namespace.must("/usr/sbin/nft", "list", "ruleset")
        let completion = try await Plan.mixed.ask("repeat", in: namespace)
        #expect(completion.succeeded, "\(completion.text)")
        #expect(try await namespace.must("/usr/sbin/nft", "list", "ruleset") == first)
    }

    @Test("never lets anybody see a table in between, and several at once do not disturb each other")
    func concurrency() async throws {
        let namespace = try await Namespace.make()
        try await Plan.mixed.install(in: namespace)
        let outcomes = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<3 { group.addTask { try await Plan.mixed.ask("repeat", in: namespace).text } }
            for _ in 0..<2 { group.addTask { try await Plan.mixed.ask("watch", in: namespace).text } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(outcomes == Array(repeating: "", count: 5))
        #expect(try await namespace.ruleHandles("postrouting").count == 2)
    }

    @Test("takes away whatever else was in the table")
    func strays() async throws {
        let namespace = try await Namespace.make()
        try await Plan.mixed.install(in: namespace)
        let clean = try await namespace.must("/usr/sbin/nft", "list", "ruleset")
        let strays = """
            add set inet martlet stray { type ipv4_addr; }
            add chain inet martlet stray { type filter hook input priority 0; policy drop; }
            add map inet martlet strays { type ipv4_addr : verdict; }
            add counter inet martlet straying
            """
        #expect(try await namespace.nft(strays).succeeded)
        try await Plan.mixed.install(in: namespace)
        #expect(try await namespace.must("/usr/sbin/nft", "list", "ruleset") == clean)
    }

    @Test(
        "takes prefixes of every length",
        arguments: [["0.0.0.0/0"], ["::/0"], ["10.0.0.1/32"], ["fd00::1/128"], ["255.255.255.255/32", "0.0.0.0/1"]])
    func lengths(_ prefixes: [String]) async throws {
        let namespace = try await Namespace.make()
        let plan = Plan(pools: prefixes, masqueraded: prefixes)
        try await plan.install(in: namespace)
        #expect(try await plan.isInPlace(in: namespace))
        let listing = try await namespace.must("/usr/sbin/nft", "list", "ruleset")
        // nft prints a prefix of full length as an address.
        for prefix in prefixes {
            #expect(listing.contains(prefix.replacing("/32", with: "").replacing("/128", with: "")))
        }
    }

    @Test("of a plan that wants nothing leaves no table")
    func nothing() async throws {
        let namespace = try await Namespace.make()
        let plan = Plan(pools: ["10.244.0.0/16"], masqueraded: [])
        #expect(try await plan.isInPlace(in: namespace))
        try await Plan.mixed.install(in: namespace)
        #expect(try await !plan.isInPlace(in: namespace))
        try await plan.install(in: namespace)
        #expect(try await namespace.must("/usr/sbin/nft", "list", "ruleset") == "")
    }

    @Test("is undone by a removal, which does not mind a table that is missing")
    func removal() async throws {
        let namespace = try await Namespace.make()
        #expect(try await namespace.nft("add table inet other").succeeded)
        try await Plan.mixed.install(in: namespace)
        for _ in 0..<2 {
            let completion = try await Plan.mixed.ask("remove", in: namespace)
            #expect(completion.succeeded, "\(completion.text)")
            #expect(try await namespace.must("/usr/sbin/nft", "list", "tables") == "table inet other\n")
        }
    }
}

/// What nft can do wrong, with another file in its place in a mount namespace.
@Suite("An installation that fails")
struct FailingInstallationTests {
    /// Runs a shell command in a mount namespace of its own first.
    private func after(_ command: String) -> [String] {
        ["/usr/bin/unshare", "--mount", "/bin/sh", "-ec", command + "; exec \"$@\"", "sh"]
    }

    private func failure(with script: String) async throws -> String {
        let namespace = try await Namespace.make()
        let folder = try Folder()
        try writeFile("\(folder.path)/nft", "#!/bin/sh\n\(script)\n")
        let wrapper = after("chmod +x \(folder.path)/nft; mount --bind \(folder.path)/nft /usr/sbin/nft")
        let completion = try await Plan.mixed.ask("install", in: namespace, through: wrapper)
        #expect(completion.status == .exited(1))
        return completion.text
    }

    @Test("names Debian's package where there is no nft")
    func missing() async throws {
        let namespace = try await Namespace.make()
        let wrapper = after("mount --bind /dev/null /usr/sbin/nft")
        let completion = try await Plan.mixed.ask("install", in: namespace, through: wrapper)
        #expect(completion.status == .exited(1))
        #expect(completion.text.contains("nft not found in /usr/sbin, /sbin, /usr/bin, /bin"))
        #expect(completion.text.contains("package nftables"))
    }

    @Test("repeats nft's own words on one line")
    func refusal() async throws {
        let namespace = try await Namespace.make()
        let plan = Plan(pools: ["10.0.0.0/8", "10.1.0.0/16"], masqueraded: ["10.0.0.0/8"])
        let completion = try await plan.ask("install", in: namespace)
        #expect(completion.status == .exited(1))
        #expect(completion.text.contains("conflicting intervals specified"))
        #expect(completion.text.split(separator: "\n").count == 1)
        #expect(try await namespace.must("/usr/sbin/nft", "list", "ruleset") == "")
    }

    @Test("takes a word on standard error for a failure, whatever the exit status")
    func complaint() async throws {
        #expect(try await failure(with: "cat >/dev/null; echo Unknown nat flag >&2").contains("Unknown nat flag"))
    }

    @Test("takes an exit status for a failure, whatever was said")
    func status() async throws {
        #expect(try await failure(with: "exit 3").contains("exit status 3"))
        #expect(try await failure(with: "kill -9 $$").contains("signal 9"))
    }

    @Test("does not believe nft, but looks")
    func disbelief() async throws {
        #expect(try await failure(with: "cat >/dev/null").contains("not as it was written"))
    }
}
