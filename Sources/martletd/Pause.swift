/// Longer and longer pauses between attempts: from 0.2 s to half a minute, each with a part left to chance, so that nodes
/// that lost the same thing at once do not come back to it at once.
struct Pause {
    private var seconds = 0.2

    /// Waits; the next pause is twice as long. Returns early when the task is cancelled.
    mutating func wait() async {
        let length = seconds * Double.random(in: 0.75...1.25)
        seconds = min(seconds * 2, 30)
        // Cancelled: the caller looks for that itself.
        do { try await Task.sleep(for: .seconds(length)) } catch {}
    }
}
