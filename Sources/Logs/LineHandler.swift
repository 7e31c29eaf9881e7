internal import Logging

/// Turns swift-log's events into lines; copies share the sink and nothing else.
struct LineHandler: LogHandler {
    private let label: String
    private let sink: Sink
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?

    init(label: String, level: Logger.Level, sink: Sink) {
        self.label = label
        self.sink = sink
        logLevel = level
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        sink.write(Line(event.level, label, event.message.description, fields: fields(of: event)))
    }

    /// What the event carries, over what its task provides, over what the logger holds; keys sorted.
    private func fields(of event: LogEvent) -> [Line.Field] {
        var merged = metadata
        if let provided = metadataProvider?.get() { merged.merge(provided) { $1 } }
        if let own = event.metadata { merged.merge(own) { $1 } }
        var fields = merged.map { Line.Field(key: $0.key, value: $0.value.description) }
        if let error = event.error, merged["error"] == nil {
            fields.append(Line.Field(key: "error", value: String(describing: error)))
        }
        fields.sort { $0.key < $1.key }
        return fields
    }
}
