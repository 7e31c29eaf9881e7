import IPAM
import Masquerade

/// Puts the node's nftables table where its pools need one: running pods cannot wait for the next ADD, which does it as
/// well.
func keepMasquerading(_ pools: [Pool]) throws(Trouble) {
    guard pools.contains(where: \.needsTable) else { return }
    let plan = MasqueradePlan(pools: pools.map(\.cidr), masqueraded: pools.filter(\.natOutgoing).map(\.cidr))
    do throws(MasqueradeError) { try plan.keep() } catch {
        throw Trouble(
            .blind, "everything is taken over, but natOutgoing is not in force: \(error.description)",
            hint: "run this command again; the next pod's ADD tries it, too")
    }
}
