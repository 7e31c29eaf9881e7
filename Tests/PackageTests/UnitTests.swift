import TestKit
import Testing

@Suite("The units, by Debian's systemd")
struct UnitTests {
    /// Runs `body` on a machine of a cluster, on which nothing of Martlet's has been started.
    private func booted(_ body: (BootedMachine) async throws -> Void) async throws {
        let package = try await Packages.old.value
        try await Machine.with { machine in
            try await machine.must(
                """
                dpkg --install \(package)
                # What is broken in a new pod is mended at once.
                jq '.grace_seconds = 0' /usr/share/doc/martlet/examples/martletd.json >/etc/martlet/martletd.json
                cp /usr/share/doc/martlet/examples/10-martlet-cluster.conflist /etc/cni/net.d/
                """)
            try await BootedMachine.with(machine) { booted in
                // Nobody keeps a journal.
                try await booted.must(
                    """
                    for unit in martletd martlet-bird; do
                        mkdir -p /run/systemd/system/$unit.service.d
                        printf '[Service]\\nStandardOutput=append:/run/%s.log\\nStandardError=inherit\\n' $unit \
                            >/run/systemd/system/$unit.service.d/log.conf
                    done
                    systemctl daemon-reload
                    """)
                try await body(booted)
            }
        }
    }

    @Test("BIRD's starts the agent first, takes the place of Debian's own BIRD, and announces the node's blocks")
    func order() async throws {
        try await booted { machine in
            try await machine.must("systemctl start bird")
            try await machine.must("systemctl start martlet-bird")
            try await machine.expect("martletd martlet-bird bird", are: "active active inactive")
            try await machine.becomesTrue("ip route show type blackhole | grep -q '^blackhole 10.244.'")
            try await machine.becomesTrue("birdc -s /run/martlet/bird.ctl show route | grep -q blackhole")
        }
    }

    @Test("leave both what they need within their sandboxes: links, routes, settings, pods' namespaces and nft")
    func sandboxes() async throws {
        try await booted { machine in
            try await machine.must("systemctl start martletd martlet-bird")
            let (one, two) = (try await machine.start("pod1"), try await machine.start("pod2"))
            let ping = "ip netns exec pod1 ping -c 1 -W 1 \(two)"
            try await machine.becomesTrue(ping)
            let link = try await machine.must("ip -o route get \(one) | sed 's/.* dev \\([^ ]*\\) .*/\\1/'")
            for accident in [
                "ip route delete \(one)", "sysctl -qw net.ipv4.conf.\(link).proxy_arp=0", "ip link set \(link) down",
                "ip -n pod1 link delete eth0", "ip route flush type blackhole",
            ] {
                try await machine.must(accident)
                try await machine.becomesTrue("\(ping) && martletctl ipam check")
            }
            try await machine.must("nft delete table inet martlet")
            try await machine.becomesTrue("nft list table inet martlet | grep -q masquerade")
        }
    }

    @Test("start both again when they are killed, neither with the other, and reload BIRD without an end of its routes")
    func killed() async throws {
        try await booted { machine in
            try await machine.must("systemctl start martletd martlet-bird")
            let number = "systemctl show --value --property=MainPID"
            let (agent, bird) = (
                try await machine.must("\(number) martletd"), try await machine.must("\(number) martlet-bird")
            )
            try await machine.must("systemctl kill --kill-whom=main --signal=KILL martletd")
            try await machine.becomesTrue("systemctl is-active martletd && [ $(\(number) martletd) != \(agent) ]")
            #expect(try await machine.must("\(number) martlet-bird") == bird)

            try await machine.must("systemctl kill --kill-whom=main --signal=KILL martlet-bird")
            // It takes up the routes that it left.
            let recovers = "tr '\\0' ' ' </proc/$(\(number) martlet-bird)/cmdline | grep -e ' -R'"
            try await machine.becomesTrue(recovers)
            let second = try await machine.must("\(number) martlet-bird")
            try await machine.becomesTrue("systemctl reload martlet-bird")
            try await machine.becomesTrue("[ $(\(number) martlet-bird) != \(second) ] && \(recovers)")
            try await machine.must("systemctl stop martlet-bird")
            try await machine.expect("martletd martlet-bird", are: "active inactive")
        }
    }
}
