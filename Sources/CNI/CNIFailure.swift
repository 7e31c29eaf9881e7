package import JSON

/// Why an operation failed, as the runtime is told it: the specification's error object.
///
/// Runtimes often show `message` alone, so it says what happened by itself; `details` adds the circumstances.
package struct CNIFailure: Error, Hashable, Sendable {
    /// The kind of failure.
    package let code: Code
    /// What happened: the key or variable, what was there, what was expected.
    package let message: String
    /// Circumstances and what to do; may be empty.
    package let details: String
    /// Where in the configuration the mistake stands, for whoever has the file at hand; nil where it is not known.
    package let path: JSON.Path?

    /// Makes a failure.
    package init(_ code: Code, _ message: String, details: String = "", at path: JSON.Path? = nil) {
        self.code = code
        self.message = message
        self.details = details
        self.path = path
    }

    /// Makes a failure from a value that is not the one wanted.
    package init(_ code: Code, _ error: JSON.TypeError) {
        self.init(code, error.description, at: error.path)
    }

    /// Makes a failure from a value of the configuration: a wrong one, or one that cannot be honoured.
    package init(_ error: JSON.TypeError) {
        self.init(error.isUnsupported ? .unsupportedField : .invalidConfiguration, error)
    }

    /// The error object that stands on stdout.
    package func json(version: CNIVersion) -> JSON {
        [
            "cniVersion": .string(version.rawValue), "code": JSON(code.rawValue), "msg": .string(message),
            "details": .string(details),
        ]
    }
}

extension CNIFailure: CustomStringConvertible {
    /// Message and details in one line, as for a log.
    package var description: String { details.isEmpty ? message : message + "; " + details }
}
