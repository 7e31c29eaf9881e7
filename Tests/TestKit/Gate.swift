import Glibc
import Synchronization

/// Lets a few tests at a time to the kernel, so that two processors are not swamped by hundreds.
package final class Gate: Sendable {
    private struct State {
        var free: Int
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state: Mutex<State>

    /// Tests with a node of their own at once: MARTLET_TEST_WIDTH, else 4.
    package static let nodes = Gate(width: getenv("MARTLET_TEST_WIDTH").flatMap { Int(String(cString: $0)) } ?? 4)

    init(width: Int) {
        state = Mutex(State(free: max(1, width)))
    }

    /// Waits for a place.
    package func enter() async {
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                if state.free > 0 {
                    state.free -= 1
                    return true
                }
                state.waiting.append(continuation)
                return false
            }
            if isFree { continuation.resume() }
        }
    }

    /// Gives the place to the one who has waited longest.
    package func leave() {
        let next = state.withLock { state in
            if state.waiting.isEmpty {
                state.free += 1
                return nil as CheckedContinuation<Void, Never>?
            }
            return state.waiting.removeFirst()
        }
        next?.resume()
    }
}
