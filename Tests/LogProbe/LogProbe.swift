import Logging
import Logs

/// Logs as a plugin process would, for tests of standard error and of several processes at once.
///
/// `LogProbe FILE JOURNAL SIZE AGE COUNT LEVEL LINES TAG`, FILE `-` for none. Every line is a notice that carries its
/// number and the tag.
@main
struct LogProbe {
    static func main() {
        let arguments = CommandLine.arguments
        guard arguments.count == 9, let size = Int(arguments[3]), let age = Int(arguments[4]),
            let count = Int(arguments[5]), let level = LogSettings.Threshold(named: arguments[6]),
            let lines = Int(arguments[7])
        else { return print("LogProbe FILE JOURNAL SIZE AGE COUNT LEVEL LINES TAG") }
        let settings = LogSettings(
            level: level, filePath: arguments[1] == "-" ? nil : arguments[1], maximumSize: size, maximumAge: age,
            maximumCount: count, journalSocket: arguments[2])
        let logger = makeLogger(settings, label: "martlet")
        for number in 0..<lines {
            logger.notice("leased address", metadata: ["tag": "\(arguments[8])", "number": "\(number)"])
        }
    }
}
