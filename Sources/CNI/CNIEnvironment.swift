import Glibc

/// The CNI_ variables of a call; one that is empty is the same as one that is not set.
package struct CNIEnvironment: Hashable, Sendable {
    /// CNI_COMMAND.
    package var command: String?
    /// CNI_CONTAINERID.
    package var containerID: String?
    /// CNI_NETNS.
    package var netns: String?
    /// CNI_IFNAME.
    package var ifname: String?
    /// CNI_ARGS.
    package var args: String?
    /// CNI_PATH.
    package var path: String?

    /// Makes an environment, for calls that do not come from outside.
    package init(
        command: String? = nil, containerID: String? = nil, netns: String? = nil, ifname: String? = nil,
        args: String? = nil, path: String? = nil
    ) {
        self.command = command.nonEmpty
        self.containerID = containerID.nonEmpty
        self.netns = netns.nonEmpty
        self.ifname = ifname.nonEmpty
        self.args = args.nonEmpty
        self.path = path.nonEmpty
    }

    /// The variables of this process.
    package static func current() -> CNIEnvironment {
        CNIEnvironment(
            command: variable("CNI_COMMAND"), containerID: variable("CNI_CONTAINERID"), netns: variable("CNI_NETNS"),
            ifname: variable("CNI_IFNAME"), args: variable("CNI_ARGS"), path: variable("CNI_PATH"))
    }

    private static func variable(_ name: String) -> String? {
        guard let value = getenv(name) else { return nil }
        return String(cString: value)
    }

    /// What CNI_COMMAND asks for.
    ///
    /// - Throws: `CNIFailure` with code 4.
    package func operation() throws(CNIFailure) -> CNIOperation {
        guard let command else {
            throw CNIFailure(
                .invalidEnvironment, "missing CNI_COMMAND", details: "it must be one of \(CNIOperation.list)")
        }
        guard let operation = CNIOperation(rawValue: command) else {
            throw CNIFailure(
                .invalidEnvironment,
                "CNI_COMMAND: expected one of \(CNIOperation.list), found \(command.debugDescription)")
        }
        return operation
    }
}

/// What a runtime can ask a plugin to do.
package enum CNIOperation: String, CaseIterable, Sendable {
    case add = "ADD"
    case del = "DEL"
    case check = "CHECK"
    case gc = "GC"
    case status = "STATUS"
    case version = "VERSION"

    static var list: String { allCases.map(\.rawValue).joined(separator: ", ") }

    /// The version of the specification that brought the operation.
    var since: CNIVersion {
        switch self {
        case .add, .del, .version: .v010
        case .check: .v040
        case .gc, .status: .v110
        }
    }

    /// Whether the operation is about one interface of one container.
    package var isAboutAttachment: Bool {
        switch self {
        case .add, .del, .check: true
        case .gc, .status, .version: false
        }
    }
}

extension String? {
    var nonEmpty: String? { self == "" ? nil : self }
}
