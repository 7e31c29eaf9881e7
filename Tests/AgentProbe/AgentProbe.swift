import Addressing
import AgentListener
import AgentSocket
import Glibc
import IPAM
import Ledger
import System

/// An agent that does as it is told, for tests of the plugin.
///
/// `AgentProbe SOCKETS DATA NODE COMMAND`: the folder of its sockets, the ledger's, and the node's name. Commands:
///
/// - `share NAME CIDR LENGTH`: the cluster has this one pool.
/// - `here` and `nowhere`: the ledger says where the sockets are, or that there is no agent.
/// - `lose CIDR OWNER`: the cluster has given a block of the node's to another.
/// - `serve ANSWER...`: answers questions for blocks one after the other, and the last one again and again: a CIDR is granted,
///   `silence` is no answer, anything else is why not; `alarm=TEXT` is what is wrong. What it hears of operations it
///   writes to SOCKETS/heard.
@main
struct AgentProbe {
    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count > 4 else { fatalError("AgentProbe SOCKETS DATA NODE COMMAND") }
        let node = NodeLedger(data: arguments[2], node: arguments[3])
        let words = Array(arguments.dropFirst(5))
        switch arguments[4] {
        case "share":
            let pool = Pool(name: words[0], cidr: try Prefix(parsing: words[1]), blockLength: Int(words[2]))
            try node.change { (book) throws(LedgerError) in try book.mirror(pools: [pool]) }
        case "here": try node.change { (book) throws(LedgerError) in try book.setAgent(folder: arguments[1]) }
        case "nowhere": try node.change { (book) throws(LedgerError) in try book.setAgent(folder: nil) }
        case "lose":
            let block = try Prefix(parsing: words[0])
            try node.change { (book) throws(LedgerError) in _ = try book.lose(block: block, to: words[1]) }
        case "serve": try await serve(arguments[1], node, words)
        default: fatalError("unknown command \(arguments[4])")
        }
    }

    private static func serve(_ folder: String, _ node: NodeLedger, _ words: [String]) async throws {
        let alarms = words.filter { $0.hasPrefix("alarm=") }.map { String($0.dropFirst(6)) }
        var answers = words.filter { !$0.hasPrefix("alarm=") }[...]
        let listener = try AgentListener(folder: folder)
        let hearing = Task { try await write(listener.operations, to: folder + "/heard") }
        var unanswered: [AgentCall] = []
        for await call in listener.calls {
            guard case .block(let wish) = call.request else {
                call.answer(.alarms(alarms))
                continue
            }
            let answer = answers.count > 1 ? answers.removeFirst() : answers.first ?? "nothing is left"
            if answer == "silence" {
                unanswered.append(call)
            } else if answer.contains("/") {
                let block = try Prefix(parsing: answer)
                try node.change { (book) throws(LedgerError) in _ = try book.add(block: block, pool: wish.pools[0]) }
                call.answer(.granted([block]))
            } else {
                call.answer(.refused(answer))
            }
        }
        try await hearing.value
    }

    private static func write(_ operations: AsyncStream<OperationReport>, to path: String) async throws {
        let file = try FileDescriptor(opening: path, O_WRONLY | O_CREAT | O_APPEND)
        for await report in operations {
            let isQuick = (1..<10_000_000).contains(report.microseconds)
            try file.write(Array("\(report.operation) \(report.code) \(isQuick ? "quick" : "slow")\n".utf8))
        }
    }
}

/// The ledger of a node, opened anew for each change.
struct NodeLedger {
    let data: String
    let node: String

    func change<Result>(_ body: (borrowing Ledger) throws(LedgerError) -> Result) throws {
        let directory = try LedgerDirectory(creating: data)
        let book = try Ledger(
            in: directory, node: node, bootID: try Boot.identifier(), restTime: nil, isRouted: true)
        _ = try book.transaction(in: directory) { () throws(LedgerError) in try body(book) }
    }
}
