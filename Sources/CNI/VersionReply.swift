package import JSON

extension CNIRequest {
    /// The answer to VERSION: the version asked with, and all that this plugin speaks.
    ///
    /// The question may be empty or unreadable: VERSION is how a runtime finds out what it may send. The newest
    /// version stands in the answer then.
    package static func versionReply(input: [UInt8]) -> JSON {
        var asked = CNIVersion.newest.rawValue
        do throws(JSON.SyntaxError) {
            if case .string(let text) = try JSON.parse(input)["cniVersion"], !text.isEmpty { asked = text }
        } catch {
            // Nothing that could be told to the runtime by this operation.
        }
        return [
            "cniVersion": .string(asked),
            "supportedVersions": .array(CNIVersion.allCases.map { .string($0.rawValue) }),
        ]
    }
}
