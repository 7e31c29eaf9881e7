import CNI
import IPAM
import Ledger
import System

extension Settings {
    /// What an ADD asks of the ledger.
    ///
    /// - Parameters:
    ///   - mtu: 0 where another plugin makes the interface; so are `hostInterface` and `mac` empty then.
    package func leaseRequest(
        _ request: CNIRequest, _ attachment: Attachment, _ addresses: [LeaseRequest.Address],
        sandbox: FileStatus.Identity, hostInterface: String = "", mac: String = "", mtu: Int = 0
    ) -> LeaseRequest {
        LeaseRequest(
            attachment: attachment,
            pod: PodIdentity(
                namespace: request.args.podNamespace, name: request.args.podName, uid: request.args.podUID),
            addresses: addresses, hostInterface: hostInterface, mac: mac, mtu: mtu, sandbox: request.netns ?? "",
            sandboxIdentity: sandbox, pools: ipam.pools, ranges: ipam.ranges, reservations: ipam.reservations,
            blockLimit: ipam.blockLimit)
    }
}
