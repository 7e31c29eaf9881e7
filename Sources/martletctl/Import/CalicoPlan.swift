import Addressing
import Audit
import IPAM
import Ledger
import Resources

/// What of an export this node takes over, and what becomes of the rest.
struct CalicoPlan {
    /// A pod that lives and what its lease will say.
    struct Resident {
        let address: IPAddress
        let attachment: Attachment
        let wires: CalicoPods.Wires
        let pod: PodIdentity
    }

    let pools: [IPPool]
    private(set) var blocks: [Prefix] = []
    private(set) var residents: [Resident] = []
    private(set) var fates: [Fate] = []

    private let node: String
    private let kernel: CalicoPods

    /// - Throws: `Trouble` where the kernel cannot be looked at.
    init(_ export: CalicoExport, node: String, _ kernel: CalicoPods) throws(Trouble) {
        pools = export.pools
        self.node = node
        self.kernel = kernel
        for pool in pools { note("ippool/\(pool.name)", pool.cidr.description, .taken()) }
        for block in export.blocks where block.host == node { try add(block) }
        for block in export.blocks where block.host != node { try searchLent(block) }
        compareAffinities(export)
        compareHandles(export)
        let known = Set(export.blocks.flatMap(\.allocations).map(\.address))
        for (address, link) in kernel.strangers(in: pools.map(\.cidr), besides: known) {
            note(
                address.description, "link \(link)",
                .refused("it is routed to the link, and the export does not have it: export again"))
        }
        for kind in export.otherKinds {
            note(
                kind, "",
                .left(
                    ResourceKind(rawValue: kind) == nil
                        ? "it says nothing of addresses, and Martlet does not carry it out"
                        : "give it to martletctl apply"))
        }
    }

    private mutating func note(_ subject: String, _ holder: String, _ outcome: Fate.Outcome) {
        fates.append(Fate(subject, of: holder, outcome))
    }
}

// MARK: Blocks

extension CalicoPlan {
    private mutating func add(_ block: IPAMBlock) throws(Trouble) {
        let name = "block \(block.cidr)"
        guard let pool = pools.first(where: { $0.cidr.contains(block.cidr) }) else {
            return note(name, node, .refused("it lies in no IPPool of the export: export the IPPools with it"))
        }
        guard pool.blockSize == block.cidr.length else {
            return note(
                name, node,
                .refused("pool \(pool.name) has blocks of /\(pool.blockSize): delete its pods, and release the block"))
        }
        blocks.append(block.cidr)
        note(name, node, .taken())
        for allocation in block.allocations { try add(allocation) }
    }

    private mutating func add(_ allocation: IPAMBlock.Allocation) throws(Trouble) {
        let holder = Holder(allocation)
        let name = allocation.address.description
        if let other = allocation.node, other != node {
            let reason = "node \(other) has borrowed it: delete that pod, so that it gets one of its own node's"
            return note(name, holder.text, .refused(reason))
        }
        switch holder.kind {
        case .tunnel: return note(name, holder.text, try tunnel(allocation.address))
        case .windows: return note(name, holder.text, .left("Calico keeps it for Windows; here a pod may get it"))
        case .unknown:
            return note(
                name, holder.text,
                .refused("nothing says whose it is: calicoctl ipam release --ip \(name), or an IPReservation later"))
        case .pod(let attachment, let pod): try add(allocation.address, attachment, pod, holder.text)
        }
    }

    private mutating func add(
        _ address: IPAddress, _ named: (network: String, containerID: String), _ pod: PodIdentity, _ holder: String
    ) throws(Trouble) {
        let evidence = try look(address, named.containerID, pod)
        switch evidence {
        case .gone: note(address.description, holder, .left("its pod is not on this node any more"))
        case .own(let device):
            note(address.description, holder, .refused("device \(device) of this node has it"))
        case .unclear(let reason): note(address.description, holder, .refused(reason))
        case .alive(let wires):
            let attachment = Attachment(
                network: named.network, containerID: named.containerID, ifname: wires.ifname)
            if let objection = Takeover.objection(to: wires, for: attachment) {
                return note(address.description, holder, .refused(objection))
            }
            residents.append(Resident(address: address, attachment: attachment, wires: wires, pod: pod))
            note(address.description, holder, .taken("with link \(wires.hostInterface)"))
        }
    }

    /// A tunnel's end is the node's, and Martlet has no tunnels.
    private func tunnel(_ address: IPAddress) throws(Trouble) -> Fate.Outcome {
        switch try evidence(of: address, digits: "") {
        case .own(let device):
            .refused(
                "device \(device) still has it, and a pod would get it: ip address delete \(address) dev \(device)")
        case .gone: .left("the end of a tunnel, which no device has any more; a pod may get it")
        case .alive(let wires): .refused("link \(wires.hostInterface) has its route")
        case .unclear(let reason): .refused(reason)
        }
    }

    /// This node's pods with addresses of other nodes' blocks, to which no announcement of this node's would lead.
    private mutating func searchLent(_ block: IPAMBlock) throws(Trouble) {
        for allocation in block.allocations where allocation.node == node {
            let holder = Holder(allocation)
            guard case .pod(let attachment, let pod) = holder.kind else { continue }
            let owner = block.affinity.isEmpty ? "nobody's" : "that of \(block.affinity)"
            switch try look(allocation.address, attachment.containerID, pod) {
            case .gone:
                note(allocation.address.description, holder.text, .left("its pod is not on this node any more"))
            case .alive, .own, .unclear:
                note(
                    allocation.address.description, holder.text,
                    .refused("it is borrowed, its block \(block.cidr) is \(owner): delete that pod, and export again"))
            }
        }
    }

    private func look(
        _ address: IPAddress, _ containerID: String, _ pod: PodIdentity
    ) throws(Trouble) -> CalicoPods.Evidence {
        // Without an orchestrator Calico calls the link by its container.
        var digits = String(containerID.prefix(11))
        if let namespace = pod.namespace, let name = pod.name {
            digits = SHA1.hexadecimal(of: namespace + "." + name, count: 11)
        }
        return try evidence(of: address, digits: digits)
    }

    private func evidence(of address: IPAddress, digits: String) throws(Trouble) -> CalicoPods.Evidence {
        try audited { () throws(AuditError) in try kernel.evidence(of: address, digits: digits) }
    }
}

// MARK: What Calico keeps beside the blocks

extension CalicoPlan {
    private mutating func compareAffinities(_ export: CalicoExport) {
        for affinity in export.affinities where affinity.node == node && affinity.isConfirmed {
            let block = export.blocks.first { $0.cidr == affinity.cidr }
            if block?.host == node { continue }
            let outcome: Fate.Outcome =
                block.map { .refused("the block itself is \($0.affinity.isEmpty ? "nobody's" : "of " + $0.affinity)") }
                ?? .left("the export has no such block, so nothing of it is in use")
            note("affinity \(affinity.cidr)", node, outcome)
        }
    }

    /// Blocks that this node's pods have addresses of, and that the export does not have.
    private mutating func compareHandles(_ export: CalicoExport) {
        let known = Set(export.blocks.map(\.cidr))
        let own = Set(residents.map { $0.attachment.network + "." + $0.attachment.containerID })
        for handle in export.handles where own.contains(handle.name) {
            for block in handle.blocks where !known.contains(block) {
                note(
                    "block \(block)", handle.name,
                    .refused("the handle has an address in it, and the export does not have it: export all IPAMBlocks"))
            }
        }
    }
}
