import Addressing
import IPAM
import JSON
import System

/// What runtimes note of the answers that they got: libcni's cache, one file for each attachment.
///
/// Later plugins of a chain may have given a pod another MAC; this is where the last answer stands.
enum RuntimeCache {
    /// The MAC that the last plugin answered for the attachment's interface; nil where nothing is noted.
    static func mac(of attachment: Attachment, in folder: String) -> MACAddress? {
        let name = attachment.network + "-" + attachment.containerID + "-" + attachment.ifname
        guard let text = text(of: folder + "/" + name), let note = parse(text),
            case .array(let interfaces)? = note["result"]?["interfaces"]
        else { return nil }
        for interface in interfaces {
            guard interface["name"] == .string(attachment.ifname), case .string(let sandbox)? = interface["sandbox"],
                !sandbox.isEmpty, case .string(let mac)? = interface["mac"]
            else { continue }
            return MACAddress(text: mac)
        }
        return nil
    }

    // A note that is not there, or cannot be understood, says nothing: the lease counts.

    private static func text(of path: String) -> String? {
        do throws(SystemError) { return try readText(path) } catch { return nil }
    }

    private static func parse(_ text: String) -> JSON? {
        do throws(JSON.SyntaxError) { return try JSON.parse(Array(text.utf8)) } catch { return nil }
    }
}
