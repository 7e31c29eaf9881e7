import Synchronization

/// A value that one part of the agent keeps up to date and others follow; who is slow sees the last one only.
final class Latest<Value: Sendable & Equatable>: Sendable {
    private struct State {
        var value: Value?
        var followers: [Int: AsyncStream<Value>.Continuation] = [:]
        var next = 0
    }

    private let state = Mutex(State())

    /// The value now; nil before the first.
    var value: Value? { state.withLock(\.value) }

    /// Tells all followers, if anything has changed.
    func set(_ value: Value) {
        state.withLock { state in
            guard state.value != value else { return }
            state.value = value
            for follower in state.followers.values { follower.yield(value) }
        }
    }

    /// Waits for the first value there is.
    func first() async {
        for await _ in values() { return }
    }

    /// The value, once there is one; nil where there is none by a time.
    func first(until end: ContinuousClock.Instant) async -> Value? {
        if let value { return value }
        return await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.first() }
            // Cancelled: there is a value.
            group.addTask { do { try await Task.sleep(until: end) } catch {} }
            await group.next()
            group.cancelAll()
            return value
        }
    }

    /// Calls `body` when there is a value, and whenever a part of it has become another: the rest wakes nobody.
    func follow<Part: Equatable>(_ part: (Value) -> Part, _ body: () async -> Void) async {
        var last: Part?
        for await value in values() {
            let now = part(value)
            if now == last { continue }
            last = now
            await body()
        }
    }

    /// The value now and every later one, for as long as somebody listens.
    func values() -> AsyncStream<Value> {
        let (stream, continuation) = AsyncStream<Value>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let follower = state.withLock { state in
            if let value = state.value { continuation.yield(value) }
            state.next += 1
            state.followers[state.next] = continuation
            return state.next
        }
        continuation.onTermination = { [weak self] _ in
            self?.state.withLock { state in state.followers[follower] = nil }
        }
        return stream
    }
}
