import JSON

/// Leaves out what is nobody's business: an archive is sent to others.
enum Secrets {
    private static let mark = "(left out)"

    /// BIRD's configuration without passwords.
    static func blanked(configuration text: String) -> String {
        text.replacing(#/(\bpassword\s+)("[^"]*"|[^\s;{]+)/#) { match in match.1 + "\"" + mark + "\"" }
    }

    /// JSON without what its names call secret, and without passwords in URLs. Paths of files with secrets stay.
    static func blanked(_ json: JSON) -> JSON {
        switch json {
        case .object(let members):
            .object(
                members.map { member in
                    JSON.Member(member.name, isSecret(member.name) ? .string(mark) : blanked(member.value))
                })
        case .array(let elements): .array(elements.map(blanked))
        case .string(let text): .string(text.replacing(#/://[^/@\s]*@/#, with: "://" + mark + "@"))
        default: json
        }
    }

    private static func isSecret(_ name: String) -> Bool {
        let name = name.lowercased()
        guard !name.hasSuffix("_file") else { return false }
        return ["password", "secret", "token", "credential"].contains { name.contains($0) }
    }
}
