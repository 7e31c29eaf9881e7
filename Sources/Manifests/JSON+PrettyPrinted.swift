import JSON

extension JSON {
    /// The value as a file of JSON, two blanks deeper for each level.
    package var prettyPrinted: String {
        var text = ""
        write(into: &text, indent: "\n")
        return text + "\n"
    }

    private func write(into text: inout String, indent: String) {
        let deeper = indent + "  "
        switch self {
        case .array(let elements) where !elements.isEmpty:
            for (index, element) in elements.enumerated() {
                text += (index == 0 ? "[" : ",") + deeper
                element.write(into: &text, indent: deeper)
            }
            text += indent + "]"
        case .object(let members) where !members.isEmpty:
            for (index, member) in members.enumerated() {
                text += (index == 0 ? "{" : ",") + deeper + "\(JSON.string(member.name).escaped): "
                member.value.write(into: &text, indent: deeper)
            }
            text += indent + "}"
        default: text += escaped
        }
    }

    /// A scalar, with what YAML does not have in a text or breaks lines at in its escaped form.
    private var escaped: String {
        let text = description
        guard text.unicodeScalars.contains(where: \.isEscapedForYAML) else { return text }
        return text.unicodeScalars.reduce(into: "") { escaped, scalar in
            if scalar.isEscapedForYAML {
                let digits = String(scalar.value, radix: 16)
                escaped += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            } else {
                escaped.unicodeScalars.append(scalar)
            }
        }
    }
}

extension Unicode.Scalar {
    fileprivate var isEscapedForYAML: Bool {
        switch value {
        case 0x7F...0x9F, 0x2028, 0x2029, 0xFEFF, 0xFFFE, 0xFFFF: true
        default: false
        }
    }
}
