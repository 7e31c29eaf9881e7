internal import JSON
internal import System

extension Delegation {
    func execute(_ program: String, _ operation: CNIOperation) throws(CNIFailure) -> [UInt8] {
        var environment: [String] = []
        for entry in currentEnvironment() where !entry.hasPrefix("CNI_COMMAND=") { environment.append(entry) }
        environment.append("CNI_COMMAND=" + operation.rawValue)
        let completion: Command.Completion
        do throws(SystemError) {
            completion = try Command.run(program, environment: environment, input: raw)
        } catch {
            throw CNIFailure(.delegate, "\(type): cannot run it: \(error)")
        }
        if completion.status == .exited(0) { return completion.output }
        throw failure(completion, operation)
    }

    /// The plugin's own error object, or what can be said without one.
    private func failure(_ completion: Command.Completion, _ operation: CNIOperation) -> CNIFailure {
        let ending =
            switch completion.status {
            case .exited(let status): "exit status \(status)"
            case .signaled(let signal): "signal \(signal)"
            }
        do throws(JSON.SyntaxError) {
            let json = try JSON.parse(completion.output)
            if let code = json["code"]?.integer, code > 0, case .string(let message) = json["msg"] {
                let details: String = if case .string(let text) = json["details"] { text } else { "" }
                return CNIFailure(.init(rawValue: code), "\(type): \(message)", details: details)
            }
        } catch {
            // Not an error object: what the plugin meant is on stderr at best.
        }
        return CNIFailure(
            .delegate, "\(type): \(operation.rawValue) ended with \(ending) and without an error object",
            details: "what it wrote to stderr, if anything, is with this plugin's own")
    }
}
