internal import JSON

/// The keys that a runtime adds to a configuration.
extension CNIRequest {
    static let prevResultKey = "prevResult"

    /// What the plugins before this one made.
    ///
    /// DEL must succeed whatever the runtime kept, and GC and STATUS get none.
    static func readPrevResult(
        _ configuration: JSONObject, _ operation: CNIOperation, _ version: CNIVersion
    ) throws(JSON.TypeError) -> CNIResult? {
        guard operation.isAboutAttachment else { return nil }
        guard let json = configuration.value(prevResultKey) else {
            guard operation != .check else { throw configuration.mistake(prevResultKey, "what ADD answered") }
            return nil
        }
        do throws(JSON.TypeError) {
            return try CNIResult(json: json, path: configuration.path(to: prevResultKey), defaultVersion: version)
        } catch {
            if operation == .del { return nil }
            throw error
        }
    }

    /// The list under the specification's key, or under the one that older runtimes use.
    ///
    /// A malformed entry is an error: left out, it would cost a living container its network.
    static func readAttachments(_ configuration: JSONObject) throws(JSON.TypeError) -> [Attachment]? {
        var listed = try configuration.objects("cni.dev/valid-attachments")
        if listed == nil { listed = try configuration.objects("cni.dev/attachments") }
        guard let entries = listed else { return nil }
        var attachments: [Attachment] = []
        for entry in entries {
            guard let containerID = try entry.string("containerID"), !containerID.isEmpty else {
                throw entry.mistake("containerID", "the container of an attachment to keep")
            }
            guard let ifname = try entry.string("ifname"), !ifname.isEmpty else {
                throw entry.mistake("ifname", "the interface of an attachment to keep")
            }
            attachments.append(Attachment(containerID: containerID, ifname: ifname))
        }
        return attachments
    }
}

extension JSON.TypeError {
    /// Whether the mistake is inside of prevResult, which the specification counts as undecodable.
    ///
    /// A prevResult that is missing altogether is a wrong configuration.
    var isAboutPrevResult: Bool {
        if path == .key(.root, CNIRequest.prevResultKey) && found == Self.absent { return false }
        var place = path
        while true {
            switch place {
            case .root: return false
            case .key(.root, CNIRequest.prevResultKey): return true
            case .key(let parent, _), .index(let parent, _): place = parent
            }
        }
    }
}
