import AgentConfiguration
import BIRD
import Glibc
import System

/// This node's BIRD, wherever it was started.
struct BIRDProcess {
    private let bird: AgentConfiguration.BIRD
    private let folder: String

    init(_ configuration: AgentConfiguration) {
        bird = configuration.bird
        folder = configuration.runDirectory
    }

    /// BIRD writes its number here, and takes the file away when it ends in order.
    private var pidFile: String { folder + "/bird.pid" }
    /// Stands while BIRD restarts by its own command, which peers are told of.
    private var recoveryMark: String { folder + "/bird.recover" }

    /// Whether it answers on its socket.
    func isRunning() throws(BIRDError) -> Bool {
        do throws(BIRDError) {
            var control = try ControlSocket.open(bird.socket)
            _ = try control.daemon()
            return true
        } catch {
            guard case .unreachable(_, let error) = error, [ENOENT, ECONNREFUSED].contains(error.number) else {
                throw error
            }
            return false
        }
    }

    /// Has it read its configuration again.
    func configure() throws(BIRDError) {
        var control = try ControlSocket.open(bird.socket)
        _ = try control.ask("configure \"\(bird.configurationFile)\"")
    }

    /// Its command line.
    ///
    /// After a crash, and after a restart that peers wait for, BIRD takes up what it left in the kernel (`-R`). After an
    /// orderly end peers have forgotten it, and `-R` would only make it silent for some seconds; after a reboot the
    /// folder is empty, and so is the kernel.
    func arguments(inForeground: Bool) -> [String] {
        let recovers = access(pidFile, F_OK) == 0 || access(recoveryMark, F_OK) == 0
        return (inForeground ? ["-f"] : []) + ["-c", bird.configurationFile, "-s", bird.socket, "-P", pidFile]
            + (recovers ? ["-R"] : [])
    }

    /// Starts it as a daemon of its own, which outlives the agent.
    ///
    /// - Throws: `BIRDRefusal` with its words where it does not start.
    func start() throws {
        let completion = try Command.run(
            bird.program, arguments: arguments(inForeground: false), environment: currentEnvironment(),
            capturesErrors: true)
        guard completion.status == .exited(0) else {
            let words = String(decoding: completion.errors + completion.output, as: UTF8.self)
            throw BIRDRefusal(description: "BIRD does not start: \(words)")
        }
        // It has been read.
        unlink(recoveryMark)
    }

    /// Becomes BIRD, in the foreground: what a unit of systemd's runs.
    ///
    /// - Throws: `SystemError` where the program cannot be run; does not return otherwise.
    func become() throws(SystemError) {
        let arguments = [bird.program] + arguments(inForeground: true)
        unlink(recoveryMark)
        var argv: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        // Threads of Swift's runtime block signals, and BIRD would never hear that it is to end.
        var none = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, nil)
        execv(bird.program, &argv)
        throw SystemError("execv", bird.program)
    }

    /// Ends it so that neither its peers nor the kernel forget a route; whoever keeps it running starts it again.
    func restart() throws {
        // Before BIRD is gone: whoever starts it again looks for the mark.
        _ = try FileDescriptor(opening: recoveryMark, O_WRONLY | O_CREAT)
        var control = try ControlSocket.open(bird.socket)
        _ = try control.ask("graceful restart")
    }

    /// Waits until the BIRD that runs now has ended.
    func end() async throws {
        let bell = try Bell()
        let socket = bird.socket
        try await watch(bell) { try EndWatch(of: socket, bell) }
    }
}

/// Holds a connection to BIRD that ends with it.
private struct EndWatch: Watch, ~Copyable {
    private let connection: FileDescriptor
    private let bell: Bell

    init(of socket: String, _ bell: Bell) throws(SystemError) {
        connection = try FileDescriptor.connected(to: socket, patience: 5)
        self.bell = bell
    }

    var raw: Int32 { connection.raw }
    var due: ContinuousClock.Instant? { nil }

    mutating func hear(_ now: ContinuousClock.Instant) {
        var greeting = [UInt8](repeating: 0, count: 1024)
        let count = read(connection.raw, &greeting, greeting.count)
        if count == 0 || count < 0 && errno != EINTR { bell.end() }
    }

    mutating func act(_ now: ContinuousClock.Instant) {}
}
