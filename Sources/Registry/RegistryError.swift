/// Why a registry did not do what was asked.
package enum RegistryError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The object is not as the writer has seen it; this is what is there.
    case conflict(RegistryObject?)
    /// Nothing was heard: what was to be written may be written or not. Repeat the same.
    case unclear(String)
    /// It cannot be asked now; nothing was written.
    case unreachable(String)
    /// The changes asked for are not kept any more.
    case forgotten
    /// It is not what it should be, or does not take what it was given.
    case unusable(String)

    package var description: String {
        switch self {
        case .conflict(let object?): "\(object.key.kind.rawValue) \(object.key.name) was changed by another meanwhile"
        case .conflict(nil): "the object is gone"
        case .unclear(let reason): "the registry did not answer: \(reason)"
        case .unreachable(let reason): "the registry cannot be asked now: \(reason)"
        case .forgotten: "the registry does not know the changes since then any more"
        case .unusable(let reason): reason
        }
    }
}
