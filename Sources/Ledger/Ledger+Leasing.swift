import Addressing
import IPAM
import SQLite
import System

extension Ledger {
    /// Leases addresses, within a transaction. What an attachment holds already it gets again.
    ///
    /// - Throws: `LedgerError.refused` when there is none to give; everything is undone then, for all families.
    package borrowing func lease(_ request: LeaseRequest) throws(LedgerError) -> Grant {
        let (allPools, hasNewPools) = try adopt(request.pools)
        if try holdsLease(request.attachment) {
            return repeated(try leases(of: request.attachment), allPools, hasNewPools: hasNewPools)
        }
        var leases: [Lease] = []
        var pools: [Pool] = []
        var unrested: [IPAddress] = []
        var claimed: [Int] = []
        for address in request.addresses {
            let choice = try choose(address, request, allPools)
            let block: (id: Int, cidr: Prefix) = try record(choice)
            if case .newBlock = choice.source { claimed.append(block.id) }
            if case .freed(let freed) = choice.source, !freed.isRested { unrested.append(freed.address) }
            let lease = Lease(
                address: choice.address, block: block.id, blockCIDR: block.cidr, attachment: request.attachment,
                hostInterface: request.hostInterface, mac: request.mac, bootID: bootID)
            try insert(lease, request)
            leases.append(lease)
            pools.append(choice.pool)
        }
        return Grant(
            leases: leases, isRepeated: false, claimed: claimed, unrested: unrested, pools: pools,
            allPools: allPools, hasNewPools: hasNewPools)
    }

    /// Sets an address aside that something else uses, and leases another, within a transaction.
    package borrowing func replace(
        _ lease: Lease, quarantine reason: String, _ request: LeaseRequest
    ) throws(LedgerError) -> Grant {
        try free(lease, quarantine: reason)
        let allPools = try pools()
        guard let wish = request.addresses.first(where: { $0.family == lease.address.family }) else {
            throw .refused(.exhausted(limit: nil), lease.address.family)
        }
        let choice = try choose(wish, request, allPools)
        let block: (id: Int, cidr: Prefix) = try record(choice)
        let next = Lease(
            address: choice.address, block: block.id, blockCIDR: block.cidr, attachment: request.attachment,
            hostInterface: lease.hostInterface, mac: lease.mac, bootID: bootID)
        try insert(next, request)
        var claimed: [Int] = []
        if case .newBlock = choice.source { claimed.append(block.id) }
        return Grant(
            leases: [next], isRepeated: false, claimed: claimed, unrested: [], pools: [choice.pool],
            allPools: allPools, hasNewPools: false)
    }

    /// What the allocator chooses; nothing is written.
    borrowing func choose(
        _ address: LeaseRequest.Address, _ request: LeaseRequest, _ allPools: [Pool]
    ) throws(LedgerError) -> Allocator.Choice {
        let allocator = try allocator(address, request, allPools)
        let outcome = try sql { () throws(SQLiteError) in
            if let wanted = address.wanted { return try allocator.take(wanted, from: self) }
            return try allocator.choose(from: self)
        }
        switch outcome {
        case .chosen(let choice): return choice
        case .refused(let refusal): throw .refused(refusal, address.family)
        }
    }

    /// What decides about an address.
    borrowing func allocator(
        _ address: LeaseRequest.Address, _ request: LeaseRequest, _ allPools: [Pool]
    ) throws(LedgerError) -> Allocator {
        Allocator(
            pools: try candidates(address, request, allPools), node: node,
            range: request.ranges.first { $0.family == address.family }, blockLimit: request.blockLimit,
            reservations: request.reservations, awaitsBlocks: request.awaitsBlocks)
    }

