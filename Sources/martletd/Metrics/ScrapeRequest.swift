/// What is asked of the agent over HTTP.
enum ScrapeRequest: Hashable, Sendable {
    case metrics
    case health
    case readiness
    /// Something that is answered with an error.
    case wrong(ScrapeReply.Status)

    /// Most bytes of a request line and its headers.
    static let limit = 8 << 10

    /// Reads what has come so far; nil while the empty line behind the headers has not. What the headers say is of no
    /// concern.
    init?(_ bytes: [UInt8]) {
        guard bytes.count <= Self.limit else {
            self = .wrong(.tooLarge)
            return
        }
        let text = String(decoding: bytes, as: UTF8.self)
        guard text.contains("\r\n\r\n") || text.contains("\n\n") else { return nil }
        let words = text.prefix { !$0.isNewline }.split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 3, words[2].hasPrefix("HTTP/1."), words[1].hasPrefix("/") else {
            self = .wrong(.malformed)
            return
        }
        self.init(method: words[0], path: words[1].prefix { $0 != "?" })
    }

    private init(method: Substring, path: Substring) {
        switch path {
        case "/metrics": self = .metrics
        case "/healthz": self = .health
        case "/readyz": self = .readiness
        default:
            self = .wrong(.unknown)
            return
        }
        if method != "GET" { self = .wrong(.notAllowed) }
    }
}

/// What the agent answers.
struct ScrapeReply: Hashable, Sendable {
    enum Status: String, Sendable {
        case ok = "200 OK"
        case malformed = "400 Bad Request"
        case unknown = "404 Not Found"
        case notAllowed = "405 Method Not Allowed"
        case tooLarge = "431 Request Header Fields Too Large"
        case unready = "503 Service Unavailable"
    }

    let status: Status
    var mediaType = "text/plain; charset=utf-8"
    let text: String

    /// An error that needs no other words.
    init(_ status: Status) { self.init(status, status.rawValue + "\n") }

    init(_ status: Status, _ text: String) {
        self.status = status
        self.text = text
    }

    /// As it goes over the wire; the connection ends with it.
    var bytes: [UInt8] {
        var head = "HTTP/1.0 \(status.rawValue)\r\nContent-Type: \(mediaType)\r\nContent-Length: \(text.utf8.count)\r\n"
        if status == .notAllowed { head += "Allow: GET\r\n" }
        return Array((head + "Connection: close\r\n\r\n" + text).utf8)
    }
}
