import Addressing
import Netlink

/// What the kernel has on the host: all links, and the main table's routes, neighbours and addresses by link.
///
/// Read by dumps, each a moment of its own: for those who look at many pods at once, never for the way of one.
package struct HostTables: Sendable {
    package let links: [Link]
    /// Routes of the main table, both families.
    package let routes: [Route]
    private let linksByName: [String: Int]
    private let linksByAlias: [String: Int]
    private let linksByIndex: [Int32: Int]
    private let routesByDestination: [Prefix: [Route]]
    private let neighbours: [Int32: [Neighbour]]
    private let addresses: [Int32: [InterfaceAddress]]

    private let routesByLink: [Int32: [Route]]

    /// Reads the tables of the namespace that the calling thread is in.
    package init() throws(WiringError) {
        do throws(NetlinkError) { try self.init(try NetlinkSocket()) } catch { throw .kernel(error) }
    }

    private init(_ socket: consuming NetlinkSocket) throws(NetlinkError) {
        let links = try socket.links()
        var routes: [Route] = []
        for family in AddressFamily.allCases { routes += try socket.routes(family, table: Route.mainTable) }
        self.links = links
        self.routes = routes
        linksByName = Dictionary(links.indices.map { (links[$0].name, $0) }, uniquingKeysWith: { first, _ in first })
        linksByAlias = Dictionary(links.indices.map { (links[$0].alias, $0) }, uniquingKeysWith: { first, _ in first })
        linksByIndex = Dictionary(links.indices.map { (links[$0].index, $0) }, uniquingKeysWith: { first, _ in first })
        routesByDestination = Dictionary(grouping: routes) { $0.destination }
        routesByLink = Dictionary(grouping: routes) { $0.target.link }
        neighbours = Dictionary(grouping: try socket.neighbours()) { $0.link }
        addresses = Dictionary(grouping: try socket.allAddresses()) { $0.0 }.mapValues { $0.map(\.1) }
    }

    package func link(named name: String) -> Link? { linksByName[name].map { links[$0] } }

    /// The link that carries an alias.
    package func link(alias: String) -> Link? { linksByAlias[alias].map { links[$0] } }

    package func link(_ index: Int32) -> Link? { linksByIndex[index].map { links[$0] } }

    /// The routes whose destination is this very prefix.
    package func routes(to destination: Prefix) -> [Route] { routesByDestination[destination] ?? [] }

    /// The routes that lead to a link, directly or by a gateway on it.
    package func routes(byLink index: Int32) -> [Route] { routesByLink[index] ?? [] }

    package func neighbours(ofLink index: Int32) -> [Neighbour] { neighbours[index] ?? [] }

    package func addresses(ofLink index: Int32) -> [InterfaceAddress] { addresses[index] ?? [] }
}

extension Route.Target {
    /// Number of the link that the route leads to; 0 where it leads to none.
    fileprivate var link: Int32 {
        switch self {
        case .link(let index), .gateway(_, let index): index
        case .blackhole, .other: 0
        }
    }
}
