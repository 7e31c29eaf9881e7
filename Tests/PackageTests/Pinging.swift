import Foundation
import TestKit

/// A pod that asks another for an echo every 10 ms until it is told to end.
struct Pinging {
    private let folder: Folder
    private let ping: Task<Completion, any Error>

    /// Begins; the first answer is there when this returns.
    init(from pod: Pod, to address: String) async throws {
        let folder = try Folder()
        self.folder = folder
        let script = """
            /usr/bin/ping -n -i 0.01 \(address) >'\(folder.path)/answers' &
            until [ -e '\(folder.path)/end' ]; do sleep 0.05; done
            kill -INT $!
            wait $!
            """
        ping = Task {
            try await pod.namespace.run(["/bin/bash", "-c", script], timeout: .seconds(300))
        }
        let answers = "\(folder.path)/answers"
        let isAnswered = try await eventually {
            try await execute(["/bin/grep", "-sq", "icmp_seq=1 ", answers]).succeeded
        }
        guard isAnswered else { throw Failure("\(address) does not answer") }
    }

    /// Ends it, and gives the numbers of the echoes that came back. The very last may be on its way.
    func end() async throws -> [Int] {
        try writeFile("\(folder.path)/end", "")
        _ = try await ping.value
        let text = try String(contentsOfFile: "\(folder.path)/answers", encoding: .utf8)
        return text.matches(of: /bytes from .*icmp_seq=(\d+)/).compactMap { Int($0.1) }
    }
}
