import Foundation
import Glibc
import TestKit

/// Pods that come and go beside a test: shells that call the plugin one operation after the other, each for pods of its
/// own, as a runtime does.
final class Churn: Sendable {
    private let node: Node
    private let workers: [Background]
    private let folder: String
    private let start = ContinuousClock.now
    let pods: [Pod]

    private static let workerCount = 4
    private static let podsOfWorker = 6
    private static let operations = 30_000

    /// What a shell does: `OPERATION CONTAINER NAMESPACE` each line, until there is a file `stop`.
    private static let script = """
        cd "$1"; worker=$2; plugin=$3
        export CNI_IFNAME=eth0 CNI_PATH=$4
        while read -r CNI_COMMAND CNI_CONTAINERID CNI_NETNS; do
            [ ! -e stop ] || exit 0
            export CNI_COMMAND CNI_CONTAINERID CNI_NETNS
            case $CNI_COMMAND in
            CHECK) { cat head; cat "$CNI_CONTAINERID.result"; echo '}'; } >"$worker.input"; input=$worker.input ;;
            GC) input=collect; unset CNI_CONTAINERID CNI_NETNS ;;
            *) input=configuration ;;
            esac
            if ! "$plugin" <$input >$worker.output 2>$worker.errors; then
                echo "$CNI_COMMAND $CNI_CONTAINERID: $(cat $worker.output $worker.errors)" >>$worker.failures
            fi
            [ $CNI_COMMAND != ADD ] || mv $worker.output "$CNI_CONTAINERID.result"
            echo $CNI_COMMAND >>$worker.done
        done <$worker.operations
        """

    /// Starts it.
    ///
    /// - Parameter others: pods that GC is to leave alone, too.
    static func start(
        on node: Node, _ configuration: Value, sparing others: [Pod], _ random: inout Seeded
    ) async throws -> Churn {
        let folder = "\(node.folder.path)/churn"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        var pods: [Pod] = []
        for number in 0..<workerCount * podsOfWorker { pods.append(try await node.pod(id: "churn-\(number)")) }
        let attachments = (pods + others).map { (container: $0.id, ifname: "eth0") }
        try writeFile("\(folder)/configuration", configuration.text)
        try writeFile("\(folder)/collect", configuration.keeping(attachments).text)
        try writeFile("\(folder)/head", String(configuration.text.dropLast()) + #","prevResult":"#)
        try writeFile("\(folder)/script", script)
        var workers: [Background] = []
        for worker in 0..<workerCount {
            let own = Array(pods[worker * podsOfWorker..<(worker + 1) * podsOfWorker])
            try writeFile("\(folder)/\(worker).operations", lines(own, &random))
            workers.append(
                try await node.namespace.start(
                    "/bin/sh", "\(folder)/script", folder, String(worker), Programs.path(of: "martlet"),
                    Programs.searchPath))
        }
        return Churn(node, workers, folder, pods)
    }

    private init(_ node: Node, _ workers: [Background], _ folder: String, _ pods: [Pod]) {
        self.node = node
        self.workers = workers
        self.folder = folder
        self.pods = pods
    }

    /// ADDs and DELs by turns for each pod, and now and then a CHECK or GC.
    private static func lines(_ pods: [Pod], _ random: inout Seeded) -> String {
        var alive: Set<String> = []
        var lines: [String] = []
        for number in 0..<operations {
            let pod = pods[Int.random(in: pods.indices, using: &random)]
            let place = "\(pod.id) \(pod.path)"
            if number % 50 == 49 {
                lines.append("GC - -")
            } else if alive.contains(pod.id), Int.random(in: 0..<20, using: &random) == 0 {
                lines.append("CHECK \(place)")
            } else if alive.remove(pod.id) != nil {
                lines.append("DEL \(place)")
            } else {
                alive.insert(pod.id)
                lines.append("ADD \(place)")
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// ADDs and DELs so far, and how many a second that are.
    func progress() throws -> (count: Int, rate: Double) {
        let done = try texts("done").flatMap { $0.split(separator: "\n") }.filter { $0 == "ADD" || $0 == "DEL" }
        let time = (ContinuousClock.now - start).components
        return (done.count, Double(done.count) / (Double(time.seconds) + Double(time.attoseconds) / 1e18))
    }

    /// What operations have failed.
    func failures() throws -> [String] { try texts("failures") }

    private func texts(_ kind: String) throws -> [String] {
        let paths = (0..<Self.workerCount).map { "\(folder)/\($0).\(kind)" }
        return try paths.filter { access($0, F_OK) == 0 }.map { String(decoding: try readFile($0), as: UTF8.self) }
    }

    /// Ends it: every operation that was begun comes to its end.
    func stop() async throws {
        try writeFile("\(folder)/stop", "")
        let isOver = try await eventually(within: .seconds(30)) {
            workers.allSatisfy { kill($0.pid, 0) != 0 || isZombie($0.pid) }
        }
        guard isOver else { throw Failure("the churn has not ended") }
    }

    /// Its end is waited for by whoever lets go of it.
    private func isZombie(_ pid: Int32) -> Bool {
        let status = FileManager.default.contents(atPath: "/proc/\(pid)/stat") ?? Data()
        return String(decoding: status, as: UTF8.self).contains(") Z ")
    }
}
