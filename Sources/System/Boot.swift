import Glibc

/// Which boot of the machine this is, and how long it has lasted.
package enum Boot {
    /// The kernel's random identifier of this boot, random(4); 36 characters.
    package static func identifier() throws(SystemError) -> String {
        try readText("/proc/sys/kernel/random/boot_id")
    }

    /// Whole seconds since boot, time asleep included (`CLOCK_BOOTTIME`): no clock that anybody can set.
    package static func seconds() -> Int {
        var now = timespec()
        clock_gettime(clockid_t(7), &now)
        return now.tv_sec
    }
}

/// Seconds since 1970 of the wall clock: for people's eyes, never for decisions.
package func wallClockSeconds() -> Int { time(nil) }

/// A random number from the kernel, getrandom(2).
package func randomNumber() -> UInt64 {
    var generator = SystemRandomNumberGenerator()
    return generator.next()
}

/// The machine's name in lower case, gethostname(2): what a node is called unless it is told otherwise.
package func machineName() -> String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { space in
        guard let start = space.baseAddress, gethostname(start, 255) == 0 else { return "localhost" }
        space[255] = 0
        return String(cString: start).lowercased()
    }
}
