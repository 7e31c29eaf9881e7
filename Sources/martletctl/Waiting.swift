import Glibc
import Synchronization
import System

/// Waits for what is done elsewhere: this process has nothing else to do meanwhile.
///
/// - Throws: what `body` throws; `lost` where the machine has no descriptor left to wait with.
func waiting<Value: Sendable, Failure: Error>(
    lost: (SystemError) -> Failure, for body: @escaping @Sendable () async throws(Failure) -> Value
) throws(Failure) -> Value {
    let outcome: Outcome<Value, Failure>
    do throws(SystemError) { outcome = try Outcome() } catch { throw lost(error) }
    Task.detached {
        do throws(Failure) { outcome.set(.success(try await body())) } catch { outcome.set(.failure(error)) }
    }
    while true {
        if let result = outcome.result { return try result.get() }
        var awaited = pollfd(fd: outcome.bell.raw, events: Int16(POLLIN), revents: 0)
        // An interrupt is no reason to end: the result is looked at again.
        _ = poll(&awaited, 1, -1)
    }
}

/// What has come of it, and who is told.
private final class Outcome<Value: Sendable, Failure: Error>: Sendable {
    private let state = Mutex<Result<Value, Failure>?>(nil)
    let bell: Bell

    init() throws(SystemError) { bell = try Bell() }

    var result: Result<Value, Failure>? { state.withLock { $0 } }

    func set(_ result: Result<Value, Failure>) {
        state.withLock { $0 = result }
        bell.ring()
    }
}
