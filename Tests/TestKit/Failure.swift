/// What went wrong in the test's own machinery, or an answer so wrong that the test cannot go on.
package struct Failure: Error, CustomStringConvertible, Sendable {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}
