import Glibc

/// Colours for people (ECMA-48), where stdout is a terminal that has them and nobody has asked for none.
enum Ink: String {
    case red = "31"
    case green = "32"
    case yellow = "33"

    private static let isWanted = isatty(1) == 1 && hasScreen && Environment["NO_COLOR"].isEmpty

    func callAsFunction(_ text: String) -> String {
        Ink.isWanted ? "\u{1B}[\(rawValue)m\(text)\u{1B}[0m" : text
    }
}

/// How far long work is, on one line of stderr that is drawn over and gone in the end; nothing where that is no terminal.
enum Progress {
    private static let isWanted = isatty(2) == 1 && hasScreen

    /// Draws anew only where the per cent has changed: nobody reads a thousand lines a second.
    static func show(_ work: String, _ done: Int, of all: Int) {
        guard isWanted, all > 0, done <= 1 || done * 100 / all != (done - 1) * 100 / all else { return }
        Output.note("\r\u{1B}[K\(work): \(done) of \(all) (\(done * 100 / all)%)")
    }

    /// Leaves the line empty for whoever writes next.
    static func end() {
        if isWanted { Output.note("\r\u{1B}[K") }
    }
}

/// Whether the terminal, if there is one, can do more than show letters.
private let hasScreen = !["", "dumb"].contains(Environment["TERM"])

private enum Environment {
    /// A variable's value; empty where it is not set.
    static subscript(_ name: String) -> String { getenv(name).map { String(cString: $0) } ?? "" }
}
