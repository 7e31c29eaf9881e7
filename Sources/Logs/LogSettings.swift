package import Logging

/// What is logged and where to; Calico's names and defaults.
package struct LogSettings: Hashable, Sendable {
    /// How much is logged.
    package enum Threshold: Hashable, Sendable {
        /// Events of this level and above.
        case from(Logger.Level)
        /// Nothing at all.
        case silent

        /// The level that Calico's `log_level` calls by this name, in any letter case.
        ///
        /// `fatal` and `panic` both mean the highest level there is here; nil for a name that Calico does not have.
        package init?(named name: String) {
            switch name.lowercased() {
            case "debug": self = .from(.debug)
            case "info": self = .from(.info)
            case "warning": self = .from(.warning)
            case "error": self = .from(.error)
            case "fatal", "panic": self = .from(.critical)
            case "none": self = .silent
            default: return nil
            }
        }
    }

    /// Where systemd's journal takes messages, systemd-journald.socket(8).
    package static let standardJournalSocket = "/run/systemd/journal/socket"

    package let level: Threshold
    /// The file to write to (`log_file_path`); nil for the journal, or standard error where there is no journal.
    package let filePath: String?
    /// The size past which the file is set aside (`log_file_max_size`), in units of 1,048,576 bytes; 0 for never.
    package let maximumSize: Int
    /// Days that a file set aside is kept (`log_file_max_age`); 0 for ever.
    package let maximumAge: Int
    /// How many files set aside are kept (`log_file_max_count`); 0 for all.
    package let maximumCount: Int
    /// The journal's socket, used when no file is named and there is a socket here.
    package let journalSocket: String

    package init(
        level: Threshold = .from(.info), filePath: String? = nil, maximumSize: Int = 100, maximumAge: Int = 30,
        maximumCount: Int = 10, journalSocket: String = LogSettings.standardJournalSocket
    ) {
        self.level = level
        self.filePath = filePath
        self.maximumSize = maximumSize
        self.maximumAge = maximumAge
        self.maximumCount = maximumCount
        self.journalSocket = journalSocket
    }
}

/// A logger that writes by the settings; it opens nothing before its first line.
///
/// Loggers made by one call and copied share their sink; two calls make two.
package func makeLogger(_ settings: LogSettings, label: String) -> Logger {
    switch settings.level {
    case .silent:
        Logger(label: label) { _ in SwiftLogNoOpLogHandler() }
    case .from(let level):
        Logger(label: label) { _ in LineHandler(label: label, level: level, sink: Sink(settings)) }
    }
}
