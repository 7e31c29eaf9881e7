/// When to look at the kernel: soon after something has happened, and not without end where much happens.
///
/// Five looks may follow one another at once, more come once a second. However much a look costs, looks take no more than
/// a fifth of a processor.
struct Pace {
    typealias Instant = ContinuousClock.Instant

    /// What comes together is looked at together.
    private static let gathering = Duration.milliseconds(50)
    private static let burst = 5.0

    private let interval: Duration
    private var credit = Pace.burst
    private var last: Instant
    private var earliest: Instant
    /// When the next look is due.
    private(set) var due: Instant

    /// The first look is due now.
    ///
    /// - Parameter interval: what passes at most between two looks.
    init(every interval: Duration, _ now: Instant) {
        self.interval = interval
        last = now
        earliest = now
        due = now
    }

    /// Something has happened.
    mutating func note(_ now: Instant) { bring(to: now + Self.gathering) }

    /// Looks again at this time at the latest.
    mutating func bring(to instant: Instant) { due = min(due, max(instant, earliest)) }

    /// A look has been made, which took the processor for this long.
    mutating func noteLook(from start: Instant, to end: Instant, cost: Duration) {
        let elapsed: Double = (start - last) / Duration.seconds(1)
        credit = min(Self.burst, credit + elapsed) - 1
        last = start
        earliest = end + cost * 4
        if credit < 1 { earliest = max(earliest, start + Duration.seconds(1 - credit)) }
        due = max(end + interval, earliest)
    }
}
