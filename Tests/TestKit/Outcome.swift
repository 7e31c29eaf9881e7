/// A CNI operation.
package enum Operation: String, Sendable {
    case add = "ADD"
    case delete = "DEL"
    case check = "CHECK"
    case collect = "GC"
    case status = "STATUS"
    case version = "VERSION"
}

/// A plugin's error object.
package struct PluginError: Equatable, Sendable, CustomStringConvertible {
    package let code: Int
    package let message: String
    package let details: String
    package let version: String?

    /// Message and details, for a test that looks for a name in either.
    package var whole: String { "\(message)\n\(details)" }
    package var description: String { "error \(code): \(message) (\(details))" }
}

/// What a plugin answered.
package struct Outcome: Sendable {
    package let operation: Operation
    package let completion: Completion
    /// The one JSON document on standard output; `.null` when there was none.
    package let document: Value

    /// Takes what a plugin left.
    ///
    /// - Throws: when standard output is neither empty nor exactly one JSON document, whatever else the test is about,
    ///   and when the plugin was killed by a signal.
    init(_ operation: Operation, _ completion: Completion) throws {
        self.operation = operation
        self.completion = completion
        guard case .exited = completion.status else {
            throw Failure("\(operation.rawValue) ended with \(completion.status); stderr: \(completion.errorText)")
        }
        if completion.output.isEmpty {
            document = .null
        } else if let document = try? Value(parsing: completion.output) {
            self.document = document
        } else {
            throw Failure("\(operation.rawValue) wrote no JSON: \(completion.text); stderr: \(completion.errorText)")
        }
    }

    package var succeeded: Bool { completion.succeeded }

    /// The result of an operation that has to succeed: an object for ADD and VERSION, nothing for the others.
    @discardableResult
    package func result() throws -> Value {
        guard completion.succeeded else { throw Failure("\(operation.rawValue) failed: \(report)") }
        switch operation {
        case .add, .version:
            guard case .object = document else { throw Failure("\(operation.rawValue) gave no object: \(report)") }
        case .delete, .check, .collect, .status:
            guard completion.output.isEmpty else { throw Failure("\(operation.rawValue) wrote to stdout: \(report)") }
        }
        return document
    }

    /// The error object of an operation that has to fail.
    package func error() throws -> PluginError {
        guard !completion.succeeded else { throw Failure("\(operation.rawValue) succeeded: \(report)") }
        guard let code = document["code"].integer, let message = document["msg"].string else {
            throw Failure("\(operation.rawValue) failed without an error object: \(report)")
        }
        return PluginError(
            code: code, message: message, details: document["details"].string ?? "",
            version: document["cniVersion"].string)
    }

    private var report: String {
        "\(completion.status), stdout: \(completion.text), stderr: \(completion.errorText)"
    }
}

/// The parts of a result of 0.3.0 and later that most tests ask for.
extension Value {
    /// All addresses with their lengths, in order.
    package var resultAddresses: [String] { self["ips"].elements.compactMap { $0["address"].string } }

    /// The first address of that family without its length.
    package func resultAddress(ipv6: Bool = false) throws -> String {
        guard let address = resultAddresses.first(where: { $0.contains(":") == ipv6 }) else {
            throw Failure("no \(ipv6 ? "IPv6" : "IPv4") address in \(self)")
        }
        return String(address.prefix { $0 != "/" })
    }

    /// The interface without a sandbox: the host end.
    package func resultHostLink() throws -> String {
        let host = self["interfaces"].elements.first { ($0["sandbox"].string ?? "").isEmpty }
        guard let name = host?["name"].string else { throw Failure("no host interface in \(self)") }
        return name
    }
}
