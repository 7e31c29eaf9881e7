import Foundation

/// Randomness that can be repeated: MARTLET_SEED, else a new seed, printed once so that a failure can be run again.
package struct Seeded: RandomNumberGenerator {
    /// The seed of this run.
    package static let seed: UInt64 = {
        let given = ProcessInfo.processInfo.environment["MARTLET_SEED"].flatMap { UInt64($0) }
        let seed = given ?? UInt64.random(in: 1...UInt64(UInt32.max))
        print("MARTLET_SEED=\(seed)")
        return seed
    }()

    private var state: UInt64

    /// A generator for one test; `purpose` keeps two tests with one seed apart.
    package init(_ purpose: String) {
        state = purpose.utf8.reduce(Seeded.seed) { ($0 &* 31) &+ UInt64($1) }
    }

    /// SplitMix64.
    package mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
