extension UInt8 {
    static let dot: UInt8 = 0x2E
    static let slash: UInt8 = 0x2F
    static let colon: UInt8 = 0x3A
    static let hyphen: UInt8 = 0x2D

    /// The value of a decimal digit.
    var decimal: UInt32? {
        let value = self &- 0x30
        return value < 10 ? UInt32(value) : nil
    }

    /// The value of a hexadecimal digit of either case.
    var hexadecimal: UInt32? {
        if let decimal { return decimal }
        let value = (self | 0x20) &- 0x61
        return value < 6 ? UInt32(value) + 10 : nil
    }
}

/// Text that is written byte by byte into memory that is known to be long enough.
struct TextWriter {
    private let space: UnsafeMutableBufferPointer<UInt8>
    private(set) var count = 0

    init(_ space: UnsafeMutableBufferPointer<UInt8>) { self.space = space }

    mutating func write(_ byte: UInt8) {
        space[count] = byte
        count += 1
    }

    /// Writes a number from 0 to 999 without leading zeros.
    mutating func writeDecimal(_ number: Int) {
        if number >= 100 { write(0x30 + UInt8(number / 100)) }
        if number >= 10 { write(0x30 + UInt8(number / 10 % 10)) }
        write(0x30 + UInt8(number % 10))
    }

    /// Writes the low four bits as a lower-case digit.
    mutating func writeHexadecimalDigit(_ number: UInt32) {
        let digit = UInt8(number & 0xF)
        write(digit < 10 ? 0x30 + digit : 0x57 + digit)
    }
}
