import Addressing
import IPAM
import SQLite
import System

/// Changes that no pod's coming or going makes: the audit's, within a transaction.
extension Ledger {
    /// What was seen of an interface whose lease is lost.
    package struct Sighting: Sendable {
        package let attachment: Attachment
        package let hostInterface: String
        package let mac: String
        package let mtu: Int
        /// Path of its namespace, and which one that is; empty where nobody knows.
        package let sandbox: String
        package let sandboxIdentity: FileStatus.Identity
        /// The pod, where another IPAM has said so.
        package let pod: PodIdentity

        package init(
            _ attachment: Attachment, hostInterface: String, mac: String, mtu: Int, sandbox: String = "",
            sandboxIdentity: FileStatus.Identity = FileStatus.Identity(device: 0, inode: 0),
            pod: PodIdentity = PodIdentity(namespace: nil, name: nil, uid: nil)
        ) {
            self.attachment = attachment
            self.hostInterface = hostInterface
            self.mac = mac
            self.mtu = mtu
            self.sandbox = sandbox
            self.sandboxIdentity = sandboxIdentity
            self.pod = pod
        }
    }

    /// Leases a very address to an attachment whose link has it; false if that is somebody else's, or in no pool.
    package borrowing func adopt(_ address: IPAddress, _ sighting: Sighting) throws(LedgerError) -> Bool {
        guard let claim = try ownBlock(of: address, mayClaim: true), claim.hasSameUse else { return false }
        return try sql { () throws(SQLiteError) in
            if try isLeased(address) { return false }
            let queue = try connection.prepare("DELETE FROM freed WHERE address = ?")
            try queue.bind(1, address.description)
            try queue.run()
            try insert(address, claim.id, sighting)
            return true
        }
    }

    private borrowing func insert(_ address: IPAddress, _ block: Int, _ sighting: Sighting) throws(SQLiteError) {
        let row = try connection.prepare(
            """
            INSERT INTO lease (address, block, family, network, container_id, ifname, host_interface, mac, mtu,
              sandbox, sandbox_device, sandbox_inode, boot_id, created_at, pod_namespace, pod_name)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        try row.bind(1, address.description)
        try row.bind(2, block)
        try row.bind(3, Int(address.family.rawValue))
        try row.bind(4, sighting.attachment.network)
        try row.bind(5, sighting.attachment.containerID)
        try row.bind(6, sighting.attachment.ifname)
        try row.bind(7, sighting.hostInterface)
        try row.bind(8, sighting.mac)
        try row.bind(9, sighting.mtu)
        try row.bind(10, sighting.sandbox)
        try row.bind(11, Int(truncatingIfNeeded: sighting.sandboxIdentity.device))
        try row.bind(12, Int(truncatingIfNeeded: sighting.sandboxIdentity.inode))
        try row.bind(13, bootID)
        try row.bind(14, wallClockSeconds())
        try row.bind(15, sighting.pod.namespace)
        try row.bind(16, sighting.pod.name)
        try row.run()
    }

    /// Makes a whole block of a pool of the node's own the node's; false if it is none, or another node has some of it.
    package borrowing func adopt(block: Prefix) throws(LedgerError) -> Bool {
        guard let pool = try pools().first(where: { $0.cidr.contains(block) }), pool.blockLength == block.length,
            !pool.isShared
        else { return false }
        let owned = try sql { () throws(SQLiteError) in try claim(covering: block.first) }
        if let owned { return owned.owner == node && owned.hasSameUse }
        // Blocks of one pool have one length: where the first address is nobody's, all are.
        _ = try claim(block, pool, next: 0)
        return true
    }

    /// Moves a lease to the block of this node that holds its address, claimed if need be; false if it is another's.
    package borrowing func rehome(_ lease: Lease) throws(LedgerError) -> Bool {
        // A blackhole for a block in another plugin's subnet would cut its pods off.
        guard let claim = try ownBlock(of: lease.address, mayClaim: !lease.hostInterface.isEmpty) else { return false }
        return try sql { () throws(SQLiteError) in
            let row = try connection.prepare("UPDATE lease SET block = ? WHERE address = ?")
            try row.bind(1, claim.id)
            try row.bind(2, lease.address.description)
            try row.run()
            return connection.changes > 0
        }
    }

    /// This node's block that holds an address, claimed if need be; nil if it is another's, or in no pool, or would have
    /// to be claimed by the agent.
    private borrowing func ownBlock(of address: IPAddress, mayClaim: Bool) throws(LedgerError) -> BlockClaim? {
        guard let pool = try pools().first(where: { $0.cidr.contains(address) }), let cidr = pool.block(of: address)
        else { return nil }
        if let claim = try sql({ () throws(SQLiteError) in try claim(covering: address) }) {
            return claim.owner == node ? claim : nil
        }
        guard mayClaim, !pool.isShared else { return nil }
        return BlockClaim(id: try claim(cidr, pool, next: 0), owner: node, hasSameUse: true)
    }

    /// Takes leased addresses and those of no block out of the queue of the freed, and brings the blocks' counts into
    /// their range; answers how many rows were wrong.
    package borrowing func correctCounts() throws(LedgerError) -> Int {
        try sql { () throws(SQLiteError) in
            var changed = 0
            for statement: StaticString in [
                "DELETE FROM freed WHERE address IN (SELECT address FROM lease)",
                "DELETE FROM freed WHERE block NOT IN (SELECT id FROM block)",
                "UPDATE block SET next = min(max(next, 0), size) WHERE next < 0 OR next > size",
            ] {
                let row = try connection.prepare(statement)
                try row.run()
                changed += connection.changes
            }
            return changed
        }
    }

    /// Lets an address that was set aside be used again; false if it was not.
    package borrowing func endQuarantine(_ address: IPAddress) throws(LedgerError) -> Bool {
        try sql { () throws(SQLiteError) in
            let row = try connection.prepare(
                "UPDATE freed SET quarantine = NULL WHERE address = ? AND quarantine IS NOT NULL")
            try row.bind(1, address.description)
            try row.run()
            return connection.changes > 0
        }
    }
}
