import Glibc
import JSON
import System

/// Debian's `nft`, which turns a document into one transaction.
enum Nft {
    /// Where the program is looked for; a plugin's own PATH may be anything.
    private static let folders = ["/usr/sbin", "/sbin", "/usr/bin", "/bin"]

    /// Carries out the commands, all or none.
    ///
    /// nft can say that it did not understand and still exit with 0, so whatever it writes to standard error counts.
    static func run(_ document: JSON) throws(MasqueradeError) {
        let path = try locate()
        let completion: Command.Completion
        do throws(SystemError) {
            completion = try Command.run(
                path, arguments: ["-j", "-f", "-"],
                environment: ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C"], input: document.bytes,
                capturesErrors: true)
        } catch {
            throw MasqueradeError("\(path) could not be run: \(error)")
        }
        if completion.status == .exited(0) && completion.errors.isEmpty { return }
        throw MasqueradeError("\(path) refused table inet martlet: \(reason(completion))")
    }

    private static func locate() throws(MasqueradeError) -> String {
        for folder in folders where access(folder + "/nft", X_OK) == 0 { return folder + "/nft" }
        throw MasqueradeError(
            "nft not found in \(folders.joined(separator: ", ")), which natOutgoing pools and IPv6 need: "
                + "install it (Debian's package nftables)")
    }

    /// What it wrote to standard error, on one line and not endlessly; else how it ended.
    private static func reason(_ completion: Command.Completion) -> String {
        let lines = String(decoding: completion.errors, as: UTF8.self).split(separator: "\n")
        if !lines.isEmpty { return String(lines.joined(separator: "; ").prefix(500)) }
        return switch completion.status {
        case .exited(let status): "exit status \(status) and no word of why"
        case .signaled(let signal): "ended by signal \(signal)"
        }
    }
}
