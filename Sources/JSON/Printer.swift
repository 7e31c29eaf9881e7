extension JSON {
    /// Appends the document in its shortest form, UTF-8, nothing escaped that need not be.
    package func write(into output: inout [UInt8]) {
        switch self {
        case .null: output.append(literal: "null")
        case .bool(true): output.append(literal: "true")
        case .bool(false): output.append(literal: "false")
        case .number(let text): output.append(contentsOf: text.utf8)
        case .string(let text): output.append(quoting: text)
        case .array(let elements):
            output.append(0x5B)
            var isFirst = true
            for element in elements {
                if !isFirst { output.append(0x2C) }
                isFirst = false
                element.write(into: &output)
            }
            output.append(0x5D)
        case .object(let members):
            output.append(0x7B)
            var isFirst = true
            for member in members {
                if !isFirst { output.append(0x2C) }
                isFirst = false
                output.append(quoting: member.name)
                output.append(0x3A)
                member.value.write(into: &output)
            }
            output.append(0x7D)
        }
    }

    /// The document as bytes, in its shortest form.
    package var bytes: [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(512)
        write(into: &output)
        return output
    }
}

extension JSON: CustomStringConvertible {
    /// The document in its shortest form.
    package var description: String { String(decoding: bytes, as: UTF8.self) }
}

extension [UInt8] {
    fileprivate mutating func append(literal: StaticString) {
        append(contentsOf: UnsafeBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount))
    }

    /// Appends a string in quotes; RFC 8259 section 7 says what must be escaped.
    fileprivate mutating func append(quoting text: String) {
        append(0x22)
        var text = text
        text.withUTF8 { source in
            var begin = 0
            for index in source.indices where source[index] < 0x20 || source[index] == 0x22 || source[index] == 0x5C {
                append(contentsOf: UnsafeBufferPointer(rebasing: source[begin..<index]))
                append(escaping: source[index])
                begin = index + 1
            }
            append(contentsOf: UnsafeBufferPointer(rebasing: source[begin...]))
        }
        append(0x22)
    }

    private mutating func append(escaping byte: UInt8) {
        append(0x5C)
        switch byte {
        case 0x22, 0x5C: append(byte)
        case 0x08: append(0x62)
        case 0x09: append(0x74)
        case 0x0A: append(0x6E)
        case 0x0C: append(0x66)
        case 0x0D: append(0x72)
        default:
            append(literal: "u00")
            append(byte < 0x10 ? 0x30 : 0x31)
            append(byte & 0xF < 10 ? 0x30 + byte & 0xF : 0x57 + byte & 0xF)
        }
    }
}
