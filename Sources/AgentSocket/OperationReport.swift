import JSON
import System

/// How an operation of the plugin went: for the agent's metrics.
package struct OperationReport: Hashable, Sendable {
    /// `ADD`, `DEL` and so on.
    package let operation: String
    /// The error's code; 0 for success.
    package let code: Int
    /// From the start of the process to its answer.
    package let microseconds: Int

    package init(operation: String, code: Int, microseconds: Int) {
        self.operation = operation
        self.code = code
        self.microseconds = microseconds
    }

    /// Sends it to the agent, if that listens and has room for it; nobody waits.
    package func send(to folder: String) {
        let path = folder + "/" + AgentSocket.operationsName
        // A report is worth no more than that: the pod is well without it.
        do throws(SystemError) { try FileDescriptor.send(json.bytes, to: path) } catch {}
    }

    private var json: JSON {
        ["operation": .string(operation), "code": JSON(code), "microseconds": JSON(microseconds)]
    }

    /// Reads what was sent.
    package init(_ json: JSON) throws(JSON.TypeError) {
        let object = try JSONObject(json)
        guard let operation = try object.string("operation") else {
            throw object.wrong("operation", "a CNI_COMMAND")
        }
        self.operation = operation
        code = try object.integer("code", in: 0...Int(Int32.max)) ?? 0
        microseconds = try object.integer("microseconds", in: 0...Int.max) ?? 0
    }
}
