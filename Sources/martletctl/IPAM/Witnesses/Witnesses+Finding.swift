import AgentConfiguration
import Audit
import BIRD
import Glibc
import Registry

extension Witnesses {
    /// Those that this node has: of a node that has an agent its BIRD and its registry must answer; a BIRD that is nobody's
    /// is asked where it does.
    init(_ bird: BIRDOptions, _ agent: AgentConfiguration?) throws(Trouble) {
        self.init()
        let socket = bird.socket(agent)
        if agent != nil || bird.birdSocket != nil || isAnswered(socket) {
            routing = { () throws(Silence) in
                do throws(BIRDError) { return try RoutingState(askingAt: socket) } catch {
                    throw Silence("\(error): what changes now, other nodes do not hear of")
                }
            }
        }
        guard let agent else { return }
        let registry = try RegistryOfAgent(agent)
        cluster = { () throws(Silence) in
            do throws(RegistryError) { return try registry.state() } catch {
                throw Silence("\(error): this node claims no block, and hears of no change")
            }
        }
    }
}

/// Whether there is a BIRD.
private func isAnswered(_ socket: String) -> Bool {
    guard access(socket, F_OK) == 0 else { return false }
    do throws(BIRDError) {
        _ = try ControlSocket.open(socket)
        return true
    } catch { return false }
}
