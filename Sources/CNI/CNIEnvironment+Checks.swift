extension CNIEnvironment {
    /// Whether all the variables that the specification requires are there.
    ///
    /// - Throws: `CNIFailure` with code 4 that names all that are missing.
    func checkPresence(for operation: CNIOperation) throws(CNIFailure) {
        let lacksNetns = netns == nil && operation != .del
        let isComplete =
            operation.isAboutAttachment
            ? containerID != nil && ifname != nil && !lacksNetns : operation != .gc || path != nil
        if isComplete { return }
        var missing: [String] = []
        if operation.isAboutAttachment {
            if containerID == nil { missing.append("CNI_CONTAINERID") }
            if lacksNetns { missing.append("CNI_NETNS") }
            if ifname == nil { missing.append("CNI_IFNAME") }
        } else {
            missing.append("CNI_PATH")
        }
        throw CNIFailure(
            .invalidEnvironment, "missing " + missing.joined(separator: ", "),
            details: "\(operation.rawValue) needs it; an empty variable is the same as one that is not set")
    }

    /// Whether the names are such as may be used in paths and given to the kernel.
    ///
    /// - Throws: `CNIFailure` with code 4 that names the variable.
    func checkNames(for operation: CNIOperation) throws(CNIFailure) {
        guard operation.isAboutAttachment else { return }
        if let containerID, !Names.isIdentifier(containerID) {
            throw malformed("CNI_CONTAINERID", containerID, Names.identifierRule)
        }
        if let ifname, !Names.isInterfaceName(ifname) {
            throw malformed("CNI_IFNAME", ifname, Names.interfaceRule)
        }
    }

    private func malformed(_ name: String, _ value: String, _ rule: String) -> CNIFailure {
        let shown = value.count > 60 ? value.prefix(59) + "…" : value
        return CNIFailure(.invalidEnvironment, "\(name): expected \(rule), found \(shown.debugDescription)")
    }

    /// The content of CNI_ARGS.
    ///
    /// DEL must undo what an ADD with the same bad arguments may have left, so it does without them.
    func arguments(for operation: CNIOperation) throws(CNIFailure) -> CNIArguments {
        guard operation.isAboutAttachment, let args else { return CNIArguments() }
        do throws(CNIFailure) {
            return try CNIArguments.parse(args)
        } catch {
            if operation == .del { return CNIArguments() }
            throw error
        }
    }

    /// The directories of CNI_PATH, empty ones left out.
    var directories: [String] {
        guard let path else { return [] }
        var directories: [String] = []
        var directory: [UInt8] = []
        for byte in path.utf8 {
            if byte != 0x3A {
                directory.append(byte)
            } else if !directory.isEmpty {
                directories.append(String(decoding: directory, as: UTF8.self))
                directory.removeAll(keepingCapacity: true)
            }
        }
        if !directory.isEmpty { directories.append(String(decoding: directory, as: UTF8.self)) }
        return directories
    }
}
