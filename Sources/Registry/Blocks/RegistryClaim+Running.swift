extension RegistryClaim {
    /// Goes through with it at a registry.
    ///
    /// A claim that ends with an error may be run again, and goes on where it was: what was asked last and not answered
    /// is asked first.
    ///
    /// - Parameters:
    ///   - attempts: how often the same is asked while there is no answer.
    ///   - firstPause: before the second time; twice as long before each later one.
    /// - Throws: `RegistryError`; `.unclear` when there was no answer to the last attempt, either.
    package mutating func run(
        at registry: any Registry, attempts: Int = 5, firstPause: Duration = .milliseconds(100)
    ) async throws(RegistryError) -> Outcome {
        var (left, pause) = (attempts, firstPause)
        while true {
            do throws(RegistryError) {
                switch action {
                case .end(let outcome): return outcome
                case .list(let name, let limit):
                    hear(.listed(try await registry.list(.block, from: name, limit: limit).objects))
                case .create(let record):
                    hear(.written(try await registry.put(record.key, record.body, expecting: nil)))
                case .takeOver(let record, let revision):
                    hear(.written(try await registry.put(record.key, record.body, expecting: revision)))
                }
                (left, pause) = (attempts, firstPause)
            } catch {
                if case .conflict(let there) = error {
                    hear(.conflict(there))
                    (left, pause) = (attempts, firstPause)
                    continue
                }
                left -= 1
                guard case .unclear = error, left > 0, !Task.isCancelled else { throw error }
                hear(.unclear)
                // Cancelled: the next answer is still heard.
                do { try await Task.sleep(for: pause) } catch {}
                pause *= 2
            }
        }
    }
}
