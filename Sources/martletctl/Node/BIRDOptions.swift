import ArgumentParser
import BIRD

/// Which BIRD is asked.
struct BIRDOptions: ParsableArguments {
    @Option(help: ArgumentHelp("BIRD's control socket.", valueName: "path"))
    var birdSocket = "/run/martlet/bird.ctl"

    /// Connects and asks.
    ///
    /// - Throws: `Trouble` with status 2 where BIRD does not answer.
    func ask<Answer>(_ body: (inout ControlSocket) throws(BIRDError) -> Answer) throws(Trouble) -> Answer {
        do throws(BIRDError) {
            var control = try ControlSocket.open(birdSocket)
            return try body(&control)
        } catch { throw Trouble(.blind, error.description, hint: "another socket: --bird-socket") }
    }
}
