import Addressing

package struct MasqueradeError: Error, CustomStringConvertible { package let description: String }
package struct MasqueradePlan {
    package init(pools: [Prefix], masqueraded: [Prefix], guardsIPv6Sources: Bool) {}
    package func isInPlace() throws(MasqueradeError) -> Bool { true }
    package func install() throws(MasqueradeError) {}
}
