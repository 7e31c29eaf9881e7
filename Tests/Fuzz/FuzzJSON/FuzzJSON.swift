import JSON

/// Called by libFuzzer for each input: bytes are refused with a place, or read back as they were printed.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzJSON(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let bytes = UnsafeRawBufferPointer(start: start, count: count)
    do throws(JSON.SyntaxError) {
        let json = try JSON.parse(bytes)
        checkIdentity(json)
        checkReading(json)
    } catch {
        precondition(error.line >= 1 && error.column >= 1 && error.column <= count + 1)
        precondition(error.description.hasSuffix(error.message))
    }
    return 0
}

private func checkIdentity(_ json: JSON) {
    let printed = json.bytes
    do throws(JSON.SyntaxError) {
        let again = try JSON.parse(printed, limits: JSON.Limits(bytes: .max))
        precondition(again == json, "read back as another value")
        precondition(again.bytes == printed, "printed differently the second time")
    } catch {
        preconditionFailure("its own print is refused: \(error)")
    }
}

/// Reads every member as every type: none may crash, and an error must name the member.
private func checkReading(_ json: JSON) {
    guard case .object(let members) = json else { return }
    do throws(JSON.TypeError) {
        let object = try JSONObject(json, path: .root)
        for member in members {
            precondition(object.value(member.name) == (member.value == .null ? nil : member.value))
            let path = object.path(to: member.name)
            attempt(path) { () throws(JSON.TypeError) in try object.string(member.name) != nil }
            attempt(path) { () throws(JSON.TypeError) in try object.bool(member.name) != nil }
            attempt(path) { () throws(JSON.TypeError) in try object.integer(member.name, in: 0...9) != nil }
            attempt(path) { () throws(JSON.TypeError) in try object.object(member.name) != nil }
            attempt(path) { () throws(JSON.TypeError) in try object.objects(member.name) != nil }
            attempt(path) { () throws(JSON.TypeError) in try object.strings(member.name) != nil }
        }
    } catch {
        preconditionFailure("an object is none: \(error)")
    }
}

private func attempt(_ path: JSON.Path, _ read: () throws(JSON.TypeError) -> Bool) {
    do throws(JSON.TypeError) {
        _ = try read()
    } catch {
        precondition(error.description.hasPrefix(path.description))
    }
}
