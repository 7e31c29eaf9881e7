import Glibc
import System

/// Where an archive's pieces are put together: a folder that nobody else sees, and that goes with this value.
struct DiagsFolder: ~Copyable {
    private let parent: String
    private let name: String

    /// - Parameter name: of the one folder in the archive.
    init(named name: String) throws(Trouble) {
        let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array((folder + "/martlet-diags.XXXXXX").utf8CString)
        guard mkdtemp(&template) != nil else { throw Trouble(.blind, SystemError("mkdtemp", folder).description) }
        let parent = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        guard mkdir(parent + "/" + name, 0o700) == 0 else {
            throw Trouble(.blind, SystemError("mkdir", parent).description)
        }
        self.parent = parent
        self.name = name
    }

    deinit {
        // What cannot be removed is in the temporary folder, and root's alone.
        for piece in names(in: parent + "/" + name) { unlink(path(piece)) }
        rmdir(parent + "/" + name)
        rmdir(parent)
    }

    private func names(in folder: String) -> [String] {
        guard let stream = opendir(folder) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            names.append(
                withUnsafePointer(to: &entry.pointee.d_name) {
                    String(cString: UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self))
                })
        }
        return names.filter { $0 != "." && $0 != ".." }
    }

    /// Where a piece is written.
    func path(_ piece: String) -> String { parent + "/" + name + "/" + piece }

    /// Writes a file that only its owner reads, or writes it anew.
    static func write(_ bytes: [UInt8], to path: String) throws(SystemError) {
        let file = try FileDescriptor(opening: path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW)
        try file.write(bytes)
    }

    /// Packs everything into an archive that only its owner reads; it is there whole or not at all.
    func pack(into archive: String) throws(Trouble) {
        let draft = archive + ".new"
        do throws(SystemError) {
            // tar keeps the permissions of a file that is there.
            unlink(draft)
            _ = try FileDescriptor(opening: draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW)
        } catch { throw Trouble(.blind, error.description, hint: "another place: --output") }
        do throws(Absence) {
            _ = try run("/bin/tar", ["-czf", draft, "-C", parent, name], good: [0])
            try system { () throws(SystemError) in _ = try retrying("rename", archive) { rename(draft, archive) } }
        } catch {
            unlink(draft)
            throw Trouble(.blind, "the archive cannot be written: " + error.reason, hint: "another place: --output")
        }
    }
}
