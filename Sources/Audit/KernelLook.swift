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
    private let bootID: String
    let tables: HostTables
    private let now = wallClockSeconds()

    init(
        _ ledger: LedgerSnapshot, _ options: AuditOptions, _ inFlight: InFlight, bootID: String
    ) throws(AuditError) {
        self.ledger = ledger
        self.options = options
        self.inFlight = inFlight
        self.bootID = bootID
        tables = try wires { () throws(WiringError) in try HostTables() }
        try comparePods()
        compareLinks()
        compareRoutes()
        compareBlackholes()
        try compareForwarding()
        if !options.isBrief { findings += ForwardLook.findings(senders(), ledger.pools.map(\.cidr)) }
    }
}

// MARK: From the ledger to the kernel

extension KernelLook {
    private mutating func comparePods() throws(AuditError) {
        // Blocks of shared pools are the node's or were, and what is leased from them is here.
        let shared = Set(ledger.pools.filter(\.isShared).map(\.id))
        let own = Set(ledger.blocks.filter { $0.owner == options.node || shared.contains($0.pool) }.map(\.id))
        let pods = Dictionary(grouping: ledger.leases.filter { own.contains($0.lease.block) }) { $0.lease.attachment }
        for (index, (attachment, entries)) in pods.enumerated() {
            options.progress(index + 1, pods.count)
            let observed = try wires { () throws(WiringError) in try ObservedPod(attachment, entries, tables) }
            if let pod = observed { try compare(pod) }
        }
    }

    private mutating func compare(_ pod: ObservedPod) throws(AuditError) {
        let entry = pod.entries[0]
        if let link = pod.link { return try compareWiring(pod, link) }
        // A lease that was taken over from another IPAM says nothing that could be looked at before the next boot.
        if !pod.isWiredByMartlet && entry.sandbox.isEmpty && entry.lease.bootID == bootID { return }
        if pod.isDead(now: bootID) {
            if entry.lease.bootID != bootID {
                note(.earlierBoot, pod, "is leased to \(entry.holder) since before the last boot, and has no link")
            } else {
                note(
                    .leaseWithoutSandbox, pod, "is leased to \(entry.holder), whose sandbox \(entry.sandbox) is gone",
                    // The sandbox alone proves nothing: its interface may live on in it, without a path.
                    repair: pod.isWiredByMartlet ? Finding.fix : "martletctl ipam release --ip \(entry.lease.address)")
            }
        } else if pod.isWiredByMartlet {
            note(
                .leaseWithoutLink, pod,
                "is leased to \(entry.holder), and the host has no link \(entry.lease.hostInterface) of this pod's")
        }
    }

    private mutating func compareWiring(_ pod: ObservedPod, _ link: Link) throws(AuditError) {
        let name = pod.entries[0].lease.hostInterface
        if link.name != name { note(.hostLink, pod, "the host's link \(link.name) was \(name) when it was made") }
        let expected = Expectation(pod, hostName: link.name, resultCache: options.resultCache)
        let differences = try wires { () throws(WiringError) in
            guard !options.isBrief, let sandbox = pod.sandbox() else {
                return Inspection.runOnHost(expected.plan, expected.leniency, tables)
            }
            return try Inspection.run(expected.plan, expected.leniency, tables, in: sandbox)
        }
        let isYoung = now - pod.entries[0].createdAt < options.grace
        for difference in differences {
            let code = Finding.Code(difference.kind)
            if isYoung && code.isChangedByLaterPlugins { continue }
            note(code, pod, difference.text)
        }
    }

    private mutating func note(
        _ code: Finding.Code, _ pod: ObservedPod, _ text: String, repair: String = Finding.fix
    ) {
        let entry = pod.entries[0]
        findings.append(
            Finding(
                code, entry.lease.address.description, text.hasPrefix("is ") ? pod.addresses + " " + text : text,
                since: entry.createdAt, repair: repair, attachment: entry.lease.attachment))
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
            // Not the routes that the kernel makes for IPv6 by itself.
            let ways = tables.routes(byLink: link.index).map(\.destination).filter(\.isSingleAddress)
            let held = ways.filter { way in ledger.pools.contains { $0.cidr.contains(way) } }
            guard ways.isEmpty || !held.isEmpty else { continue }
            let words = held.map(\.address.description).joined(separator: " and ")
            findings.append(
                Finding(
                    .linkWithoutLease, link.name,
                    "link \(link.name) is that of container \(attachment.containerID), interface \(attachment.ifname), "
                        + "network \(attachment.network), and "
                        + (words.isEmpty ? "nothing is routed to it" : "\(words) is routed to it")
                        + "; no lease says so",
                    // It may be a living pod's that has lost its way: nothing proves the opposite.
                    repair: words.isEmpty ? "ip link del \(link.name)" : Finding.fix, attachment: attachment))
        }
    }

    /// Routes to single addresses of the pools.
    private mutating func compareRoutes() {
        let leases = Dictionary(ledger.leases.map { ($0.lease.address, $0) }, uniquingKeysWith: { first, _ in first })
        for route in tables.routes where route.destination.isSingleAddress {
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
            } else if device.flatMap({ Attachment(alias: $0.alias) }) == nil, !isOfNoPod(address, on: index) {
                findings.append(
                    Finding(
                        .routeWithoutLease, address.description,
                        "\(address) of a pool is routed to \(name), and no lease says so; if that is right, "
                            + "reserve the address (IPReservation)",
                        repair: "ip route del \(address) dev \(name)"))
            }
        }
    }

    /// Whether an address is no pod's: the device's own, as `ptp` gives it the subnet's gateway, or reserved.
    private func isOfNoPod(_ address: IPAddress, on link: Int32) -> Bool {
        tables.addresses(ofLink: link).contains { $0.address == address }
            || ledger.reservations.contains { $0.cidr.contains(address) }
    }

    private mutating func compareBlackholes() {
        let own = ledger.blocks.filter { $0.owner == options.node && $0.isAnnounced }
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

    /// The pods that packet filters should let through by now.
    private func senders() -> [ForwardLook.Sender] {
        ledger.leases.filter {
            !$0.lease.hostInterface.isEmpty && !inFlight.includes($0.lease.attachment)
                && now - $0.createdAt >= options.grace && tables.link(named: $0.lease.hostInterface) != nil
        }.map {
            ForwardLook.Sender(
                link: $0.lease.hostInterface, address: $0.lease.address, holder: $0.holder,
                attachment: $0.lease.attachment, since: $0.createdAt)
        }
    }

    private mutating func compareForwarding() throws(AuditError) {
        for family in AddressFamily.allCases {
            // The first ADD of a boot switches it on, after it has leased.
            let isUsed = ledger.leases.contains {
                $0.lease.address.family == family && !$0.lease.hostInterface.isEmpty
                    && !inFlight.includes($0.lease.attachment)
            }
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
