import BIRD
import JSON
import System

extension JSONObject {
    /// The secrets of sessions: `{"mesh": "…", "peers": {"NAME": "…"}}` in a file of its own, which nobody else may read.
    func passwords() throws(JSON.TypeError) -> Speaker.Passwords {
        guard let file = try path("passwords_file") else { return Speaker.Passwords() }
        let text: String
        let permissions: UInt32
        do throws(SystemError) {
            permissions = UInt32(try FileStatus(at: file).permissions)
            text = try readText(file)
        } catch { throw wrong("passwords_file", "a file that can be read (\(error.reason))") }
        guard permissions & 0o007 == 0 else {
            throw wrong("passwords_file", "a file that others cannot read: chmod 0600 \(file)")
        }
        let json: JSON
        do throws(JSON.SyntaxError) { json = try JSON.parse(Array(text.utf8)) } catch {
            throw wrong("passwords_file", "JSON: \(error.description)")
        }
        do throws(JSON.TypeError) { return try Speaker.Passwords(JSONObject(json)) } catch {
            throw wrong("passwords_file", "passwords: \(error.description)")
        }
    }
}

extension Speaker.Passwords {
    fileprivate init(_ object: JSONObject) throws(JSON.TypeError) {
        self.init()
        try object.refuseOthers(than: ["mesh", "peers"])
        mesh = try object.password("mesh")
        guard let peers = try object.object("peers") else { return }
        for member in peers.members { self.peers[member.name] = try peers.password(member.name) }
    }
}

extension JSONObject {
    fileprivate func password(_ key: String) throws(JSON.TypeError) -> Password? {
        guard let text = try string(key) else { return nil }
        guard let password = Password(text) else {
            // The secret itself is nobody's business.
            throw JSON.TypeError(
                path: path(to: key), found: nil, expected: "1 to 80 bytes without quotes and control characters")
        }
        return password
    }
}
