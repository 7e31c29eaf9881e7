/// What happens to nodes.
extension Node {
    /// Fills the node's small disk to the last byte.
    package func fillDisk() async throws {
        let completion = try await namespace.run(["/bin/dd", "if=/dev/zero", "of=\(folder.path)/ballast", "bs=4096"])
        guard completion.errorText.contains("No space left") else {
            throw Failure("the disk did not fill: \(completion.errorText)")
        }
    }

    /// Lets nobody write to the node's small disk; waits for those who still do, such as the child that DEL leaves.
    package func makeDiskReadOnly() async throws {
        let isDone = try await eventually {
            try await namespace.run(["/bin/mount", "-o", "remount,ro", folder.path]).succeeded
        }
        guard isDone else { throw Failure("somebody has kept the ledger open for writing") }
    }

    /// Takes the ballast out again.
    package func freeDisk() async throws {
        try await namespace.must("/bin/rm", "\(folder.path)/ballast")
    }
}

extension Namespace {
    /// Holds flock(2) on a file, made if need be, until the returned program ends.
    package func holdLock(_ path: String) async throws -> Background {
        let holder = try await start("/usr/bin/flock", "--no-fork", path, "/bin/sleep", "infinity")
        let isHeld = try await eventually {
            try await !run(["/usr/bin/flock", "--nonblock", path, "/bin/true"]).succeeded
        }
        guard isHeld else { throw Failure("the lock \(path) was not got") }
        return holder
    }
}
