internal import JSON
internal import System

/// A call of another plugin on behalf of this one, by section 4 of the specification.
///
/// The other plugin gets the whole environment with another CNI_COMMAND, the configuration byte for byte, and this
/// process's stderr.
package struct Delegation: Sendable {
    /// The plugin's name, which is that of its file.
    package let type: String
    /// The directories to look in.
    package let path: [String]
    /// The configuration.
    package let raw: [UInt8]
    /// The configuration's version, for results that do not say theirs.
    package let version: CNIVersion

    /// Makes a call that can be run for several operations.
    package init(type: String, path: [String], raw: [UInt8], version: CNIVersion) {
        self.type = type
        self.path = path
        self.raw = raw
        self.version = version
    }

    /// The first regular file of the plugin's name in CNI_PATH; whether it can be executed is not looked at.
    ///
    /// - Throws: `CNIFailure` with code 4 when CNI_PATH is not set, 7 when there is no such file.
    package func locate() throws(CNIFailure) -> String {
        guard !path.isEmpty else {
            throw CNIFailure(
                .invalidEnvironment, "missing CNI_PATH, which the plugin \(type.debugDescription) is looked up in")
        }
        for directory in path where Names.isPluginType(type) {
            let file = directory + "/" + type
            do throws(SystemError) {
                if try FileStatus(at: file).kind == .regular { return file }
            } catch {
                // Not there or not to be read: the next directory may have it.
            }
        }
        throw CNIFailure(
            .invalidConfiguration, "no plugin \(type.debugDescription) in CNI_PATH (\(path.joined(separator: ":")))",
            details: "install the plugin there, or correct ipam.type in the network configuration")
    }

    /// Runs the plugin and answers what it wrote.
    ///
    /// An ADD that fails, or answers what is no result, is undone by a DEL before this throws.
    ///
    /// - Throws: `CNIFailure` with the plugin's own code and details, its message after its name; or with code 105.
    package func run(_ operation: CNIOperation) throws(CNIFailure) -> [UInt8] {
        let program = try locate()
        guard operation == .add else { return try execute(program, operation) }
        return try undoing(program) { () throws(CNIFailure) in
            let output = try execute(program, .add)
            _ = try decode(output)
            return output
        }
    }

    /// Runs the plugin's ADD and reads its result; undone like `run(.add)` when it fails.
    ///
    /// - Throws: `CNIFailure` as `run(_:)` does.
    package func add() throws(CNIFailure) -> CNIResult {
        let program = try locate()
        return try undoing(program) { () throws(CNIFailure) in try decode(try execute(program, .add)) }
    }

    private func undoing<Value>(
        _ program: String, _ body: () throws(CNIFailure) -> Value
    ) throws(CNIFailure) -> Value {
        do throws(CNIFailure) {
            return try body()
        } catch let failure {
            do throws(CNIFailure) {
                _ = try execute(program, .del)
            } catch let second {
                throw failure.adding("the DEL that should undo it failed, too: \(second)")
            }
            throw failure
        }
    }

    private func decode(_ output: [UInt8]) throws(CNIFailure) -> CNIResult {
        let json: JSON
        do throws(JSON.SyntaxError) {
            json = try JSON.parse(output)
        } catch {
            throw CNIFailure(.delegate, "\(type): unreadable result: \(error)")
        }
        do throws(JSON.TypeError) {
            return try CNIResult(json: json, path: .root, defaultVersion: version)
        } catch {
            throw CNIFailure(.delegate, "\(type): unreadable result: \(error)")
        }
    }
}

extension CNIFailure {
    fileprivate func adding(_ circumstance: String) -> CNIFailure {
        CNIFailure(code, message, details: details.isEmpty ? circumstance : details + "; " + circumstance)
    }
}
