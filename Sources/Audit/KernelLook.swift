import Addressing
import Dataplane
import IPAM
import Ledger
import Netlink
import System

/// What the kernel has otherwise than the ledger says.
struct KernelLook {
    private(set) var findings: [Finding] = []
    private let ledger: LedgerSnapshot
    private let options: AuditOptions
    private let inFlight: InFlight
    private let tables: HostTables
    private let now = wallClockSeconds()

    init(_ ledger: LedgerSnapshot, _ options: AuditOptions, _ inFlight: InFlight) throws(AuditError) {
        self.ledger = ledger
        self.options = options
        self.inFlight = inFlight
        tables = try wires { () throws(WiringError) in try HostTables() }
        try comparePods()
        compareLinks()
        compareRoutes()
        compareBlackholes()
        try compareForwarding()
    }
}

// MARK: From the ledger to the kernel

extension KernelLook {
    private mutating func comparePods() throws(AuditError) {
        let own = Set(ledger.blocks.filter { $0.owner == options.node }.map(\.id))
        let pods = Dictionary(grouping: ledger.leases.filter { own.contains($0.lease.block) }) { $0.lease.attachment }
        for (attachment, entries) in pods {
            guard let pod = ObservedPod(attachment, entries, tables) else { continue }
            try compare(pod)
        }
    }

    private mutating func compare(_ pod: ObservedPod) throws(AuditError) {
        let entry = pod.entries[0]
        // A lease that was taken over from another IPAM says nothing that could be looked at.
        if !pod.isWiredByMartlet && entry.sandbox.isEmpty { return }
        switch (pod.link, pod.isSandboxThere) {
        case (nil, false):
            if entry.lease.bootID != ledger.bootID {
                note(
                    .earlierBoot, pod,
                    "is leased to \(entry.holder) since before the last boot, and neither link nor sandbox is there")
            } else {
                note(.leaseWithoutSandbox, pod, "is leased to \(entry.holder), whose sandbox \(entry.sandbox) is gone")
            }
        case (nil, true):
            guard pod.isWiredByMartlet else { return }
            note(
                .leaseWithoutLink, pod,
                "is leased to \(entry.holder), whose sandbox is there, and the host has no link \(entry.lease.hostInterface)"
            )
        case (let link?, let isThere):
            try compareWiring(pod, link, isSandboxThere: isThere)
        }
    }

    private mutating func compareWiring(_ pod: ObservedPod, _ link: Link, isSandboxThere: Bool) throws(AuditError) {
        let (plan, leniency) = pod.expectation(link.name, resultCache: options.resultCache)
        let differences = try wires { () throws(WiringError) in
            guard isSandboxThere, let sandbox = pod.sandbox() else {
                return Inspection.runOnHost(plan, leniency, tables)
            }
            return try Inspection.run(plan, leniency, tables, in: sandbox)
        }
        let isYoung = now - pod.entries[0].createdAt < options.grace
        for difference in differences {
            let code = Finding.Code(difference.kind)
            if isYoung && code.isChangedByLaterPlugins { continue }
            note(code, pod, difference.text)
        }
    }

    private mutating func note(_ code: Finding.Code, _ pod: ObservedPod, _ text: String) {
        let entry = pod.entries[0]
        let addresses = pod.entries.map(\.lease.address.description).joined(separator: " and ")
        findings.append(
            Finding(
                code, entry.lease.address.description, text.hasPrefix("is ") ? addresses + " " + text : text,
                since: entry.createdAt, attachment: entry.lease.attachment))
    }
}

// MARK: From the kernel to the ledger

extension KernelLook {
    /// Links that carry an alias of Martlet's and belong to no lease.
    ///
    /// A pod with another plugin's addresses has no lease either: its routes are in no pool.
    private mutating func compareLinks() {
        let leased = Set(ledger.leases.map(\.lease.attachment.alias))
        for link in tables.links where link.kind == "veth" && link.mac == LinkPlan.hostMAC {
            guard let attachment = Attachment(alias: link.alias), !leased.contains(link.alias) else { continue }
            let routes = tables.routes(byLink: link.index)
            let held = routes.filter { route in ledger.pools.contains { $0.cidr.contains(route.destination) } }
            guard routes.isEmpty || !held.isEmpty else { continue }
            let ways = held.map(\.destination.address.description).joined(separator: " and ")
            findings.append(
                Finding(
                    .linkWithoutLease, link.name,
                    "link \(link.name) is that of container \(attachment.containerID), interface \(attachment.ifname), "
                        + "network \(attachment.network), and "
                        + (ways.isEmpty ? "nothing is routed to it" : "\(ways) is routed to it") + "; no lease says so",
                    attachment: attachment))
        }
    }

