import Foundation
import Glibc
import Logging
import Logs
import TestKit
import Testing

@Suite("A log file that is full")
struct RotationTests {
    private static let megabyte = 1 << 20
    /// With the tag the probe's line is a little over a hundred bytes long.
    private static let tag = String(repeating: "t", count: 40)

    private func files(in folder: Folder) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    }

    private func size(_ path: String) throws -> Int {
        try #require(FileManager.default.attributesOfItem(atPath: path)[.size] as? NSNumber).intValue
    }

    @Test("is set aside by several processes at once without a line lost, doubled or torn")
    func processes() async throws {
        let folder = try Folder()
        let (count, length) = (1500, 4000)
        try await withThrowingTaskGroup(of: Completion.self) { group in
            for writer in 0..<4 {
                group.addTask {
                    try await probe(
                        file: "\(folder.path)/martlet.log", size: 1, count: 0, lines: count,
                        tag: "\(writer)" + String(repeating: "t", count: length))
                }
            }
            for try await completion in group {
                #expect(completion.status == .exited(0))
                #expect(completion.errorText == "")
            }
        }
        let names = try files(in: folder)
        var seen: [String: Int] = [:]
        for name in names {
            let path = "\(folder.path)/\(name)"
            #expect(try size(path) > 0, "\(name)")
            for line in lines(of: path) { seen[try withoutTime(line), default: 0] += 1 }
        }
        #expect(seen.count == 4 * count)
        #expect(seen.values.allSatisfy { $0 == 1 })
        // The others write on while one renames, so files may get larger than the limit, but not all in one.
        #expect(names.count > 5)
        #expect(fileMode("\(folder.path)/\(names[0])") == 0o640)
    }

    @Test("is set aside once, by one process, while the others go on writing")
    func oneAtATime() async throws {
        let folder = try Folder()
        let path = "\(folder.path)/martlet.log"
        try writeFile(path, String(repeating: "x", count: RotationTests.megabyte - 1) + "\n")
        // Every rename takes half a second, in which each of them would begin its own.
        let slowly = ["/usr/bin/strace", "-o/dev/null", "-etrace=rename", "-einject=rename:delay_enter=500000"]
        try await withThrowingTaskGroup(of: Completion.self) { group in
            for writer in 0..<4 {
                group.addTask { try await probe(file: path, size: 1, lines: 3, tag: "\(writer)", through: slowly) }
            }
            for try await completion in group { #expect(completion.errorText == "") }
        }
        let names = try files(in: folder)
        #expect(names.count == 2)
        #expect(names.reduce(0) { $0 + lines(of: "\(folder.path)/\($1)").count } == 1 + 4 * 3)
    }

    @Test("is named after the moment, and only so many are kept, the newest")
    func count() async throws {
        let folder = try Folder()
        let completion = try await probe(
            file: "\(folder.path)/martlet.log", size: 1, count: 2, lines: 60_000, tag: RotationTests.tag)
        #expect(completion.errorText == "")
        let names = try files(in: folder)
        #expect(names.count == 3)
        #expect(names.last == "martlet.log")
        for name in names.dropLast() {
            #expect(try size("\(folder.path)/\(name)") <= RotationTests.megabyte, "\(name)")
            #expect(name.wholeMatch(of: /martlet-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}\.log/) != nil, "\(name)")
        }
        let kept = try names.flatMap { try lines(of: "\(folder.path)/\($0)").map(withoutTime) }
        let last = kept.compactMap { $0.firstMatch(of: /number=(\d+)/).flatMap { Int($0.output.1) } }
        #expect(last == Array((60_000 - last.count)..<60_000))
    }

    @Test("is removed when it is older than the limit, and nothing else is")
    func age() async throws {
        let folder = try Folder()
        let old = "martlet-2020-01-01T00-00-00.000.log"
        let time = Date(timeIntervalSinceNow: -86400 * 5).ISO8601Format(.iso8601(timeZone: .gmt)).prefix(19)
        let recent = "martlet-\(time.replacing(":", with: "-")).000.log"
        let strangers = [
            "martlet-2020-01-01.log", "martlet-2020-01-01T00-00-00.000.log.gz", "other-2020-01-01T00-00-00.000.log",
            "martlet-.log", "martlet-2020-01-01T00-00-00x000.log", "martlet.log",
        ]
        for name in strangers + [old, recent] { try writeFile("\(folder.path)/\(name)", "x\n") }
        _ = try await probe(file: "\(folder.path)/martlet.log", age: 0, count: 0)
        #expect(try files(in: folder).contains(old))
        _ = try await probe(file: "\(folder.path)/martlet.log", age: 6, count: 0)
        #expect(try files(in: folder) == (strangers + [recent]).sorted())
        _ = try await probe(file: "\(folder.path)/martlet.log", age: 4, count: 0)
        #expect(try files(in: folder) == strangers.sorted())
    }

    @Test("is set aside where a symbolic link leads, and the link stays")
    func symbolicLink() async throws {
        let folder = try Folder()
        mkdir("\(folder.path)/real", 0o755)
        try writeFile("\(folder.path)/real/log", String(repeating: "x", count: RotationTests.megabyte))
        #expect(symlink("real/log", "\(folder.path)/log") == 0)
        _ = try await probe(file: "\(folder.path)/log", size: 1)
        #expect(try files(in: folder) == ["log", "real"])
        #expect(lines(of: "\(folder.path)/real/log").count == 1)
        #expect(try FileManager.default.contentsOfDirectory(atPath: "\(folder.path)/real").count == 2)
    }

    @Test("and cannot be renamed still takes the line, and that is said once")
    func unmovable() async throws {
        let folder = try Folder()
        let path = "\(folder.path)/log"
        try writeFile(path, String(repeating: "x", count: RotationTests.megabyte) + "\n")
        let completion = try await probe(
            file: path, size: 1, lines: 3,
            through: [
                "/usr/bin/unshare", "--mount", "/bin/sh", "-ec", "mount --bind \(path) \(path); exec \"$@\"", "sh",
            ])
        #expect(completion.status == .exited(0))
        #expect(completion.errorText.contains("martlet: cannot set the full log aside: rename \(path)"))
        #expect(completion.errorText.split(separator: "\n").count == 1)
        #expect(lines(of: path).count == 4)
        #expect(try files(in: folder) == ["log"])
    }

    @Test("grows for ever where the limit is 0")
    func noLimit() async throws {
        let folder = try Folder()
        try writeFile("\(folder.path)/log", String(repeating: "x", count: 3 * RotationTests.megabyte))
        _ = try await probe(file: "\(folder.path)/log", size: 0)
        #expect(try files(in: folder) == ["log"])
    }
}
