import JSON

extension RegistryObject {
    /// Reads the body.
    ///
    /// - Throws: `RegistryError.unusable` that names the object and what is wrong in it.
    func read<Value>(_ make: (JSONObject) throws(JSON.TypeError) -> Value) throws(RegistryError) -> Value {
        let what = "\(key.kind.rawValue) \(key.name) in the registry"
        let json: JSON
        do throws(JSON.SyntaxError) { json = try JSON.parse(Array(body.utf8)) } catch {
            throw .unusable("\(what): \(error.description)")
        }
        do throws(JSON.TypeError) { return try make(JSONObject(json)) } catch {
            throw .unusable("\(what): \(error.description)")
        }
    }
}

extension JSONObject {
    /// The text of a key that must have one.
    func text(_ key: String) throws(JSON.TypeError) -> String {
        guard let text = try string(key), !text.isEmpty else {
            throw JSON.TypeError(path: path(to: key), found: value(key), expected: "text")
        }
        return text
    }

    /// A point in time, in seconds since 1970.
    func seconds(_ key: String) throws(JSON.TypeError) -> Int? { try integer(key, in: 0...Int(UInt32.max)) }
}
