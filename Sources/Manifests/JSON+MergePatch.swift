import JSON

extension JSON {
    /// The value after a merge patch, RFC 7386: members of objects are put one by one, null removes, and whatever is no
    /// object takes the old value's place whole.
    package func merging(_ patch: JSON) -> JSON {
        guard case .object(let changes) = patch else { return patch }
        var members: [Member] = []
        if case .object(let old) = self { members = old }
        for change in changes {
            let index = members.firstIndex { $0.name == change.name }
            let old = index.map { members[$0].value } ?? .null
            let new = change.value == .null ? nil : Member(change.name, old.merging(change.value))
            switch (index, new) {
            case (let index?, let new?): members[index] = new
            case (let index?, nil): members.remove(at: index)
            case (nil, let new?): members.append(new)
            case (nil, nil): break
            }
        }
        return .object(members)
    }
}
