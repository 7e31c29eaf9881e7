import TestKit
import Testing

/// Something that happened to a node behind Martlet's back.
struct Tampering: Sendable, CustomTestStringConvertible {
    /// How it ends.
    enum Cure: Sendable {
        /// `--fix` repairs it.
        case fix
        /// The command that the finding prints does.
        case printed
        /// A person has to do something first, then `--fix` does the rest.
        case person(@Sendable (Patient) async throws -> Void)
    }

    let code: String
    let testDescription: String
    let cure: Cure
    /// Whether the victim is no more when all is over.
    let isDeadly: Bool
    /// Does it; answers the subject that the finding must have.
    let accident: @Sendable (Patient) async throws -> String

    init(
        _ code: String, _ description: String, cure: Cure = .fix, isDeadly: Bool = false,
        _ accident: @escaping @Sendable (Patient) async throws -> String
    ) {
        self.code = code
        testDescription = "\(code): \(description)"
        self.cure = cure
        self.isDeadly = isDeadly
        self.accident = accident
    }
}
