/// What `martletctl ipam check` said.
package struct AuditOutcome: Sendable {
    /// One thing that it found.
    package struct Finding: Hashable, Sendable, CustomStringConvertible {
        package let code: String
        package let subject: String
        package let text: String
        /// The command that repairs it.
        package let repair: String
        package let isNote: Bool
        package let container: String?

        package var description: String { "\(code) \(subject): \(text)" }
    }

    package let completion: Completion
    package let findings: [Finding]

    /// Takes what the program left.
    ///
    /// - Throws: when it wrote no report, or could not look.
    init(_ completion: Completion) throws {
        self.completion = completion
        guard [.exited(0), .exited(1)].contains(completion.status), completion.errors.isEmpty else {
            throw Failure(
                "the audit ended with \(completion.status), stdout: \(completion.text), "
                    + "stderr: \(completion.errorText)")
        }
        let document = try Value(parsing: completion.output)
        findings = document["findings"].elements.map {
            Finding(
                code: $0["code"].string ?? "", subject: $0["subject"].string ?? "", text: $0["text"].string ?? "",
                repair: $0["repair"].string ?? "", isNote: $0["note"].bool ?? false,
                container: $0["container"].string)
        }
        guard document["clean"].bool == isClean, isClean == findings.allSatisfy(\.isNote) else {
            throw Failure("exit status, `clean` and findings do not agree: \(completion.status), \(document)")
        }
    }

    /// Exit status 0: notes may be there.
    package var isClean: Bool { completion.succeeded }

    /// What is wrong, without notes.
    package var problems: [Finding] { findings.filter { !$0.isNote } }
}

extension Node {
    /// The words of every call of `martletctl ipam check` here: this node's ledger, and no time for later plugins.
    package var auditWords: [String] { ["--data-dir", data, "--nodename", name, "--grace", "0"] }

    /// Audits the node.
    package func audit(_ words: String..., timeout: Duration = .seconds(60)) async throws -> AuditOutcome {
        let command = [Programs.operatorsTool, "ipam", "check", "-o", "json"] + auditWords + words
        return try AuditOutcome(try await namespace.run(command, timeout: timeout))
    }

    /// Runs the command that a finding prints, as an operator would in a shell.
    ///
    /// - Parameter backup: what stands where the command says BACKUP.
    package func repair(_ finding: AuditOutcome.Finding, backup: String = "") async throws {
        let ledger = auditWords.prefix(4).joined(separator: " ")
        let tool = """
            martletctl() { command "\(Programs.operatorsTool)" "$@" \(ledger); }

            """
        try await namespace.must("/bin/bash", "-ec", tool + finding.repair.replacing("BACKUP", with: backup))
    }
}

extension CNITool {
    /// Audits the node as a machine whose folders are those that cnitool sees.
    package func audit(_ words: String...) async throws -> AuditOutcome {
        let command = [Programs.operatorsTool, "ipam", "check", "-o", "json", "--grace", "0"]
        return try AuditOutcome(try await run(command + words))
    }
}
