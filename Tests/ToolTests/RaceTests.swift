import TestKit
import Testing

@Suite("Beside others")
struct RaceTests {
    @Test("of ten who create the same pool one succeeds, and the others are told that it is there")
    func creators() async throws {
        try await withNode { node in
            let all = try await withThrowingTaskGroup(of: Completion.self) { group in
                for _ in 0..<10 {
                    group.addTask {
                        try await node.tool(["create", "-f", "-"], input: pool("one", "10.1.0.0/16"))
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(all.count { $0.succeeded && $0.text == "ippool/one created\n" } == 1)
            #expect(all.count { $0.errorText.hasPrefix("Error: IPPool one is there already") } == 9)
        }
    }

    @Test("pods that start while pools come and go get what was there, or are told why not")
    func churn() async throws {
        try await withNode { node in
            try await node.ask("ipam", "configure", "--rest-seconds", "0")
            try await node.apply(pool("base", "10.1.0.0/24", "blockSize: 29"))
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for round in 0..<6 {
                        let extra = pool("a-\(round)", "10.0.\(round).0/24", "blockSize: 29")
                        try await node.apply(extra)
                        try await node.ask("ipam", "explain")
                        try await node.ask("delete", "-f", "-", input: extra)
                    }
                }
                for _ in 0..<3 {
                    group.addTask { for _ in 0..<6 { try await node.start() } }
                }
                try await group.waitForAll()
            }
            let leases = try await node.ledger.leases().map(\.address)
            #expect(leases.count == 18 && Set(leases).count == 18)
            let blocks = Set(try await node.ledger.blocks().map(\.cidr))
            try await expectEqual(node.namespace.blackholes(), blocks)
        }
    }

    @Test("who changes the ledger waits for who holds it, and names them when the wait is over")
    func holder() async throws {
        try await withNode { node in
            try await node.apply(pool("one", "10.1.0.0/16"))
            let holder = try await node.namespace.holdLock("\(node.data)/ledger.lock")
            // Readers wait for nobody.
            try await expectEqual(node.ask("get", "ippool", "-o", "name"), "ippool/one\n")
            try await node.ask("ipam", "show")
            let text = try await node.refuse("apply", "-f", "-", input: pool("two", "10.2.0.0/16"), status: 2)
            #expect(text.contains("held for 10 s") && text.contains("\(holder.pid)"), "\(text)")
            holder.end()
            try await expectEqual(node.apply(pool("two", "10.2.0.0/16")), "ippool/two created\n")
        }
    }

    @Test(
        "operators still see who has what when the disk is full or read-only, and are told that nothing can be changed")
    func disk() async throws {
        try await withNode(.smallDisk) { node in
            try await node.apply(pool("one", "10.1.0.0/16"))
            let (_, address) = try await node.start()
            try await node.fillDisk()
            #expect(try await node.ask("ipam", "show", "--ip", address).contains("is in use"))
            try await node.ask("get", "ippool")
            #expect(
                try await node.refuse("apply", "-f", "-", input: pool("two", "10.2.0.0/16"), status: 2).contains("full")
            )
            try await node.freeDisk()
            try await node.makeDiskReadOnly()
            #expect(try await node.ask("ipam", "show", "--ip", address).contains("is in use"))
            let text = try await node.refuse("apply", "-f", "-", input: pool("two", "10.2.0.0/16"), status: 2)
            #expect(text.lowercased().contains("read-only") || text.lowercased().contains("readonly"), "\(text)")
        }
    }
}
