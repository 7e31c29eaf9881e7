import Addressing
import IPAM
import Registry

/// Claims blocks as the agent of a node would, for tests of several processes at once.
///
/// `RegistryProbe FILE CIDR NODE COUNT`: so many blocks of a pool, fewer if it is full. Prints each.
@main
struct RegistryProbe {
    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 5, let count = Int(arguments[4]) else {
            return print("RegistryProbe FILE CIDR NODE COUNT")
        }
        let registry = try SQLiteRegistry(arguments[1])
        let pool = Pool(name: "pods", cidr: try Prefix(parsing: arguments[2]))
        for _ in 0..<count {
            var claim = RegistryClaim(of: pool, for: arguments[3], now: 1)
            guard case .won(let record, _) = try await claim.run(at: registry) else { return }
            print(record.cidr)
        }
    }
}
