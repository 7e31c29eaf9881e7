import Addressing
import Glibc

/// Called by libFuzzer for each input: a text is an address exactly when inet_pton(3) says so, and prints as one that
/// reads back the same; likewise prefixes, interface addresses and MACs read back as they were printed.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzAddressing(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let text = String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    let address = parsed(text) { (text) throws(AddressError) in try IPAddress(parsing: text) }
    // The C library would stop at a zero byte.
    if !text.utf8.contains(0) { precondition(address == libraryAddress(text), "inet_pton disagrees") }
    if let address { checkSteps(address) }
    if let prefix = parsed(text, { (text) throws(AddressError) in try Prefix(parsing: text) }) {
        precondition(prefix.contains(prefix.first) && prefix.contains(prefix.last))
        precondition(prefix.subdivision(at: 0, length: prefix.length) == prefix)
    }
    if let address = parsed(text, { (text) throws(AddressError) in try InterfaceAddress(parsing: text) }) {
        precondition(address.network.contains(address.address))
    }
    _ = parsed(text) { (text) throws(AddressError) in try MACAddress(parsing: text) }
    return 0
}

/// The value of a text, made sure to survive printing; nil when it is refused.
private func parsed<Value: Equatable & CustomStringConvertible>(
    _ text: String, _ parse: (String) throws(AddressError) -> Value
) -> Value? {
    do throws(AddressError) {
        let value = try parse(text)
        do throws(AddressError) {
            let again = try parse(value.description)
            precondition(again == value, "read back as another value")
            precondition(again.description == value.description, "printed differently the second time")
        } catch {
            preconditionFailure("its own print is refused: \(error)")
        }
        return value
    } catch {
        precondition(!error.description.isEmpty && error.found.count <= 60)
        return nil
    }
}

private func checkSteps(_ address: IPAddress) {
    let copy = address.withNetworkBytes { IPAddress(family: address.family, bytes: $0) }
    precondition(copy == address, "network bytes read back as another address")
    if let next = address.advanced(by: 1) { precondition(next > address && next.distance(from: address) == 1) }
}

private func libraryAddress(_ text: String) -> IPAddress? {
    for family in AddressFamily.allCases {
        var bytes = [UInt8](repeating: 0, count: family.byteCount)
        if inet_pton(family == .ipv4 ? AF_INET : AF_INET6, text, &bytes) == 1 {
            return bytes.withUnsafeBytes { IPAddress(family: family, bytes: $0) }
        }
    }
    return nil
}
