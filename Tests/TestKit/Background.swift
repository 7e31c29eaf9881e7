import Foundation
import Glibc
import Synchronization

/// A program that runs beside the test in a namespace, until the last reference goes or the test process dies.
package final class Background: Sendable {
    private let child: Spawned
    private let isEnded = Mutex(false)

    /// The process, which replaces itself by the program: setpriv and nsenter do not fork.
    package var pid: Int32 { child.pid }

    init(_ arguments: [String], in namespace: Namespace) async throws {
        let command = ["/usr/bin/setpriv", "--pdeathsig", "KILL"] + namespace.entry
        child = try await withCheckedThrowingContinuation { continuation in
            // The signal comes when the thread that started the child ends, so this one stays as long as the child.
            Thread.detachNewThread {
                let started = Result { try Background.start(command + arguments) }
                continuation.resume(with: started)
                var info = siginfo_t()
                if case .success(let child) = started { waitid(P_PID, id_t(child.pid), &info, WEXITED | WNOWAIT) }
            }
        }
    }

    private static func start(_ arguments: [String]) throws -> Spawned {
        let nothing = open("/dev/null", O_RDWR | O_CLOEXEC)
        defer { close(nothing) }
        return try Spawned(
            arguments, environment: defaultEnvironment.map { "\($0.key)=\($0.value)" }, stdin: nothing,
            stdout: nothing, stderr: nothing)
    }

    deinit {
        end()
    }

    /// Kills the program now.
    package func end() {
        isEnded.withLock { isEnded in
            if !isEnded { child.end() }
            isEnded = true
        }
    }
}

/// What came in on a UDP port, by socat(1).
package struct Listener: Sendable {
    private let server: Background
    private let folder: Folder

    /// The text of every datagram so far, one after the other.
    package var received: String {
        String(decoding: FileManager.default.contents(atPath: "\(folder.path)/received") ?? Data(), as: UTF8.self)
    }

    /// Whether the text has come within the time.
    package func hears(_ text: String, within limit: Duration = .seconds(5)) async throws -> Bool {
        try await eventually(within: limit) { received.contains(text) }
    }

    /// Gives the port up now.
    package func end() { server.end() }

    fileprivate init(_ namespace: Namespace, _ port: Int, bind address: String) async throws {
        folder = try Folder()
        let isIPv6 = address.contains(":")
        let source = isIPv6 ? "UDP6-RECV:\(port),bind=[\(address)],ipv6only" : "UDP4-RECV:\(port),bind=\(address)"
        server = try await Background(
            ["/usr/bin/socat", "-u", source, "OPEN:\(folder.path)/received,creat,append"], in: namespace)
        let isBound = try await eventually {
            try await !namespace.must("/usr/bin/ss", "-Hlun", "sport = :\(port)").isEmpty
        }
        guard isBound else { throw Failure("no listener on UDP port \(port) of \(address)") }
    }
}

extension Namespace {
    /// Listens for datagrams; the port is open when this returns.
    package func listen(_ port: Int, bind address: String) async throws -> Listener {
        try await Listener(self, port, bind: address)
    }

    /// Starts a program that stays.
    package func start(_ arguments: String...) async throws -> Background { try await start(arguments) }

    /// Starts a program that stays.
    package func start(_ arguments: [String]) async throws -> Background {
        try await Background(arguments, in: self)
    }

    /// Answers each TCP connection to the port with `text`; open when this returns.
    package func serve(_ port: Int, text: String) async throws -> Background {
        let server = try await start(
            "/usr/bin/socat", "TCP-LISTEN:\(port),reuseaddr,fork", "SYSTEM:echo \(text)")
        let isOpen = try await eventually {
            try await !must("/usr/bin/ss", "-Hltn", "sport = :\(port)").isEmpty
        }
        guard isOpen else { throw Failure("no server on TCP port \(port)") }
        return server
    }

    /// What a TCP server answers; nil when there is no connection within 3 s.
    package func fetch(_ address: String, _ port: Int) async throws -> String? {
        let target = address.contains(":") ? "TCP6:[\(address)]:\(port)" : "TCP4:\(address):\(port)"
        let completion = try await run(["/usr/bin/socat", "-T", "3", "-", "\(target),connect-timeout=3"])
        return completion.succeeded ? completion.text.trimmingCharacters(in: .newlines) : nil
    }

    /// Every counter of packets that the kernel threw away here, and what each link could not send: for a test to show.
    package func losses() async throws -> String {
        let counters = try await must("/usr/bin/nstat", "-asz").split(separator: "\n").filter {
            ($0.contains("Discards") || $0.contains("Errors") || $0.contains("Drop") || $0.contains("NoRoutes"))
                && !$0.contains(" 0  ")
        }
        let links = try await json("-s", "link", "show").elements.map {
            "\($0["ifname"]): not sent \($0["stats64"]["tx"]["dropped"]), not taken \($0["stats64"]["rx"]["dropped"])"
        }
        return (counters.map(String.init) + links).joined(separator: "\n")
    }

    /// Whether one echo request is answered within the second; there is no second one.
    package func pings(_ address: String, from source: String? = nil, size: Int? = nil) async throws -> Bool {
        var arguments = ["/usr/bin/ping", "-n", "-q", "-c", "1", "-W", "1"]
        if let source { arguments += ["-I", source] }
        if let size { arguments += ["-M", "do", "-s", String(size)] }
        return try await run(arguments + [address]).succeeded
    }
}

/// Asks again and again until the answer is yes or the time is over.
package func eventually(
    within limit: Duration = .seconds(5), _ isTrue: () async throws -> Bool
) async throws -> Bool {
    let start = ContinuousClock.now
    repeat {
        if try await isTrue() { return true }
        try await Task.sleep(for: .milliseconds(10))
    } while ContinuousClock.now - start < limit
    return false
}
