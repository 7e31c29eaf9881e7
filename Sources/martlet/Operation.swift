import CNI
import IPAM
import Ledger
import Logs
import NetworkConfiguration
import System

/// What every operation works with: the request, the settings, and whose interface it is about.
struct Operation {
    let request: CNIRequest
    let settings: Settings
    let attachment: Attachment
    let log: OperationLog
    let agent: NodeAgent

    init(_ request: CNIRequest, _ agent: NodeAgent) throws(CNIFailure) {
        self.request = request
        self.agent = agent
        attachment = Attachment(
            network: request.network, containerID: request.containerID, ifname: request.ifname)
        var mistake: CNIFailure?
        do throws(CNIFailure) { settings = try Settings(request.configuration) } catch {
            // Runtimes send DEL with today's configuration: a mistake in it must not keep a pod from being removed.
            guard request.operation == .del else { throw error }
            settings = try Settings(ofBroken: request.configuration)
            mistake = error
        }
        log = OperationLog(settings: settings.log, attachment: attachment.alias)
        if let mistake { log.note(.warning, "DEL goes on with a configuration that is wrong: " + mistake.message) }
        for key in settings.ignoredKeys { log.note(.debug, "key " + key + " has no meaning here") }
    }

    /// Whether the pods of this network are reached by routes of Martlet's own, or live in another plugin's subnet.
    var isRouted: Bool { request.type == Settings.networkType }

    /// Whether addresses come from the ledger; otherwise from a plugin that is executed.
    var usesOwnIPAM: Bool { request.ipamType == Settings.ownIPAM }

    /// The folder of locks and ledger, made where it is missing.
    func makeDirectory() throws(CNIFailure) -> LedgerDirectory {
        try ledger { () throws(LedgerError) in try LedgerDirectory(creating: settings.dataDirectory) }
    }

    /// Opens the ledger, made where it is missing.
    func openLedger(_ directory: borrowing LedgerDirectory) throws(CNIFailure) -> Ledger {
        let bootID = try calls { () throws(SystemError) in try Boot.identifier() }
        return try ledger { () throws(LedgerError) in
            try Ledger(
                in: directory, node: settings.node, bootID: bootID, restTime: settings.ipam.restTime,
                isRouted: isRouted)
        }
    }

    /// The pod's namespace, made sure that it is one and not the host's.
    func openNamespace() throws(CNIFailure) -> NetworkNamespace {
        let path = request.netns ?? ""
        let host = try calls { () throws(SystemError) in try NetworkNamespace.current() }
        do throws(NetworkNamespace.Refusal) {
            let namespace = try NetworkNamespace(at: path)
            if namespace.identity == host {
                throw NetworkNamespace.Refusal.isOwn
            }
            return namespace
        } catch {
            switch error {
            case .unreachable(let error):
                throw CNIFailure(.invalidEnvironment, "CNI_NETNS: " + error.description)
            case .notANetworkNamespace:
                throw CNIFailure(.invalidEnvironment, "CNI_NETNS: " + path + " is not a network namespace")
            case .isOwn:
                throw CNIFailure(
                    .invalidEnvironment, "CNI_NETNS: " + path + " is the host's own network namespace",
                    details: "a pod needs a namespace of its own")
            }
        }
    }
}