    /// The pools that an address may come from: those of the configuration in its order, else the ledger's by name.
    private borrowing func candidates(
        _ address: LeaseRequest.Address, _ request: LeaseRequest, _ allPools: [Pool]
    ) throws(LedgerError) -> [Pool] {
        var pools: [Pool] = []
        if request.pools.isEmpty {
            for pool in allPools where pool.cidr.family == address.family { pools.append(pool) }
        } else {
            for configured in request.pools where configured.cidr.family == address.family {
                if let pool = allPools.first(where: { $0.name == configured.name }) { pools.append(pool) }
            }
        }
        // Who asks for an address asks for its pool, and hears why it cannot be had.
        if address.pools.isEmpty && address.wanted != nil { return pools }
        if address.pools.isEmpty {
            var open: [Pool] = []
            for pool in pools where try exclusion(of: pool, isNamed: false) == nil { open.append(pool) }
            return open
        }
        var asked: [Pool] = []
        for name in address.pools {
            guard let pool = pools.first(where: { $0.name == name || $0.cidr.description == name }),
                try exclusion(of: pool, isNamed: true) == nil
            else {
                throw .conflict(
                    "the given pool (" + name + ") does not exist, or is not enabled; name one of ipam.pools "
                        + "or of the ledger's pools, by name or cidr")
            }
            asked.append(pool)
        }
        return asked
    }

    /// Writes what a choice changes in blocks and queue; answers the address's block.
    private borrowing func record(_ choice: Allocator.Choice) throws(LedgerError) -> (id: Int, cidr: Prefix) {
        guard let cidr = choice.pool.block(of: choice.address) else { throw .impossibleBlock(choice.pool) }
        switch choice.source {
        case .untouched(let block, let next):
            try advance(block, to: next)
            return (block, cidr)
        case .freed(let freed):
            try dequeue(freed, choice.pool)
            return (freed.block, cidr)
        case .newBlock(let prefix, let next): return (try claim(prefix, choice.pool, next: next), prefix)
        case .requested(let block): return (block, cidr)
        }
    }

    private borrowing func insert(_ lease: Lease, _ request: LeaseRequest) throws(LedgerError) {
        try sql { () throws(SQLiteError) in
            let row = try connection.prepare(
                "INSERT INTO lease VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
            try row.bind(1, lease.address.description)
            try row.bind(2, lease.block)
            try row.bind(3, Int(lease.address.family.rawValue))
            try row.bind(4, lease.attachment.network)
            try row.bind(5, lease.attachment.containerID)
            try row.bind(6, lease.attachment.ifname)
            try row.bind(7, request.pod.namespace)
            try row.bind(8, request.pod.name)
            try row.bind(9, request.pod.uid)
            try row.bind(10, lease.hostInterface)
            try row.bind(11, lease.mac)
            try row.bind(12, request.mtu)
            try row.bind(13, request.sandbox)
            try row.bind(14, Int(truncatingIfNeeded: request.sandboxIdentity.device))
            try row.bind(15, Int(truncatingIfNeeded: request.sandboxIdentity.inode))
            try row.bind(16, bootID)
            try row.bind(17, wallClockSeconds())
            try row.run()
        }
    }

    /// What the attachment has; nothing is written until the caller knows that its interface is gone.
    private borrowing func repeated(_ held: [Lease], _ allPools: [Pool], hasNewPools: Bool) -> Grant {
        var pools: [Pool] = []
        for lease in held {
            if let pool = allPools.first(where: { $0.cidr.contains(lease.address) }) { pools.append(pool) }
        }
        return Grant(
            leases: held, isRepeated: true, claimed: [], unrested: [], pools: pools, allPools: allPools,
            hasNewPools: hasNewPools)
    }

    /// Moves the leases of an attachment that came again to the sandbox it has now, within a transaction.
    package borrowing func renew(_ request: LeaseRequest) throws(LedgerError) {
        try sql { () throws(SQLiteError) in
            let row = try connection.prepare(
                """
                UPDATE lease SET sandbox = ?, sandbox_device = ?, sandbox_inode = ?, boot_id = ?, mac = ?, mtu = ?
                WHERE container_id = ? AND ifname = ? AND network = ?
                """)
            try row.bind(1, request.sandbox)
            try row.bind(2, Int(truncatingIfNeeded: request.sandboxIdentity.device))
            try row.bind(3, Int(truncatingIfNeeded: request.sandboxIdentity.inode))
            try row.bind(4, bootID)
            try row.bind(5, request.mac)
            try row.bind(6, request.mtu)
            try row.bind(7, request.attachment.containerID)
            try row.bind(8, request.attachment.ifname)
            try row.bind(9, request.attachment.network)
            try row.run()
        }
    }
}
