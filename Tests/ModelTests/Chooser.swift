import TestKit

/// What happens next, by chance and by what there is.
struct Chooser {
    private var random: Seeded
    private var containers = 0
    private var pending: [Step]
    private let sandboxCount: Int

    /// Where the pools' addresses are.
    private static let bases = [
        "ash": "10.10.0.0", "beech": "10.10.1.0", "cedar": "10.10.2.0", "fir": "fd00:10::", "yew": "fd00:10:1::",
    ]

    init(_ purpose: String, sandboxes: Int) throws {
        random = Seeded(purpose)
        sandboxCount = sandboxes
        pending = [
            .apply(Book.Pool(name: "ash", cidr: try Span("10.10.0.0/28"), blockLength: 30)),
            .apply(Book.Pool(name: "fir", cidr: try Span("fd00:10::/124"), blockLength: 126)),
        ]
    }

    /// After an operation that was killed: what the runtime does, and then an operator.
    mutating func recover(from step: Step) {
        switch step {
        case .add(let holder, _, _): pending.append(.delete(holder))
        default: pending.append(step)
        }
        pending.append(.audit(isFixing: true))
    }

    mutating func next(_ model: Model) throws -> Step {
        if !pending.isEmpty { return pending.removeFirst() }
        // Without pools that give there is little to see.
        if model.book.pools.count(where: { model.book.gives($0) }) < 3, number(4) == 0 {
            return try changePools(model)
        }
        switch number(1000) {
        case 0..<330: return try newPod(model)
        case 330..<480: return try oldPod(model)
        case 480..<500: return .delete(Attachment(network: "pods", container: "unknown\(number(100))"))
        case 500..<515:
            return .delete(pick(model.former.keys.sorted()) ?? Attachment(network: "pods", container: "none"))
        case 515..<530: return try deleteByOtherName(model)
        case 530..<565: return try again(model)
        case 565..<610: return check(model)
        case 610..<650: return collect(model)
        case 650..<710: return try together(model)
        case 710..<750: return .killed(try fatal(model), at: Double(number(10_000)) / 10_000)
        case 750..<770: return try accident(model)
        case 770..<778: return .reboot(model.start + 1)
        case 778..<840: return .pass(seconds: max(1, pick([1, model.book.rest - 1, model.book.rest, 500]) ?? 1))
        case 840..<905: return try changePools(model)
        case 905..<925: return .declare(labels())
        case 925..<955: return try reserve(model)
        case 955..<970: return try release(model)
        case 970..<980: return .audit(isFixing: false)
        default: return .audit(isFixing: true)
        }
    }
}

// MARK: Pods

extension Chooser {
    private mutating func number(_ limit: Int) -> Int { Int.random(in: 0..<limit, using: &random) }
    private mutating func pick<T>(_ list: [T]) -> T? { list.randomElement(using: &random) }

    private func freeSandboxes(_ model: Model) -> [Int] {
        let taken = Set(model.sandboxes.values)
        return (0..<sandboxCount).filter { !taken.contains($0) }
    }

    private func known(_ model: Model) -> [Attachment] {
        Set(model.book.holders).union(model.sandboxes.keys).sorted()
    }

    private mutating func newPod(_ model: Model) throws -> Step {
        guard let sandbox = pick(freeSandboxes(model)) else { return try oldPod(model) }
        return .add(newHolder(), sandbox: sandbox, try wish(model))
    }

    private mutating func newHolder() -> Attachment {
        containers += 1
        return Attachment(network: number(4) == 0 ? "storage" : "pods", container: "c\(containers)")
    }

    private mutating func oldPod(_ model: Model) throws -> Step {
        guard let holder = pick(known(model)) else { return .pass(seconds: 1) }
        return .delete(holder)
    }

    private mutating func deleteByOtherName(_ model: Model) throws -> Step {
        guard let holder = pick(known(model)) else { return .pass(seconds: 1) }
        return .delete(Attachment(network: "renamed", container: holder.container))
    }

    /// ADD of a container that has been added, whatever has become of it.
    private mutating func again(_ model: Model) throws -> Step {
        guard let holder = pick(model.book.holders.sorted()),
            let sandbox = model.sandboxes[holder] ?? pick(freeSandboxes(model))
        else { return try newPod(model) }
        return .add(holder, sandbox: sandbox, try wish(model))
    }

    private mutating func check(_ model: Model) -> Step {
        let holders = model.book.holders.union(model.former.keys).sorted()
        return pick(holders).map { .check($0) } ?? .audit(isFixing: false)
    }

    private mutating func collect(_ model: Model) -> Step {
        let network = pick(["pods", "storage"]) ?? "pods"
        let share = pick([0, 7, 9, 9, 10, 10, 10]) ?? 10
        let kept = known(model).filter { _ in number(10) < share }.map(\.container)
        return .collect(network: network, keeping: Set(kept))
    }

    private mutating func together(_ model: Model) throws -> Step {
        // What is set aside takes an ADD more than one transaction.
        guard model.usurped.isEmpty else { return try oldPod(model) }
        var sandboxes = freeSandboxes(model).shuffled(using: &random)
        var holders = known(model).shuffled(using: &random)
        var steps: [Step] = []
        for _ in 0..<(2 + number(3)) {
            if number(5) < 3, let sandbox = sandboxes.popLast() {
                steps.append(.add(newHolder(), sandbox: sandbox, try wish(model)))
            } else if let holder = holders.popLast() {
                steps.append(.delete(holder))
            }
        }
        return steps.isEmpty ? .pass(seconds: 1) : .together(steps)
    }

