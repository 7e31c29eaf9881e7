import IPAM
import Ledger
import Resources

/// Whose an address of Calico's is, as its handle tells.
struct Holder {
    enum Kind {
        case pod((network: String, containerID: String), PodIdentity)
        /// The node itself: an end of a tunnel.
        case tunnel
        case windows
        case unknown
    }

    let kind: Kind
    /// For people.
    let text: String

    init(_ allocation: IPAMBlock.Allocation) {
        let handle = allocation.handle ?? ""
        // A network may have dots in its name; runtimes make no container ID with one.
        let dot = handle.lastIndex(of: ".")
        let pod = PodIdentity(namespace: allocation.namespace, name: allocation.pod, uid: nil)
        if ["ipip", "vxlan", "vxlan-v6", "wireguard", "wireguard-v6"].contains(where: {
            handle.hasPrefix($0 + "-tunnel-addr-")
        }) {
            kind = .tunnel
        } else if handle == "windows-reserved-ipam-handle" {
            kind = .windows
        } else if let dot, dot > handle.startIndex, handle.index(after: dot) < handle.endIndex {
            kind = .pod((String(handle[..<dot]), String(handle[handle.index(after: dot)...])), pod)
        } else {
            kind = .unknown
        }
        if let namespace = pod.namespace, let name = pod.name {
            text = "pod \(namespace)/\(name)"
        } else {
            text = handle.isEmpty ? "nobody" : handle
        }
    }
}
