import BIRD
import Ledger
import Registry
import System

/// Why a piece of the archive is not there.
struct Absence: Error {
    let reason: String
    /// What was got all the same.
    let remains: [UInt8]

    init(_ reason: String, remains: [UInt8] = []) {
        self.reason = reason
        self.remains = remains
    }
}

/// A piece of the archive: a file and how it is got. Getting it changes nothing on the node.
struct DiagsPiece {
    let name: String
    let source: Source

    enum Source {
        /// What a program says, within some seconds.
        case program([String])
        /// What this very tool says; findings are no failure.
        case tool([String])
        case text(() throws(Absence) -> String)
        /// It writes the file itself.
        case file((_ path: String) throws(Absence) -> Void)
    }

    init(_ name: String, _ source: Source) {
        self.name = name
        self.source = source
    }

    /// Gets it and writes it to `path`.
    func gather(to path: String) throws(Absence) {
        switch source {
        case .program(let words): try save(try run("/usr/bin/env", ["timeout", "20"] + words, good: [0]), path)
        case .tool(let words): try save(try run("/proc/self/exe", words, good: [0, 1]), path)
        case .text(let read): try save(Array(try read().utf8), path)
        case .file(let write): try write(path)
        }
    }

    private func save(_ bytes: [UInt8], _ path: String) throws(Absence) {
        try system { () throws(SystemError) in try DiagsFolder.write(bytes, to: path) }
    }
}

/// Runs a program and gives what it says.
func run(_ program: String, _ words: [String], good: Set<Int32>) throws(Absence) -> [UInt8] {
    let completion = try system { () throws(SystemError) in
        try Command.run(
            program, arguments: words, environment: currentEnvironment() + ["LC_ALL=C.UTF-8"], capturesErrors: true)
    }
    let errors = String(decoding: completion.errors, as: UTF8.self).split(separator: "\n")
    switch completion.status {
    case .exited(let status) where good.contains(status) && (status == 0 || !completion.output.isEmpty):
        return completion.output
    case .exited(124) where program == "/usr/bin/env":
        throw Absence("it did not end within 20 s", remains: completion.output)
    case .exited(let status):
        throw Absence(
            errors.first.map { String($0.trimmingPrefix("Error: ")) } ?? "it ended with status \(status)",
            remains: completion.output + completion.errors)
    case .signaled(let signal): throw Absence("it was ended by signal \(signal)", remains: completion.output)
    }
}

/// Makes system calls; their failure leaves a piece out.
func system<Result: ~Copyable>(_ body: () throws(SystemError) -> Result) throws(Absence) -> Result {
    do throws(SystemError) { return try body() } catch { throw Absence(error.description) }
}
