import Resources
import Yams

extension SourceText {
    /// What Yams has to say, in the house's form.
    func syntaxError(_ error: any Error) -> ManifestError {
        guard let error = error as? YamlError else { return wrong("\(error)", nil) }
        switch error {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            return wrong(problem + around(context, mark), mark)
        case .reader(let problem, let offset, _, _):
            let index = text.index(text.startIndex, offsetBy: offset ?? 0, limitedBy: text.endIndex)
            return ManifestError(position(of: text[..<(index ?? text.endIndex)].utf8.count), problem)
        case .duplicatedKeysInMapping(let names, let context):
            let names = names.map { "\"\($0)\"" }.joined(separator: ", ")
            return wrong("an object has more than one value for \(names)", context.mark)
        default:
            return wrong(error.description, nil)
        }
    }

    /// What was being read when a problem was found, and since where if that is elsewhere.
    private func around(_ context: YamlError.Context?, _ mark: Mark) -> String {
        guard let context else { return "" }
        let isElsewhere = (context.mark.line, context.mark.column) != (mark.line, mark.column)
        return " " + context.text
            + (isElsewhere ? " that begins in line \(context.mark.line), column \(context.mark.column)" : "")
    }

    private func wrong(_ message: String, _ mark: Mark?) -> ManifestError {
        ManifestError(Position(file: file, line: mark?.line ?? 1, column: mark?.column ?? 1), message)
    }
}
