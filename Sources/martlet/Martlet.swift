import CNI
import Glibc
import JSON
import Ledger
import NetworkConfiguration
import System

/// The plugin and its IPAM in one executable, told apart by the name it is called by.
///
/// Nothing may leave `main` but an exit status: an error that ends a Swift program prints no JSON.
@main
enum Martlet {
    /// The version of this program.
    static let version = "0.1.0"

    static func main() {
        openStandardDescriptors()
        // A runtime that has closed its end of stdout is noticed by the failed write.
        signal(SIGPIPE, SIG_IGN)
        let arguments = CommandLine.arguments
        if getenv("CNI_COMMAND") == nil, let text = ByHand.answer(arguments) {
            exit(writeOut(Array(text.utf8)) ? 0 : 1)
        }
        Ledger.prepareForOneShot()
        let isIPAM = name(arguments) == Settings.ownIPAM
        // What exit(3) would run is nobody's business here: no buffer is full, no lock is left.
        _exit(isIPAM ? Dispatch.run(AddressPlugin()) : Dispatch.run(NetworkPlugin()))
    }

    /// Makes sure that 0, 1 and 2 are open, or the next file opened would get a line meant for stderr.
    private static func openStandardDescriptors() {
        for descriptor in Int32(0)...2 where fcntl(descriptor, F_GETFD) < 0 {
            _ = open("/dev/null", O_RDWR | O_CLOEXEC)
        }
    }

    /// The last component of the path that the program was called by.
    private static func name(_ arguments: [String]) -> String {
        guard let path = arguments.first else { return "martlet" }
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return path }
        return String(path[path.utf8.index(after: slash)...])
    }
}

/// Writes to stdout; false when that fails.
func writeOut(_ bytes: [UInt8]) -> Bool {
    do throws(SystemError) {
        try write(bytes, to: 1)
        return true
    } catch { return false }
}
