import TestKit

/// One place where an operation can go wrong: a system call of one of its processes, and what is done to it.
struct Point: Hashable, Sendable, CustomStringConvertible {
    let scenario: Scenario
    /// 0 is the plugin, 1 its first child.
    let process: Int
    let call: String
    /// Which of that process's calls of that name, from 1.
    let k: Int
    let fault: Fault

    /// `DEL/warm/0/sendto/2/ENOMEM`, which `MARTLET_POINT` takes.
    var description: String { "\(scenario)/\(process)/\(call)/\(k)/\(fault.rawValue)" }

    /// What stands in for a log and a fault on the command line of `tamper`.
    var words: [String] { [String(process), call, String(k), fault.word] }

    init(_ scenario: Scenario, process: Int, call: String, k: Int, fault: Fault) {
        self.scenario = scenario
        self.process = process
        self.call = call
        self.k = k
        self.fault = fault
    }

    /// Reads the description of a point.
    init(parsing text: String) throws {
        let words = text.split(separator: "/").map(String.init)
        guard words.count == 6, let operation = Operation(rawValue: words[0]),
            let ledger = Scenario.Ledger(rawValue: words[1]), let process = Int(words[2]), let k = Int(words[4]),
            let fault = Fault(rawValue: words[5])
        else {
            throw Failure("MARTLET_POINT: \"\(text)\" is no point, expected one like DEL/warm/0/sendto/2/ENOMEM")
        }
        self.init(
            Scenario(operation: operation, ledger: ledger), process: process, call: words[3], k: k, fault: fault)
    }
}

/// The calls that an operation makes when nothing goes wrong, by process, name and number.
struct Trace: Sendable {
    /// For each process the calls in order.
    let calls: [Int: [String]]
    /// Whether the fault struck, and where.
    let firedIn: Int?
    /// The process that was hit.
    let victim: Int32?

    /// Reads what `tamper` wrote.
    init(log: String) throws {
        var calls: [Int: [String]] = [:]
        var (firedIn, victim): (Int?, Int32?) = (nil, nil)
        var last = 0
        for line in log.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count == 2 else { throw Failure("tamper wrote \"\(line)\"") }
            if words[0] == "fired" {
                (firedIn, victim) = (last, Int32(words[1]))
            } else if let process = Int(words[0]) {
                calls[process, default: []].append(String(words[1]))
                last = process
            }
        }
        (self.calls, self.firedIn, self.victim) = (calls, firedIn, victim)
    }

    /// Every point of the operation, in the order of the calls.
    func points(_ scenario: Scenario) -> [Point] {
        calls.sorted { $0.key < $1.key }.flatMap { process, names -> [Point] in
            var counts: [String: Int] = [:]
            let loading = process == 0 ? callsOfLoader : 0
            return names.enumerated().flatMap { index, name -> [Point] in
                counts[name, default: 0] += 1
                let k = counts[name] ?? 1
                return Fault.faults(of: name, isLoading: index < loading).map { fault in
                    Point(scenario, process: process, call: name, k: k, fault: fault)
                }
            }
        }
    }

    /// How many calls the dynamic loader makes for the plugin's debug build; the static release has none.
    ///
    /// The first thing that main does is to ignore a signal, and only the loader maps files before that.
    private var callsOfLoader: Int {
        guard let names = calls[0], let main = names.firstIndex(of: "rt_sigaction") else { return 0 }
        return names[..<main].contains("mmap") ? main : 0
    }
}