    /// Routes to single addresses of the pools.
    private mutating func compareRoutes() {
        let leases = Dictionary(ledger.leases.map { ($0.lease.address, $0) }, uniquingKeysWith: { first, _ in first })
        for route in tables.routes where route.destination.length == route.destination.family.bits {
            let address = route.destination.address
            guard case .link(let index) = route.target, ledger.pools.contains(where: { $0.cidr.contains(address) })
            else {
                continue
            }
            let device = tables.link(index)
            let name = device?.name ?? "number \(index)"
            if let entry = leases[address] {
                guard !entry.lease.hostInterface.isEmpty, name != entry.lease.hostInterface else { continue }
                findings.append(
                    Finding(
                        .routeElsewhere, address.description,
                        "\(address) is leased to \(entry.holder) by \(entry.lease.hostInterface), and routed to \(name)",
                        since: entry.createdAt, attachment: entry.lease.attachment))
            } else if device.flatMap({ Attachment(alias: $0.alias) }) == nil {
                findings.append(
                    Finding(
                        .routeWithoutLease, address.description,
                        "\(address) of a pool is routed to \(name), and no lease says so",
                        repair: "ip route del \(address) dev \(name), or reserve the address (IPReservation)"))
            }
        }
    }

    private mutating func compareBlackholes() {
        let own = ledger.blocks.filter { $0.owner == options.node && $0.isRouted }
        for block in own where !tables.routes(to: block.cidr).contains(where: { $0.target == .blackhole }) {
            findings.append(
                Finding(
                    .blackholeMissing, block.cidr.description,
                    "block \(block.cidr) is this node's, and the host has no blackhole route for it: no other node hears of it",
                    since: block.claimedAt))
        }
        let announced = Set(own.map(\.cidr))
        for route in tables.routes where route.target == .blackhole && route.origin == options.routeOrigin {
            guard !announced.contains(route.destination),
                ledger.pools.contains(where: { $0.cidr.contains(route.destination) })
            else { continue }
            findings.append(
                Finding(
                    .blackholeForeign, route.destination.description,
                    "the host has a blackhole route for \(route.destination), which is no block of this node's"))
        }
    }

    private mutating func compareForwarding() throws(AuditError) {
        for family in AddressFamily.allCases {
            let isUsed = ledger.leases.contains { $0.lease.address.family == family && !$0.lease.hostInterface.isEmpty }
            guard isUsed else { continue }
            let isOn = try wires { () throws(WiringError) in try Wiring().forwards(family) }
            if isOn { continue }
            let setting = family == .ipv4 ? "net.ipv4.ip_forward" : "net.ipv6.conf.all.forwarding"
            findings.append(
                Finding(
                    .forwardingOff, setting, "\(setting) is 0: the host forwards no packet of a pod",
                    repair: "sysctl -w \(setting)=1"))
        }
    }
}

extension Finding.Code {
    /// The finding that a difference in a pod's wiring is.
    init(_ kind: Difference.Kind) {
        self =
            switch kind {
            case .hostLink, .state: .hostLink
            case .hostMAC, .podMAC: .mac
            case .mtu: .mtu
            case .hostSetting, .hostAddress: .hostSetting
            case .forwarding: .forwardingOff
            case .hostRoute: .hostRoute
            case .hostNeighbour: .hostNeighbour
            case .blackhole: .blackholeMissing
            case .podLink: .podLink
            case .podAddress: .podAddress
            case .podRoute, .podSetting: .podRoute
            case .podNeighbour: .podNeighbour
            }
    }

    /// Whether later plugins of a chain may bring it about while a pod is being made.
    fileprivate var isChangedByLaterPlugins: Bool {
        switch self {
        case .mac, .mtu, .hostNeighbour, .podNeighbour: true
        default: false
        }
    }
}
