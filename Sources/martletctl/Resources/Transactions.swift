import Ledger

/// Transactions whose body may fail for reasons of its own.
extension Ledger {
    /// Runs `body` as one transaction; what it throws undoes everything it wrote.
    borrowing func changing<Result>(
        in directory: borrowing LedgerDirectory, _ body: () throws(Trouble) -> Result
    ) throws(Trouble) -> Result {
        var trouble: Trouble?
        do throws(LedgerError) {
            return try transaction(in: directory) { () throws(LedgerError) in
                do throws(Trouble) { return try body() } catch {
                    trouble = error
                    throw .conflict(error.message)
                }
            }
        } catch { throw trouble ?? Trouble(error) }
    }

    /// Reads at one moment.
    borrowing func looking<Result>(_ body: () throws(Trouble) -> Result) throws(Trouble) -> Result {
        var trouble: Trouble?
        do throws(LedgerError) {
            return try reading { () throws(LedgerError) in
                do throws(Trouble) { return try body() } catch {
                    trouble = error
                    throw .conflict(error.message)
                }
            }
        } catch { throw trouble ?? Trouble(error) }
    }
}
