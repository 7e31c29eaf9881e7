import Glibc
import Metrics
import System

/// What this process takes of the machine, proc(5).
struct ProcessUse: Sendable {
    /// Seconds since 1970.
    let start: Double
    let processorSeconds: Double
    let residentBytes: Double
    let descriptors: Int

    /// As it is now; nil where /proc is not there.
    static var own: ProcessUse? {
        do throws(SystemError) { return try ProcessUse() } catch { return nil }
    }

    private init?() throws(SystemError) {
        // The name, in parentheses, may hold anything.
        let text = try readText("/proc/self/stat")
        guard let end = text.lastIndex(of: ")") else { return nil }
        let fields = text[text.index(after: end)...].split(separator: " ").map { Double($0) ?? 0 }
        guard fields.count > 21 else { return nil }
        let tick = Double(sysconf(Int32(_SC_CLK_TCK)))
        processorSeconds = (fields[11] + fields[12]) / tick
        residentBytes = fields[21] * Double(sysconf(Int32(_SC_PAGESIZE)))
        let boot = try readText("/proc/stat", limit: 1 << 20).split(separator: "\n").first { $0.hasPrefix("btime ") }
        start = (boot.flatMap { Double($0.dropFirst("btime ".count)) } ?? 0) + fields[19] / tick
        descriptors = try Self.count("/proc/self/fd")
    }

    private static func count(_ folder: String) throws(SystemError) -> Int {
        guard let stream = opendir(folder) else { throw SystemError("opendir", folder) }
        defer { closedir(stream) }
        var count = 0
        while readdir(stream) != nil { count += 1 }
        // Without `.`, `..` and the folder itself.
        return count - 3
    }

    func add(to page: inout Exposition) {
        page.add(Measures.start, start)
        page.add(Measures.processor, processorSeconds)
        page.add(Measures.memory, residentBytes)
        page.add(Measures.descriptors, Double(descriptors))
    }
}
