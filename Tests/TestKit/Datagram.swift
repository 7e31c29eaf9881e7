import Glibc

/// A UDP datagram made by hand, with whatever addresses the test likes, ready for the wire.
package struct Datagram: Sendable {
    package var source: String
    package var destination: String
    package var port: Int
    package var text: String

    package init(from source: String, to destination: String, port: Int, text: String) {
        self.source = source
        self.destination = destination
        self.port = port
        self.text = text
    }

    /// An Ethernet frame with the packet in it.
    func frame(from sender: [UInt8], to receiver: [UInt8]) throws -> [UInt8] {
        let isIPv6 = destination.contains(":")
        let packet = try isIPv6 ? ipv6Packet() : ipv4Packet()
        return receiver + sender + (isIPv6 ? [0x86, 0xdd] : [0x08, 0x00]) + packet
    }

    /// RFC 791.
    private func ipv4Packet() throws -> [UInt8] {
        let udp = try segment(pseudoHeader: bytes(of: source) + bytes(of: destination) + [0, 17])
        var header: [UInt8] = [0x45, 0] + sixteen(20 + udp.count) + [0, 0, 0, 0, 64, 17, 0, 0]
        header += try bytes(of: source) + bytes(of: destination)
        header.replaceSubrange(10..<12, with: sixteen(checksum(header)))
        return header + udp
    }

    /// RFC 8200.
    private func ipv6Packet() throws -> [UInt8] {
        let addresses = try bytes(of: source) + bytes(of: destination)
        let udp = segment(pseudoHeader: addresses + [0, 17])
        return [0x60, 0, 0, 0] + sixteen(udp.count) + [17, 64] + addresses + udp
    }

    /// RFC 768; the length stands in the pseudo-header of both families as 16 bits worth anything.
    private func segment(pseudoHeader: [UInt8]) -> [UInt8] {
        let payload = Array(text.utf8)
        let length = sixteen(8 + payload.count)
        var segment = sixteen(40000) + sixteen(port) + length + [0, 0] + payload
        segment.replaceSubrange(6..<8, with: sixteen(checksum(pseudoHeader + length + segment)))
        return segment
    }

    private func sixteen(_ number: Int) -> [UInt8] {
        [UInt8(truncatingIfNeeded: number >> 8), UInt8(truncatingIfNeeded: number)]
    }

    /// RFC 1071; never 0, which in UDP would mean that there is none.
    private func checksum(_ bytes: [UInt8]) -> Int {
        var sum = 0
        for (index, byte) in bytes.enumerated() { sum += index % 2 == 0 ? Int(byte) << 8 : Int(byte) }
        while sum > 0xffff { sum = (sum & 0xffff) + (sum >> 16) }
        return sum == 0xffff ? 0xffff : ~sum & 0xffff
    }

    private func bytes(of address: String) throws -> [UInt8] {
        let isIPv6 = address.contains(":")
        var bytes = [UInt8](repeating: 0, count: isIPv6 ? 16 : 4)
        guard inet_pton(isIPv6 ? AF_INET6 : AF_INET, address, &bytes) == 1 else { throw Failure("\(address)?") }
        return bytes
    }
}

extension Pod {
    /// Puts the datagram on the pod's wire as a frame to the host's end, past every table of the pod's kernel.
    package func sendRaw(_ datagram: Datagram, ifname: String = "eth0") async throws {
        guard let link = try await namespace.link(ifname) else { throw Failure("the pod has no \(ifname)") }
        let sender = link.mac.split(separator: ":").compactMap { UInt8($0, radix: 16) }
        let host = [UInt8](repeating: 0xee, count: 6)
        let frame = try datagram.frame(from: sender, to: host)
        let completion = try await namespace.run(
            ["/usr/bin/socat", "-u", "STDIN", "INTERFACE:\(ifname)"], input: frame)
        guard completion.succeeded else { throw Failure("socat: \(completion.errorText)") }
    }
}
