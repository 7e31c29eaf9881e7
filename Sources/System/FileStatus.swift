import Glibc

/// What stat(2) says of a file.
package struct FileStatus: Hashable, Sendable {
    /// The kinds of file that callers tell apart.
    package enum Kind: Sendable { case regular, directory, symbolicLink, other }

    package let kind: Kind
    /// Permission bits, 0 to 0o7777.
    package let permissions: UInt32
    package let owner: UInt32
    /// Length in bytes.
    package let size: Int
    /// Device and inode: which file it is, by any name.
    package let identity: Identity

    /// Names a file apart from its path.
    package struct Identity: Hashable, Sendable {
        package let device: UInt64
        package let inode: UInt64

        package init(device: UInt64, inode: UInt64) {
            self.device = device
            self.inode = inode
        }
    }

    /// Status of an open file, fstat(2).
    package init(of raw: Int32) throws(SystemError) {
        var status = stat()
        try retrying("fstat") { fstat(raw, &status) }
        self.init(status)
    }

    /// Status of the file at `path`; of a symbolic link itself when `following` is false.
    package init(at path: String, following: Bool = true) throws(SystemError) {
        var status = stat()
        try retrying("stat", path) { following ? stat(path, &status) : lstat(path, &status) }
        self.init(status)
    }

    private init(_ status: stat) {
        switch status.st_mode & S_IFMT {
        case S_IFREG: kind = .regular
        case S_IFDIR: kind = .directory
        case S_IFLNK: kind = .symbolicLink
        default: kind = .other
        }
        permissions = status.st_mode & 0o7777
        owner = status.st_uid
        size = Int(status.st_size)
        identity = Identity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
    }
}
