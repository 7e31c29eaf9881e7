/// What may come of a step.
extension Model {
    /// One way in which it may have gone.
    struct Course: Sendable {
        let model: Model
        let answers: [Answer]
        /// Whether it was stopped half-way: what the kernel has then is known after the runtime's next word.
        var isHalfway = false
        /// Whether other operations decided, at the same time, which of two codes a lack of addresses has.
        var isRough = false
    }

    /// All ways in which a step may have gone, if it answered this within these seconds.
    ///
    /// - Parameter leased: what pods have afterwards: who was killed does not say what he was given.
    func courses(
        of step: Step, _ answers: [Answer], within times: ClosedRange<Int>, leased: Set<IP>
    ) -> [Course] {
        var start = self
        start.begin(seeing: answers == [.killed] ? leased : Set(answers.flatMap(\.given)))
        switch step {
        case .together(let steps): return start.orders(of: steps, within: times)
        case .killed(let step, _):
            if answers == [.killed] { return start.halves(of: step, within: times) }
            return start.courses(of: step, within: times) + start.vainCourses(of: step, within: times)
        default: return start.courses(of: step, within: times)
        }
    }

    private func courses(of step: Step, within times: ClosedRange<Int>) -> [Course] {
        times.map { now in
            var model = self
            let answer = model.take(step, at: now)
            return Course(model: model, answers: [answer])
        }
    }

    /// An ADD whose child was killed: nft, which ADD cannot do without.
    private func vainCourses(of step: Step, within times: ClosedRange<Int>) -> [Course] {
        guard case .add(let holder, _, let wish) = step else { return [] }
        return times.map { now in
            var model = self
            let answer = model.addInVain(holder, wish, at: now)
            return Course(model: model, answers: [answer])
        }
    }

    /// Operations at the same time are as good as one after the other, in whatever order.
    private func orders(of steps: [Step], within times: ClosedRange<Int>) -> [Course] {
        func extend(_ course: Course, _ rest: Set<Int>) -> [Course] {
            if rest.isEmpty { return [course] }
            return rest.sorted().flatMap { number in
                times.flatMap { now in
                    var (model, answers) = (course.model, course.answers)
                    answers[number] = model.take(steps[number], at: now)
                    return extend(
                        Course(model: model, answers: answers, isRough: true), rest.subtracting([number]))
                }
            }
        }
        let start = Course(model: self, answers: steps.map { _ in .nothing })
        return extend(start, Set(steps.indices))
    }

    /// A killed operation has done each of its transactions or not, in their order.
    private func halves(of step: Step, within times: ClosedRange<Int>) -> [Course] {
        times.flatMap { now in
            var whole = self
            _ = whole.take(step, at: now)
            return ([moment] + whole.committed).map { moment in
                var model = whole.stopped(at: moment)
                (model.links, model.sandboxes, model.former) = (links, sandboxes, former)
                if case .add(let holder, let sandbox, _) = step { model.sandboxes[holder] = sandbox }
                // DEL announces before it frees; all else is put right by what comes next.
                if moment.book == book { model.announced = announced }
                if case .add = step { model.announced = announced }
                return Course(model: model, answers: [.killed], isHalfway: true)
            }
        }
    }

    private mutating func take(_ step: Step, at now: Int) -> Answer {
        switch step {
        case .add(let holder, let sandbox, let wish): return add(holder, sandbox: sandbox, wish, at: now)
        case .delete(let holder): return delete(holder, at: now)
        case .check(let holder): return check(holder)
        case .collect(let network, let kept): return collect(network, keeping: kept, at: now)
        case .apply(let pool): return apply(pool)
        case .patch(let name, let isDisabled): return patch(name, isDisabled: isDisabled)
        case .drop(let name): return drop(name, at: now)
        case .declare(let node): return declare(node)
        case .reserve(let name, let spans): return reserve(name, spans)
        case .unreserve(let name): return unreserve(name)
        case .configure(let limit, let rest): return configure(limit: limit, rest: rest)
        case .release(let address): return release(address, at: now)
        case .audit(let isFixing): return isFixing ? fix(at: now) : audit()
        case .die(let holder): die(holder)
        case .cut(let holder): links.remove(holder)
        case .usurp(let address): usurped.insert(address)
        case .yield(let address): usurped.remove(address)
        case .reboot(let number): reboot(number)
        case .pass, .together, .killed: break
        }
        return .nothing
    }

    private mutating func die(_ holder: Attachment) {
        links.remove(holder)
        let sandbox = sandboxes.removeValue(forKey: holder)
        former = former.filter { $0.value != sandbox }
    }

    private mutating func reboot(_ number: Int) {
        start = number
        (links, announced, usurped, sandboxes, former) = ([], [], [], [:], [:])
    }

    /// What the kernel should have; links may have any name.
    func kernel(naming names: [String: String]) -> Observation.Kernel {
        var kernel = Observation.Kernel(blackholes: announced)
        for holder in links {
            let alias = holder.description
            kernel.links[alias] = names[alias] ?? "no link"
            for address in book.addresses(of: holder) { kernel.routes[address] = names[alias] ?? "no link" }
        }
        for address in usurped { kernel.routes[address] = "up0" }
        return kernel
    }
}

extension Model.Course {
    /// The model from here on, if that is how it went; else nil.
    func confirmed(by answers: [Answer], _ seen: Observation) -> Model? {
        let isSame = isRough && self.answers.map(\.roughly) == answers.map(\.roughly) || self.answers == answers
        guard isSame, let model = model.agreeing(with: seen.book) else { return nil }
        if isHalfway {
            // A lease may be there without its link, a link never without its lease.
            return Set(seen.kernel.links.keys).isSubset(of: model.book.holders.map(\.description)) ? model : nil
        }
        return model.kernel(naming: seen.kernel.links) == seen.kernel ? model : nil
    }

    /// What was to be and is not, and the other way round.
    func differences(from answers: [Answer], _ seen: Observation) -> [String] {
        let (expected, found) = (self.answers.map { "\($0)" }, answers.map { "\($0)" })
        let wanted = model.book.lines + (isHalfway ? [] : model.kernel(naming: seen.kernel.links).lines)
        let there = seen.book.lines + (isHalfway ? [] : seen.kernel.lines)
        return (expected == found ? [] : ["expected answer \(expected)", "got answer      \(found)"])
            + wanted.filter { !there.contains($0) }.map { "expected \($0)" }
            + there.filter { !wanted.contains($0) }.map { "got      \($0)" }
    }
}
