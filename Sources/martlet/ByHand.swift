import CNI

/// What a person gets who runs the plugin without a runtime.
enum ByHand {
    /// The text for `--version` and `--help`, or nil for a call that is no person's.
    static func answer(_ arguments: [String]) -> String? {
        switch arguments.dropFirst().first {
        case "--version", "-v": return "martlet " + Martlet.version + ", CNI " + versions + "\n"
        case "--help", "-h": return help
        default: return nil
        }
    }

    private static var versions: String {
        var text = ""
        for version in CNIVersion.allCases { text += (text.isEmpty ? "" : ", ") + version.rawValue }
        return text
    }

    private static var help: String {
        """
        martlet \(Martlet.version): a CNI plugin for pods on plain L3 networks, in the manner of Calico.

        A container runtime calls it for every pod; it is not meant to be typed. Called as martlet it makes a pod's
        interface, called as martlet-ipam it only gives addresses to another plugin. It speaks CNI \(versions).

        To try it by hand, with a network in /etc/cni/net.d/10-martlet.conflist and the cnitool of the CNI project:
          ip netns add pod1
          CNI_PATH=/opt/cni/bin cnitool add martlet /run/netns/pod1
          ip netns exec pod1 ip addr show eth0
          CNI_PATH=/opt/cni/bin cnitool del martlet /run/netns/pod1
          ip netns del pod1

        Or ask what it speaks:
          CNI_COMMAND=VERSION martlet < /dev/null

        """
    }
}
