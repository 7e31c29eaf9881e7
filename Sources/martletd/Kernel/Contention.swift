/// What was put back and when, so that the agent does not run against another program that takes it away each time.
///
/// A thing is put back at once a few times in a row, then once a minute, until it has stayed for longer than that.
struct Contention<Subject: Hashable> {
    typealias Instant = ContinuousClock.Instant

    private struct Row {
        var count: Int
        var last: Instant
    }

    /// Times that a thing is put back at once.
    let limit = 5
    private let pause = Duration.seconds(60)
    /// What has stayed for so long is over.
    private let quiet = Duration.seconds(90)
    private var rows: [Subject: Row] = [:]

    /// When this may be put back again; nil: now.
    func pause(of subject: Subject, _ now: Instant) -> Instant? {
        guard let row = rows[subject], row.count >= limit, now < row.last + pause else { return nil }
        return row.last + pause
    }

    /// It has been put back.
    mutating func note(_ subject: Subject, _ now: Instant) {
        rows = rows.filter { now - $0.value.last < quiet }
        rows[subject] = Row(count: (rows[subject]?.count ?? 0) + 1, last: now)
    }

    /// What does not stay, and when the first of it may turn out to do.
    func contended(_ now: Instant) -> (subjects: [Subject], until: Instant?) {
        let rows = rows.filter { $0.value.count >= limit && now - $0.value.last < quiet }
        return (Array(rows.keys), rows.values.map { $0.last + quiet }.min())
    }

    /// Whether it was put back lately.
    func isRemembered(_ subject: Subject, _ now: Instant) -> Bool {
        rows[subject].map { now - $0.last < quiet } ?? false
    }
}
