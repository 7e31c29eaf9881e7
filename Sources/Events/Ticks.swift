extension AsyncStream where Element: Sendable {
    /// One tick for all that has come since the last was taken: for listeners who look at everything anyway.
    package func ticks() -> AsyncStream<Void> {
        let (ticks, tick) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let forward = Task {
            for await _ in self { tick.yield() }
            tick.finish()
        }
        tick.onTermination = { _ in forward.cancel() }
        return ticks
    }
}
