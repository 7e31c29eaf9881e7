import System

/// What of Calico still works on this node, each in words that say what to do about it.
///
/// Felix would take Martlet's routes and settings for its own, and BIRD announce blocks that Martlet gives up.
package enum CalicoRemains {
    /// - Throws: `AuditError` where it could not look.
    package static func find() throws(AuditError) -> [String] {
        let processes = CalicoProcess.running().map {
            "\($0.name) runs as process \($0.pid) (\($0.command)): remove Calico's pods from this node, or stop its service"
        }
        return processes + (try CalicoChains.standing())
    }
}
