/// FNV-1a, 64 bits (RFC draft-eastlake-fnv): for names and lock bytes, not for secrets.
package func fnv1a(_ text: String) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    return hash
}