    private mutating func fatal(_ model: Model) throws -> Step {
        switch number(7) {
        case 0: collect(model).isCollection ?? .collect(network: "pods", keeping: [])
        case 1..<3: try oldPod(model).isDeletion ?? .delete(Attachment(network: "pods", container: "none"))
        default: try newPod(model)
        }
    }

    private mutating func wish(_ model: Model) throws -> Wish {
        var wish = Wish(manner: pick(Wish.Manner.allCases) ?? .configuration)
        switch number(20) {
        case 0..<3: (wish.isIPv4, wish.isIPv6) = (false, true)
        case 3..<8: wish.isIPv6 = true
        default: break
        }
        let names = model.book.pools.map(\.name) + ["nowhere"]
        if number(8) == 0 {
            for isIPv6 in [false, true] where number(2) == 0 {
                if let address = try address(model, isIPv6: isIPv6) { wish.addresses.append(address) }
            }
        }
        if number(8) == 0 {
            let (four, six) = (names.filter { isOfIPv4($0) || number(20) == 0 }, names.filter { !isOfIPv4($0) })
            if wish.isIPv4 { wish.pools4 = Array(four.shuffled(using: &random).prefix(1 + number(2))) }
            if wish.isIPv6 { wish.pools6 = Array(six.shuffled(using: &random).prefix(1 + number(2))) }
        }
        return wish
    }

    private func isOfIPv4(_ name: String) -> Bool { Self.bases[name]?.contains(":") == false }

    /// One that somebody may ask for: of a pool, and now and then of none.
    private mutating func address(_ model: Model, isIPv6: Bool) throws -> IP? {
        if number(12) == 0 { return try IP(isIPv6 ? "fd00:99::1" : "10.99.0.1") }
        return pick(model.book.pools.filter { $0.cidr.isIPv6 == isIPv6 }).flatMap { pick($0.cidr.addresses) }
    }
}

// MARK: Accidents and operators

extension Chooser {
    private mutating func accident(_ model: Model) throws -> Step {
        let living = model.links.sorted()
        switch number(5) {
        case 0..<2: return pick(living).map { .die($0) } ?? .pass(seconds: 1)
        case 2: return pick(living).map { .cut($0) } ?? .pass(seconds: 1)
        default:
            if let address = pick(model.usurped.sorted()), number(3) > 0 { return .yield(address) }
            guard let pool = pick(model.book.pools), let address = pick(pool.cidr.addresses),
                model.book.leases[address] == nil, !model.usurped.contains(address)
            else { return .pass(seconds: 1) }
            return .usurp(address)
        }
    }

    private mutating func changePools(_ model: Model) throws -> Step {
        let names = Self.bases.keys.sorted()
        let name = pick(names) ?? "ash"
        switch number(13) {
        case 12: return .declare(labels())
        case 0..<5: return .apply(try pool(name))
        case 5..<9: return .patch(name, isDisabled: number(6) == 0)
        case 9..<10: return .drop(pool: name)
        default:
            if number(2) == 0 { return .configure(limit: pick([0, 0, 2, 3, 5]), rest: nil) }
            return .configure(limit: nil, rest: pick([0, 1, 60, 180, 400]))
        }
    }

    /// Of any size, and now and then where another is.
    private mutating func pool(_ name: String) throws -> Book.Pool {
        let isIPv6 = !isOfIPv4(name)
        let others = Self.bases.keys.sorted().filter { isOfIPv4($0) != isIPv6 }
        let base = number(15) == 0 ? pick(others) ?? name : name
        let bits = isIPv6 ? 128 : 32
        let first = try IP(Self.bases[base] ?? "")
        return Book.Pool(
            name: name, cidr: Span(around: first, length: bits - 2 - number(3)), blockLength: bits - 1 - number(3),
            isDisabled: number(10) == 0, isAutomatic: number(8) > 0,
            selector: number(2) == 0 ? .everyNode : pick(NodeSelector.allCases) ?? .everyNode)
    }

    private mutating func labels() -> Book.Labels? {
        number(5) == 0 ? nil : Book.Labels(rack: pick(["a", "b", "c", nil]) ?? nil)
    }

    private mutating func reserve(_ model: Model) throws -> Step {
        let name = pick(["printers", "routers"]) ?? "printers"
        if number(3) == 0 { return .unreserve(name) }
        var spans: Set<Span> = []
        for _ in 0..<(1 + number(2)) {
            guard let pool = pick(model.book.pools), let address = pick(pool.cidr.addresses) else { continue }
            spans.insert(Span(around: address, length: address.bits - number(3)))
        }
        return spans.isEmpty ? .unreserve(name) : .reserve(name, spans)
    }

    private mutating func release(_ model: Model) throws -> Step {
        let leased = model.book.leases.keys.sorted()
        let dead = leased.filter { model.book.leases[$0].map { model.sandboxes[$0.holder] == nil } ?? false }
        return .release(try pick(number(3) == 0 ? leased : dead) ?? IP("10.10.0.1"))
    }
}

extension Step {
    fileprivate var isCollection: Step? { if case .collect = self { self } else { nil } }
    fileprivate var isDeletion: Step? { if case .delete = self { self } else { nil } }
}
