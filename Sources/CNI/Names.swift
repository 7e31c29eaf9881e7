/// The rules for names that come from the runtime, those of libcni and of the kernel.
enum Names {
    /// A container ID or network name: letters, digits, `_`, `.` and `-`, beginning with a letter or digit.
    static func isIdentifier(_ text: String) -> Bool {
        var isFirst = true
        for byte in text.utf8 {
            let lower = byte | 0x20
            let isAlphanumeric = lower >= 0x61 && lower <= 0x7A || byte >= 0x30 && byte <= 0x39
            guard isAlphanumeric || (!isFirst && (byte == 0x5F || byte == 0x2E || byte == 0x2D)) else { return false }
            isFirst = false
        }
        return !isFirst
    }

    static let identifierRule = "letters, digits, '_', '.' and '-', beginning with a letter or digit"

    /// A name that an interface can have and keep.
    static func isInterfaceName(_ text: String) -> Bool {
        guard text.utf8.count >= 1 && text.utf8.count <= 15 && text != "." && text != ".." else { return false }
        var isASCII = true
        for byte in text.utf8 {
            switch byte {
            case 0x2F, 0x3A, 0x20, 0x09...0x0D: return false
            // The kernel would put a number in place of %d.
            case 0x25: return false
            // Part of a letter in UTF-8, but a space to the kernel (dev_valid_name).
            case 0xA0: return false
            default: if byte >= 0x80 { isASCII = false }
            }
        }
        // U+FFFD stands where the bytes were not UTF-8: the kernel would get another name than the one asked for.
        return isASCII || text.unicodeScalars.allSatisfy { !$0.properties.isWhitespace && $0 != "\u{FFFD}" }
    }

    static let interfaceRule = "1 to 15 bytes of UTF-8 without '/', ':', '%' and white space"

    /// A plugin's name: it is looked up in directories and must not lead out of them.
    static func isPluginType(_ text: String) -> Bool {
        if text.isEmpty || text == "." || text == ".." { return false }
        for byte in text.utf8 where byte == 0x2F || byte == 0 { return false }
        return true
    }

    static let pluginTypeRule = "a file name without '/'"
}
