package import JSON

/// One call of the plugin, checked against every rule that needs neither kernel nor ledger.
package struct CNIRequest: Sendable {
    /// What is asked for.
    package let operation: CNIOperation
    /// The version of the configuration, and so of the answer; 0.1.0 when it gives none.
    package let version: CNIVersion
    /// The network's name; empty for VERSION.
    package let network: String
    /// The plugin's name in the configuration; empty for VERSION.
    package let type: String
    /// The container; empty for the operations that are about none.
    package let containerID: String
    /// The interface in the container; empty for the operations that are about none.
    package let ifname: String
    /// Path of the container's network namespace, as given; DEL may come without.
    package let netns: String?
    /// The content of CNI_ARGS; none for the operations that are about no container, and for DEL when it is malformed.
    package let args: CNIArguments
    /// The directories of CNI_PATH in which delegated plugins are looked up.
    package let path: [String]
    /// The configuration, untouched.
    package let configuration: JSONObject
    /// The configuration's bytes as they came.
    package let raw: [UInt8]
    /// The `type` in the configuration's `ipam`.
    package let ipamType: String?
    /// What the plugins before this one made, or for CHECK and DEL the whole chain; nil when DEL's cannot be read.
    package let prevResult: CNIResult?
    /// What the runtime gives for the capabilities that the configuration lists.
    package let runtimeConfig: JSONObject?
    /// The attachments that GC must keep; nil when the runtime did not say, which is not the same as none.
    package let validAttachments: [Attachment]?

    /// One interface of one container.
    package struct Attachment: Hashable, Sendable {
        /// The container.
        package let containerID: String
        /// The interface in the container.
        package let ifname: String

        /// Names an attachment.
        package init(containerID: String, ifname: String) {
            self.containerID = containerID
            self.ifname = ifname
        }
    }

    /// The call to another plugin that has the same configuration and environment.
    package func delegation(to type: String) -> Delegation {
        Delegation(type: type, path: path, raw: raw, version: version)
    }
}
