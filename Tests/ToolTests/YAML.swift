import Foundation
import TestKit
import Yams

extension Value {
    /// Reads YAML as another program would, without Martlet's own reader.
    init(yaml text: String) throws { self = try Value(plain: try Yams.load(yaml: text)) }

    private init(plain: Any?) throws {
        switch plain {
        case nil, is NSNull: self = .null
        case let value as Bool: self = .bool(value)
        case let value as Int: self = .integer(value)
        case let value as Double: self = .real(value)
        // How many addresses an IPv6 pool has is more than Yams takes for a number.
        case let value as String:
            self = value.count > 18 ? Double(value).map(Value.real) ?? .string(value) : .string(value)
        case let value as [Any?]: self = .array(try value.map(Value.init(plain:)))
        case let value as [String: Any?]: self = .object(try value.mapValues(Value.init(plain:)))
        case let value?: throw Failure("YAML has a \(type(of: value)): \(value)")
        }
    }
}
