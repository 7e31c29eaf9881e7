import Addressing
import IPAM
import SQLite

/// What an attachment has, for people: the addresses of one interface of a pod.
package struct Endpoint: Hashable, Sendable {
    package let attachment: Attachment
    package let pod: PodIdentity
    /// Whose block the addresses are in.
    package let node: String
    /// Empty where another plugin makes the interface.
    package let hostInterface: String
    /// At least one, IPv4 first.
    package fileprivate(set) var addresses: [IPAddress]
}

extension Ledger {
    /// All attachments that have addresses, in the order of their pods' names, or of their containers'.
    ///
    /// Read by itself and in order: of ten thousand leases, the whole snapshot would be mostly what nobody looks at.
    package borrowing func endpoints() throws(LedgerError) -> [Endpoint] {
        try reading { () throws(LedgerError) in
            try sql { () throws(SQLiteError) in
                let row = try connection.prepare(
                    """
                    SELECT address, network, container_id, ifname, pod_namespace, pod_name, owner, host_interface
                    FROM lease LEFT JOIN block ON block.id = lease.block
                    ORDER BY coalesce(pod_namespace || '/' || pod_name, container_id), ifname, container_id, network, family
                    """)
                var endpoints: [Endpoint] = []
                while try row.step() {
                    let address = try row.address(0)
                    let attachment = Attachment(
                        network: row.text(1), containerID: row.text(2), ifname: row.text(3))
                    if endpoints.last?.attachment == attachment {
                        endpoints[endpoints.endIndex - 1].addresses.append(address)
                        continue
                    }
                    endpoints.append(
                        Endpoint(
                            attachment: attachment,
                            pod: PodIdentity(namespace: row.optionalText(4), name: row.optionalText(5), uid: nil),
                            node: row.optionalText(6) ?? node, hostInterface: row.text(7), addresses: [address]))
                }
                return endpoints
            }
        }
    }
}
