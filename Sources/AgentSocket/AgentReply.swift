import Addressing
import JSON

/// What the agent answers.
package enum AgentReply: Hashable, Sendable {
    /// Blocks that are the node's now, in ledger and kernel.
    case granted([Prefix])
    /// Why there is none.
    case refused(String)
    /// What is wrong and keeps pods from being started or reached; nothing: the agent is ready.
    case alarms([String])
}

extension AgentReply {
    /// As it is sent.
    package var json: JSON {
        switch self {
        case .granted(let blocks): ["granted": .array(blocks.map { .string($0.description) })]
        case .refused(let reason): ["refused": .string(reason)]
        case .alarms(let alarms): ["alarms": .array(alarms.map { .string($0) })]
        }
    }

    /// Reads what was sent.
    package init(_ json: JSON) throws(JSON.TypeError) {
        let object = try JSONObject(json)
        if let reason = try object.string("refused") {
            self = .refused(reason)
        } else if let alarms = try object.strings("alarms") {
            self = .alarms(alarms)
        } else if let texts = try object.strings("granted") {
            var blocks: [Prefix] = []
            for text in texts {
                do throws(AddressError) { blocks.append(try Prefix(parsing: text)) } catch {
                    throw object.wrong("granted", error.expected)
                }
            }
            self = .granted(blocks)
        } else {
            throw JSON.TypeError(path: .root, found: json, expected: "\"granted\", \"refused\" or \"alarms\"")
        }
    }
}
