/// Which nodes may use a pool, in some of the forms that there are; the label `rack` decides, or the node's name.
enum NodeSelector: String, CaseIterable, Sendable {
    case everyNode = "all()"
    case inRack = "has(rack)"
    case inA = "rack == 'a'"
    case notInA = "rack != 'a'"
    case inBOrC = "rack in { 'b', 'c' }"
    case elsewhere = "!has(rack) || rack not in { 'a', 'b' }"
    case thisNode = "kubernetes.io/hostname == 'n1' && rack != 'c'"
    case otherNode = "kubernetes.io/hostname starts with 'm'"

    /// Whether the node may, which stands in a rack or in none.
    func admits(_ rack: String?) -> Bool {
        switch self {
        case .everyNode: true
        case .inRack: rack != nil
        case .inA: rack == "a"
        case .notInA: rack != "a"
        case .inBOrC: rack == "b" || rack == "c"
        case .elsewhere: rack != "a" && rack != "b"
        case .thisNode: rack != "c"
        case .otherNode: false
        }
    }
}
