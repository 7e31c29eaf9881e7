import Testing

@Suite("The arrows between targets")
struct ArrowTests {
    @Test("Package.swift declares the rooms of the house, and for each what it may use")
    func declarations() async throws {
        let rooms = try await DescribedPackage.current.rooms
        #expect(Set(rooms.map(\.name)) == Set(House.rooms.map(\.name)))
        for room in House.rooms {
            let declared = rooms.first { $0.name == room.name }?.uses ?? []
            #expect(declared == room.uses, "\(room.name)")
        }
    }

    @Test("A target imports what Package.swift declares for it and the toolchain's modules, a pure one not even those")
    func importsAreDeclared() async throws {
        for room in try await DescribedPackage.current.rooms {
            let allowed = House.pure.contains(room.name) ? room.uses : room.uses.union(House.toolchain)
            let stray = try Import.all(below: room.path).filter { !allowed.contains($0.module) }
            #expect(stray.isEmpty, "\(room.name) may import \(allowed.sorted())")
        }
    }

    @Test("No path leads from IPAM or Resources to I/O, from Dataplane to CNI, IPAM or Ledger, from CNI to IPAM")
    func strangers() async throws {
        let package = try await DescribedPackage.current
        for (room, never) in House.strangers {
            let reach = package.reach(of: room)
            #expect(!reach.isEmpty, "\(room) uses nothing: has it another name now?")
            #expect(reach.isDisjoint(with: never), "\(room)")
            let imports = try Import.all(below: "Sources/\(room)")
            #expect(imports.filter { never.contains($0.module) }.isEmpty)
        }
    }

    @Test("Each C module, and each library that brings Foundation, is imported by one target")
    func oneTargetForEachModule() throws {
        let imports = try Import.all(below: "Sources")
        for module in House.cModules.union(House.heavyLibraries) {
            let importers = Set(imports.filter { $0.module == module }.map { $0.file.split(separator: "/")[1] })
            #expect(importers.count == 1, "\(module)")
        }
    }

    @Test("Nothing but the operators' tool imports Foundation, NIO or ArgumentParser")
    func nothingHeavy() async throws {
        let imports = try Import.all(below: "Sources")
        #expect(imports.count > 100)
        let rooms = Set(imports.filter { House.isHeavy($0.module) }.map { $0.file.split(separator: "/")[1] })
        #expect(rooms.isSubset(of: House.heavyRooms))
        let reach = try await DescribedPackage.current.reach(of: "martlet")
        #expect(reach.filter { House.isHeavy($0) }.isEmpty)
    }

    @Test("An import is seen in every form that the language has, and in a comment it is none")
    func forms() {
        let text = """
            import A
            package import B
            @testable import C
            @_spi(Inner) @preconcurrency internal import D
            import struct E.Name
            #if canImport(F)
                import F.Part
            #endif
            let x = 1; import G
            // import No
            let important = Nothing
            """
        #expect(Import.modules(in: text) == ["A", "B", "C", "D", "E", "F", "G"])
    }
}
