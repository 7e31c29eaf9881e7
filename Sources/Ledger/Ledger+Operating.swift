import Addressing
import IPAM
import SQLite
import System

/// A lease that has ended, or that lasts.
package struct Tenure: Hashable, Sendable {
    package let address: IPAddress
    package let node: String
    package let attachment: Attachment
    package let pod: PodIdentity
    /// Seconds since 1970.
    package let since: Int
    /// Seconds since 1970; nil while it lasts.
    package let until: Int?
}

/// What operators ask and set by hand.
extension Ledger {
    /// Who has held an address, or where a pod has been, the latest first.
    package borrowing func history(_ question: HistoryQuestion) throws(LedgerError) -> [Tenure] {
        try reading { () throws(LedgerError) in
            try sql { () throws(SQLiteError) in
                switch question {
                case .address(let address):
                    let row = try connection.prepare(
                        """
                        SELECT address, block.owner, network, container_id, ifname, pod_namespace, pod_name, created_at,
                          NULL, 9223372036854775807 AS number
                        FROM lease LEFT JOIN block ON block.id = lease.block WHERE address = ?1
                        UNION ALL
                        SELECT address, node, network, container_id, ifname, pod_namespace, pod_name, since, until, id
                        FROM journal WHERE address = ?1
                        ORDER BY number DESC
                        """)
                    try row.bind(1, address.description)
                    return try tenures(row)
                case .pod(let namespace, let name):
                    let row = try connection.prepare(
                        """
                        SELECT address, block.owner, network, container_id, ifname, pod_namespace, pod_name, created_at,
                          NULL, 9223372036854775807 AS number
                        FROM lease LEFT JOIN block ON block.id = lease.block
                        WHERE pod_namespace = ?1 AND pod_name = ?2
                        UNION ALL
                        SELECT address, node, network, container_id, ifname, pod_namespace, pod_name, since, until, id
                        FROM journal WHERE pod_namespace = ?1 AND pod_name = ?2
                        ORDER BY number DESC
                        """)
                    try row.bind(1, namespace)
                    try row.bind(2, name)
                    return try tenures(row)
                }
            }
        }
    }

    private borrowing func tenures(_ row: borrowing Statement) throws(SQLiteError) -> [Tenure] {
        var tenures: [Tenure] = []
        while try row.step() {
            tenures.append(
                Tenure(
                    address: try row.address(0), node: row.text(1),
                    attachment: Attachment(network: row.text(2), containerID: row.text(3), ifname: row.text(4)),
                    pod: PodIdentity(namespace: row.optionalText(5), name: row.optionalText(6), uid: nil),
                    since: row.integer(7), until: row.isNull(8) ? nil : row.integer(8)))
        }
        return tenures
    }

    /// Sets what holds for all pools, within a transaction; nil leaves a setting as it is.
    package borrowing func configure(blockLimit: Int?, restSeconds: Int?) throws(LedgerError) {
        try sql { () throws(SQLiteError) in
            let row = try connection.prepare(
                "UPDATE ledger SET block_limit = coalesce(?, block_limit), rest_seconds = coalesce(?, rest_seconds)")
            try row.bind(1, blockLimit)
            try row.bind(2, restSeconds)
            try row.run()
        }
    }
}

/// Whose history is asked for.
package enum HistoryQuestion: Hashable, Sendable {
    case address(IPAddress)
    case pod(namespace: String, name: String)
}
