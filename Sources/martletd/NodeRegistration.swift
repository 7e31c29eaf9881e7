import Addressing
import AgentConfiguration
import Logging
import Netlink
import Registry
import Resources
import ServiceLifecycle
import System

/// Tells the others of this node: its name, addresses, AS number and labels; and follows its addresses.
///
/// What operators have declared of the node stays; the agent adds what its configuration says, and the addresses that it
/// finds.
struct NodeRegistration: Service {
    let configuration: AgentConfiguration
    let registry: any Registry
    let cluster: Latest<Cluster>
    let alarms: Alarms
    let log: Logger

    func run() async throws {
        let (looks, look) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                // Deleted by somebody who took it for dead, the node comes back.
                group.addTask { await cluster.follow({ $0.nodes[configuration.node] }) { look.yield() } }
                group.addTask {
                    do {
                        try await watch(try Bell()) { try AddressWatch { look.yield() } }
                    } catch { alarms.raise(.node, "changes of addresses cannot be listened to: \(error)") }
                }
                group.addTask {
                    look.yield()
                    for await _ in looks { await keepRegistered() }
                }
            }
        }
    }

    private func keepRegistered() async {
        var pause = Pause()
        while !Task.isCancelled {
            do {
                try await register()
                // Whatever happens within this time is looked at once.
                return try await Task.sleep(for: .milliseconds(200))
            } catch is CancellationError {
                return
            } catch {
                alarms.raise(.node, "this node is not registered: \(error)")
                await pause.wait()
            }
        }
    }

    private func register() async throws {
        let key = RegistryKey(.node, configuration.node)
        let found = try await registry.get(key)
        var declared = Node(name: configuration.node)
        if let found, case .node(let node) = try Resource(found) { declared = node }
        let node = try wished(declared)
        if node.bgp.ipv4Address == nil && node.bgp.ipv6Address == nil {
            alarms.raise(.node, "this node has no address of those that its configuration asks for (ip, ip6)")
        } else {
            alarms.clear(.node)
        }
        guard node != declared || found == nil else { return }
        try await registry.put(key, Resource.node(node).manifest.description, expecting: found?.revision)
        let addresses = [node.bgp.ipv4Address, node.bgp.ipv6Address].compactMap(\.?.description)
        log.notice("registered this node", metadata: ["addresses": "\(addresses.joined(separator: ", "))"])
    }

    /// What the node is to be; addresses are written down where they were found, or where there are none left.
    private func wished(_ declared: Node) throws -> Node {
        var node = declared
        let wishes = configuration.wishes
        let finder = try AddressFinder()
        if let method = wishes.ipv4 {
            node.bgp.ipv4Address = try finder.address(.ipv4, by: method) ?? kept(declared, .ipv4)
        }
        if let method = wishes.ipv6 {
            node.bgp.ipv6Address = try finder.address(.ipv6, by: method) ?? kept(declared, .ipv6)
        }
        if let number = wishes.asNumber { node.bgp.asNumber = number }
        if let cluster = wishes.routeReflectorClusterID { node.bgp.routeReflectorClusterID = cluster }
        node.metadata.labels.merge(wishes.labels) { _, own in own }
        return node
    }

    /// An address that is away for a moment, as when its link is down, is still the node's.
    private func kept(_ declared: Node, _ family: AddressFamily) -> InterfaceAddress? {
        family == .ipv4 ? declared.bgp.ipv4Address : declared.bgp.ipv6Address
    }
}

/// Hears of addresses that come and go, and of links that go up and down; pods' own concern nobody.
private struct AddressWatch: Watch, ~Copyable {
    private let events: NetlinkSocket
    private let look: @Sendable () -> Void

    init(_ look: @escaping @Sendable () -> Void) throws(NetlinkError) {
        events = try NetlinkSocket(listeningTo: [.links, .addresses])
        self.look = look
    }

    var raw: Int32 { events.raw }
    var due: ContinuousClock.Instant? { nil }

    mutating func hear(_ now: ContinuousClock.Instant) {
        do throws(NetlinkError) {
            if try events.events().contains(where: Self.concernsNode) { look() }
        } catch { look() }
    }

    mutating func act(_ now: ContinuousClock.Instant) {}

    private static func concernsNode(_ event: KernelEvent) -> Bool {
        switch event {
        case .link(let link), .linkGone(let link): !link.isPods
        default: true
        }
    }
}
