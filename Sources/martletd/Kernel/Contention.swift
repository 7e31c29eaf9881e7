/// What was put back and when, so that the agent does not run against another program that takes it away each time.
struct Contention<Subject: Hashable> {
    typealias Instant = ContinuousClock.Instant

    /// Times that a thing is put back within the time.
    let limit = 5
    let time = Duration.seconds(60)
    private var repairs: [Subject: [Instant]] = [:]

    /// When this may be put back again; nil: now.
    mutating func pause(of subject: Subject, _ now: Instant) -> Instant? {
        let recent = recent(subject, now)
        repairs[subject] = recent.isEmpty ? nil : recent
        return recent.count < limit ? nil : recent[0] + time
    }

    /// It has been put back.
    mutating func note(_ subject: Subject, _ now: Instant) { repairs[subject, default: []].append(now) }

    /// What has been put back as often as is allowed.
    mutating func contended(_ now: Instant) -> [Subject] {
        repairs = repairs.filter { !recent($0.key, now).isEmpty }
        return repairs.keys.filter { recent($0, now).count >= limit }
    }

    /// Whether it was put back lately.
    func isRemembered(_ subject: Subject) -> Bool { repairs[subject] != nil }

    private func recent(_ subject: Subject, _ now: Instant) -> [Instant] {
        (repairs[subject] ?? []).filter { now - $0 < time }
    }
}
