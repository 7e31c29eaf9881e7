import Logging
import Logs

/// The operation's log. A logger is built only when a line will be written: most operations write none.
struct OperationLog: Sendable {
    let settings: LogSettings
    let attachment: String

    /// Notes something at a level.
    func note(_ level: Logger.Level, _ message: @autoclosure () -> String) {
        guard case .from(let threshold) = settings.level, level >= threshold else { return }
        var logger = makeLogger(settings, label: "martlet")
        logger[metadataKey: "attachment"] = .string(attachment)
        logger.log(level: level, "\(message())")
    }
}
