import AgentConfiguration
import ArgumentParser
import BIRD

/// Which BIRD is asked.
struct BIRDOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "BIRD's control socket (default: the agent's, else /run/martlet/bird.ctl).", valueName: "path"))
    var birdSocket: String?

    /// The socket that is meant.
    func socket(_ agent: AgentConfiguration?) -> String { birdSocket ?? agent?.bird.socket ?? "/run/martlet/bird.ctl" }

    /// Connects and asks.
    ///
    /// - Throws: `Trouble` with status 2 where BIRD does not answer.
    func ask<Answer>(
        _ agent: AgentOptions, _ body: (inout ControlSocket) throws(BIRDError) -> Answer
    ) throws(Trouble) -> Answer {
        let socket = socket(try agent.read())
        do throws(BIRDError) {
            var control = try ControlSocket.open(socket)
            return try body(&control)
        } catch { throw Trouble(.blind, error.description, hint: "another socket: --bird-socket") }
    }
}
