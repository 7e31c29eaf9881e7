import AgentConfiguration
import Glibc
import Logging
import Logs
import System

/// The agent of a node.
@main
enum Martletd {
    static func main() async {
        do {
            try await run(try Invocation(Array(CommandLine.arguments.dropFirst())))
        } catch let mistake as Invocation.Mistake {
            say("martletd: \(mistake)\n\(Invocation.usage)")
            exit(64)
        } catch let error as ConfigurationError {
            say("martletd: \(error)")
            exit(64)
        } catch {
            say("martletd: \(error)")
            exit(1)
        }
    }

    private static func run(_ invocation: Invocation) async throws {
        switch invocation {
        case .help: print(Invocation.usage)
        case .check(let file): _ = try AgentConfiguration(file: file)
        case .runBIRD(let file): try BIRDProcess(try AgentConfiguration(file: file)).become()
        case .restartBIRD(let file): try BIRDProcess(try AgentConfiguration(file: file)).restart()
        case .serve(let file):
            let configuration = try AgentConfiguration(file: file)
            shareOneHeap()
            signal(SIGPIPE, SIG_IGN)
            let log = makeLogger(configuration.log, label: "martletd")
            log.info("started", metadata: ["node": "\(configuration.node)"])
            try await Agent(configuration, log).run()
        }
    }

    private static func say(_ text: String) {
        // Whoever has closed standard error does not want to hear it.
        do throws(SystemError) { try write(Array((text + "\n").utf8), to: STDERR_FILENO) } catch {}
    }
}
