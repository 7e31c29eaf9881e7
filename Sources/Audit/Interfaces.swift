import Addressing
import Dataplane
import Glibc
import Netlink
import System

/// The interfaces of all network namespaces that have a path, by their other ends: read once, when first asked for.
final class Interfaces {
    /// One end of a veth pair in a namespace.
    struct Interface {
        let name: String
        let mac: MACAddress?
        let path: String
        let identity: FileStatus.Identity

        /// The namespace that it is in; nil if that has gone meanwhile.
        func namespace() -> NetworkNamespace? {
            do throws(NetworkNamespace.Refusal) {
                let namespace = try NetworkNamespace(at: path)
                guard namespace.identity == identity else { return nil }
                return namespace
            } catch { return nil }
        }
    }

    private struct Ends: Hashable {
        let host: Int32
        let pod: Int32
    }

    private lazy var all = Self.read()

    /// The other end of a host's link, if it is in a namespace that can be found.
    func otherEnd(of link: Link) -> Interface? {
        let candidates = all[Ends(host: link.index, pod: link.peerIndex)] ?? []
        return candidates.first { candidate in
            do throws(WiringError) {
                guard let namespace = candidate.namespace() else { return false }
                return try Wiring().isOtherEnd(of: link, in: namespace)
                // What the kernel does not say is no proof.
            } catch { return false }
        }
    }

    /// The same, if it has this name.
    func otherEnd(of link: Link, named name: String) -> Interface? {
        let found = otherEnd(of: link)
        return found?.name == name ? found : nil
    }

    private static func read() -> [Ends: [Interface]] {
        var interfaces: [Ends: [Interface]] = [:]
        var seen: Set<FileStatus.Identity> = []
        for path in paths() {
            // What has gone meanwhile, or is no namespace, is not searched.
            guard let identity = identity(path), seen.insert(identity).inserted, let links = links(path, identity)
            else { continue }
            for link in links where link.kind == "veth" {
                interfaces[Ends(host: link.peerIndex, pod: link.index), default: []].append(
                    Interface(name: link.name, mac: link.mac, path: path, identity: identity))
            }
        }
        return interfaces
    }

    /// Where runtimes keep namespaces comes first: such a path lives as long as the pod.
    private static func paths() -> [String] {
        let named = ["/run/netns", "/run/docker/netns"].flatMap { folder in
            names(in: folder).sorted().map { folder + "/" + $0 }
        }
        return named + names(in: "/proc").compactMap { Int($0) }.sorted().map { "/proc/\($0)/ns/net" }
    }

    private static func names(in folder: String) -> [String] {
        guard let stream = opendir(folder) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                String(cString: UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self))
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names
    }

    private static func identity(_ path: String) -> FileStatus.Identity? {
        do throws(SystemError) { return try FileStatus(at: path).identity } catch { return nil }
    }

    private static func links(_ path: String, _ identity: FileStatus.Identity) -> [Link]? {
        do throws(NetworkNamespace.Refusal) {
            let namespace = try NetworkNamespace(at: path)
            guard namespace.identity == identity else { return nil }
            do throws(WiringError) { return try Wiring.links(in: namespace) } catch { return nil }
        } catch { return nil }
    }
}
