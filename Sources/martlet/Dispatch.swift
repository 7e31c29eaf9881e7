import CNI
import Glibc
import JSON
import NetworkConfiguration
import System

/// One of the two plugins in this executable.
protocol Plugin {
    /// Does ADD and hands the result to `answer`.
    func add(_ operation: Operation, answer: (CNIResult) throws(CNIFailure) -> Void) throws(CNIFailure)
    func del(_ operation: Operation) throws(CNIFailure)
    func check(_ operation: Operation) throws(CNIFailure)
    func collect(_ operation: Operation) throws(CNIFailure)
    func status(_ operation: Operation) throws(CNIFailure)
}

/// `martlet`.
struct NetworkPlugin: Plugin {
    func add(_ operation: Operation, answer: (CNIResult) throws(CNIFailure) -> Void) throws(CNIFailure) {
        if operation.request.type != Settings.networkType {
            throw CNIFailure(
                .invalidConfiguration,
                "type: expected \"" + Settings.networkType + "\", found \"" + operation.request.type + "\"",
                details: "this plugin serves no other; a runtime calls the file that type names")
        }
        try operation.add(answer: answer)
    }
    func del(_ operation: Operation) throws(CNIFailure) { try operation.del() }
    func check(_ operation: Operation) throws(CNIFailure) { try operation.check() }
    func collect(_ operation: Operation) throws(CNIFailure) { try operation.collect() }
    func status(_ operation: Operation) throws(CNIFailure) { try operation.status() }
}

/// `martlet-ipam`.
struct AddressPlugin: Plugin {
    func add(_ operation: Operation, answer: (CNIResult) throws(CNIFailure) -> Void) throws(CNIFailure) {
        try operation.addAddresses(answer: answer)
    }
    func del(_ operation: Operation) throws(CNIFailure) { try operation.delAddresses() }
    func check(_ operation: Operation) throws(CNIFailure) { try operation.checkAddresses() }
    func collect(_ operation: Operation) throws(CNIFailure) { try operation.collectAddresses() }
    func status(_ operation: Operation) throws(CNIFailure) { try operation.statusOfAddresses() }
}

/// From the runtime's call to its answer.
enum Dispatch {
    /// Most bytes of a network configuration: far more than any has, far less than would hurt.
    private static let inputLimit = 1 << 20

    /// Serves the call that stands in the environment and on stdin; answers the exit status.
    static func run(_ plugin: some Plugin) -> Int32 {
        let agent = NodeAgent()
        let environment = CNIEnvironment.current()
        var input: [UInt8] = []
        var operation: CNIOperation?
        do throws(CNIFailure) {
            input = try readInput()
            operation = try environment.operation()
            if operation == .version {
                try write(CNIRequest.versionReply(input: input))
                return 0
            }
            try serve(try CNIRequest.read(environment: environment, input: input), plugin, agent)
            agent.hear(of: operation, code: 0)
            return 0
        } catch {
            let status = report(error, version(askedIn: input))
            agent.hear(of: operation, code: error.code.rawValue)
            return status
        }
    }

    private static func readInput() throws(CNIFailure) -> [UInt8] {
        do throws(SystemError) { return try readToEnd(0, limit: inputLimit) } catch {
            if error.number == EFBIG {
                throw CNIFailure(.undecodable, "stdin: the network configuration is larger than 1 MiB")
            }
            throw CNIFailure(.io, "stdin: " + error.description)
        }
    }

    /// The version that an error is answered in: the configuration's, as far as that can be told.
    private static func version(askedIn input: [UInt8]) -> CNIVersion {
        do throws(JSON.SyntaxError) {
            if case .string(let text) = try JSON.parse(input)["cniVersion"], let version = CNIVersion(rawValue: text) {
                return version
            }
        } catch {
            // What is wrong with the input is being reported just now.
        }
        return .newest
    }

    private static func serve(
        _ request: CNIRequest, _ plugin: some Plugin, _ agent: NodeAgent
    ) throws(CNIFailure) {
        let operation = try Operation(request, agent)
        do throws(CNIFailure) { try serve(operation, plugin) } catch {
            operation.log.note(.error, request.operation.rawValue + " failed: " + error.description)
            throw error
        }
    }

    private static func serve(_ operation: Operation, _ plugin: some Plugin) throws(CNIFailure) {
        let request = operation.request
        let agent = operation.agent
        switch request.operation {
        case .add:
            try plugin.add(operation) { (result) throws(CNIFailure) in
                try write(result.json(version: request.version))
                agent.hear(of: .add, code: 0)
                // The pod waits for nothing more. What is open the kernel closes, in less time than it takes here.
                _exit(0)
            }
        case .del: try plugin.del(operation)
        case .check: try plugin.check(operation)
        case .gc: try plugin.collect(operation)
        case .status: try plugin.status(operation)
        case .version: break
        }
    }

    private static func write(_ json: JSON) throws(CNIFailure) {
        var bytes: [UInt8] = []
        json.write(into: &bytes)
        bytes.append(UInt8(ascii: "\n"))
        if !writeOut(bytes) {
            throw CNIFailure(.result, "stdout: the result could not be written; what was made is undone")
        }
    }

    /// Tells the runtime on stdout, for it reads nothing else, and ends with a status that is not 0.
    private static func report(_ failure: CNIFailure, _ version: CNIVersion) -> Int32 {
        do throws(CNIFailure) { try write(failure.json(version: version)) } catch {
            // Nobody listens; the exit status alone says it.
        }
        return 1
    }
}
