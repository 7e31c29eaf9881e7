extension Session {
    /// Seconds since the session came into its state, by BIRD's own clock; nil where BIRD is told to write times in
    /// another form.
    package func age(at daemon: Daemon) -> Int? {
        guard let now = seconds(daemon.time), let then = seconds(since) else { return nil }
        // A clock that was set back makes nothing younger than it is.
        return max(0, now - then)
    }
}

/// Seconds of a time such as `2026-11-23 03:21:02` since the year 0, all in one time zone.
private func seconds(_ text: String) -> Int? {
    let parts = text.split { $0 == "-" || $0 == " " || $0 == ":" }
    let numbers = parts.compactMap { Int($0.prefix { $0 != "." }) }
    guard parts.count == 6, numbers.count == 6 else { return nil }
    // Years begin in March, so that the day that is sometimes there stands last.
    let month = (numbers[1] + 9) % 12
    let year = numbers[0] - (numbers[1] < 3 ? 1 : 0)
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + numbers[2] - 1
    return ((days * 24 + numbers[3]) * 60 + numbers[4]) * 60 + numbers[5]
}
