import TestKit

/// The wire between the nodes.
extension Lab {
    /// What of IPv4 passes from node to node while a pod pings an address once, but for BGP, a line a packet; and whether
    /// there was an answer.
    func packets(from pod: String, to address: String) async throws -> (lines: [String], isAnswered: Bool) {
        let file = "/run/packets.\(pod)"
        try await must(
            "setsid --fork nsenter --net=/run/netns/lab-wire sh -c 'echo $$ >\(file).pid; "
                + "exec tcpdump --immediate-mode -l -n -i br0 ip and not tcp' >\(file) 2>\(file).errors")
        guard try await eventually({ try await must("cat \(file).errors").contains("listening") }) else {
            throw Failure("tcpdump does not listen: \(try await must("cat \(file).errors"))")
        }
        let isAnswered = try await pings(pod, address)
        try await Task.sleep(for: .milliseconds(300))
        try await must("kill $(cat \(file).pid); sleep 0.1")
        return (try await must("cat \(file)").split(separator: "\n").map(String.init), isAnswered)
    }
}
