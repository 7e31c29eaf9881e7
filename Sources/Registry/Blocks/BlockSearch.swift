import Addressing

/// Looks for a gap among blocks that are told in the order of their addresses.
struct BlockSearch: Sendable {
    /// What to do next.
    enum Step: Sendable {
        /// List blocks from a name on.
        case look(from: String)
        /// This one is missing.
        case gap(Prefix)
        /// There is none.
        case done
    }

    /// Most blocks that are told at once.
    static let window = 128

    /// Orphans of the size that is sought, whose time has come.
    private(set) var orphans: [Orphan] = []
    /// What was met last where a block was sought.
    private(set) var obstacle: RegistryObject?

    /// A block that may be taken over.
    struct Orphan: Sendable {
        let record: BlockRecord
        let revision: RegistryRevision
    }

    private let now: Int
    private let reservations: [Prefix]
    /// What is still to be searched, from each first block to each last.
    private var spans: [(first: Prefix, last: Prefix)]
    /// The block that is looked at; nil where a span has not begun.
    private var candidate: Prefix?
    /// What was told and not looked at.
    private var known: ArraySlice<RegistryObject> = []
    /// Where to list on; nil when everything from here on is known.
    private var nextName: String?

    /// Searches spans of blocks of one length.
    ///
    /// - Parameters:
    ///   - reservations: a block that they cover whole is passed over.
    ///   - now: seconds since 1970.
    init(_ spans: [(first: Prefix, last: Prefix)], reservations: [Prefix], now: Int) {
        self.now = now
        self.spans = spans
        self.reservations = reservations
    }

    /// Takes what was listed.
    mutating func take(_ objects: [RegistryObject]) {
        known = objects[...]
        nextName = objects.count < Self.window ? nil : objects.last?.key.name
    }

    /// Learns that a gap was none: another was faster.
    mutating func passOver(_ there: RegistryObject?) {
        if let there { obstacle = there }
        if let gap = candidate { move(past: gap.last) }
    }

    /// Goes on to the next gap.
    mutating func step() -> Step {
        while let span = spans.first {
            guard let here = candidate else {
                begin(span.first)
                continue
            }
            guard here <= span.last else {
                leave()
                continue
            }
            if let end = reservedEnd(of: here) {
                move(past: end)
                continue
            }
            guard let object = known.first else {
                if let name = nextName { return .look(from: name) }
                return .gap(here)
            }
            // Under a name that is none of a block's lies no block.
            guard let there = BlockRecord.cidr(named: object.key.name), there.last >= here.first else {
                known.removeFirst()
                continue
            }
            if there.first > here.last { return .gap(here) }
            meet(object, there, at: here)
            move(past: there.last)
        }
        return .done
    }

    /// Larger blocks may begin before the place and reach beyond it.
    private mutating func begin(_ first: Prefix) {
        candidate = first
        known = []
        let largest = Prefix(covering: first.first, length: max(0, first.family.bits - 12)) ?? first
        nextName = BlockRecord.name(startingAt: largest.first)
    }

    private mutating func meet(_ object: RegistryObject, _ there: Prefix, at here: Prefix) {
        obstacle = object
        guard there == here, let record = BlockRecord(readable: object), record.isClaimable(at: now) else { return }
        orphans.append(Orphan(record: record, revision: object.revision))
    }

    private mutating func move(past address: IPAddress) {
        candidate = candidate?.next(after: address)
        if candidate == nil { spans.removeFirst() }
    }

    private mutating func leave() {
        candidate = nil
        spans.removeFirst()
    }

    /// The last address up to which a block is reserved without a gap; nil where it has an address for somebody.
    private func reservedEnd(of block: Prefix) -> IPAddress? {
        var address = block.first
        while true {
            let ends = reservations.filter { $0.contains(address) }.map(\.last)
            guard let end = ends.max() else { return nil }
            if end >= block.last { return end }
            guard let next = end.advanced(by: 1) else { return end }
            address = next
        }
    }
}

extension Prefix {
    /// The block of this one's length after the one that holds an address; nil after the family's last.
    fileprivate func next(after address: IPAddress) -> Prefix? {
        let reached = Prefix(covering: address, length: length) ?? self
        return reached.last.advanced(by: 1).flatMap { Prefix(covering: $0, length: length) }
    }
}
