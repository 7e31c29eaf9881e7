import Addressing
import Glibc
import System

/// host-local's memory of one network: a file for each address, named by it, with the container's ID and, since version
/// 0.7, its interface on a second line.
struct HostLocalFolder {
    /// One address that is given out.
    struct Record: Hashable {
        let address: IPAddress
        let containerID: String
        let ifname: String
    }

    private let path: String

    init(_ path: String) { self.path = path }

    /// The network that a folder is called by.
    static func name(of path: String) -> String {
        path.split(separator: "/").last.map(String.init) ?? path
    }

    /// All records, by address.
    ///
    /// - Throws: `Trouble` for a folder that cannot be read, or a file that is none of host-local's.
    func records() throws(Trouble) -> [Record] {
        guard let folder = opendir(path) else {
            throw Trouble(.blind, "\(path) cannot be read: \(String(cString: strerror(errno)))")
        }
        defer { closedir(folder) }
        var records: [Record] = []
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            // Beside its records host-local keeps a lock and, for each range, where it was.
            if name.hasPrefix(".") || name == "lock" || name.hasPrefix("last_reserved_ip") { continue }
            records.append(try record(name))
        }
        return records.sorted { $0.address < $1.address }
    }

    private func record(_ name: String) throws(Trouble) -> Record {
        let file = path + "/" + name
        let address: IPAddress
        do throws(AddressError) { address = try IPAddress(parsing: name) } catch {
            throw Trouble(.findings, "\(file) is no record of host-local: its name is no address")
        }
        let text: String
        do throws(SystemError) { text = try readText(file) } catch { throw Trouble(.blind, error.description) }
        let lines = text.split(whereSeparator: \.isNewline).map(String.init)
        guard let container = lines.first, !container.isEmpty else {
            throw Trouble(.findings, "\(file) names no container")
        }
        return Record(address: address, containerID: container, ifname: lines.count > 1 ? lines[1] : "eth0")
    }
}
