import Glibc
import System

/// Where a command's words go.
enum Output {
    static func line(_ text: String = "") { write(text + "\n", to: 1) }

    /// Many lines at once: a reader at the other end of a pipe would be woken for each otherwise.
    static func lines(_ lines: [String]) {
        var text = ""
        for line in lines { text += line + "\n" }
        write(text, to: 1)
    }

    /// Text with its own line ends.
    static func text(_ text: String) { write(text, to: 1) }

    static func error(_ text: String) { write(text + "\n", to: 2) }

    /// Text for whoever looks on, with its own line ends.
    static func note(_ text: String) { write(text, to: 2) }

    /// Who reads stdout may go away at any time (`martletctl … | head`): then there is nobody left to tell.
    private static func write(_ text: String, to descriptor: Int32) {
        do throws(SystemError) { try System.write(Array(text.utf8), to: descriptor) } catch { Glibc.exit(1) }
    }
}
