import Addressing
import Glibc
import IPAM
import Masquerade

/// Puts the node's nftables table where its pools need one: running pods cannot wait for the next ADD, which does it as
/// well.
func keepMasquerading(_ pools: [Pool]) throws(Trouble) {
    guard pools.contains(where: { $0.natOutgoing || $0.cidr.family == .ipv6 }) else { return }
    let lacksIPv6 = access("/proc/sys/net/ipv6", F_OK) != 0 && errno == ENOENT
    let plan = MasqueradePlan(
        pools: pools.map(\.cidr), masqueraded: pools.filter(\.natOutgoing).map(\.cidr),
        guardsIPv6Sources: !lacksIPv6)
    do throws(MasqueradeError) {
        if try !plan.isInPlace() { try plan.install() }
    } catch {
        throw Trouble(
            .blind, "everything is taken over, but natOutgoing is not in force: \(error.description)",
            hint: "run this command again; the next pod's ADD tries it, too")
    }
}
