import TestKit
import Testing

@Suite("The Debian package, by Debian's dpkg")
struct PackageTests {
    @Test("puts the plugin where each runtime looks, and neither enables a unit nor sets a network up")
    func installation() async throws {
        let package = try await Packages.old.value
        try await Machine.with { machine in
            try await machine.must("dpkg --install \(package)")
            for folder in ["/opt/cni/bin", "/usr/lib/cni"] {
                for name in ["martlet", "martlet-ipam"] {
                    let version = try await machine.must(
                        "CNI_COMMAND=VERSION \(folder)/\(name) <<<'{\"cniVersion\": \"1.0.0\"}'")
                    #expect(version.contains("\"1.1.0\""), "\(folder)/\(name)")
                }
            }
            #expect(try await machine.must("ls /etc/cni/net.d") == "")
            for unit in ["martletd", "martlet-bird"] {
                #expect(try await machine.run("systemctl is-enabled \(unit)").text == "disabled\n")
            }
            let verified = try await machine.must(
                "systemd-analyze verify --man=no martletd.service martlet-bird.service 2>&1 | grep martlet || true")
            #expect(verified == "")
            for program in ["/usr/sbin/martletd", "/usr/bin/martletctl"] {
                let page = "/usr/share/man/man8/$(basename \(program)).8.gz"
                // In mdoc(7) where the program makes its page, in man(7) where it is written by hand.
                let said = try await machine.must("\(program) --help && zcat \(page)")
                #expect(said.contains(".Sh NAME") || said.contains(".SH NAME"))
            }
        }
    }

    @Test("is upgraded under pods that ping each other every 10 ms, and while pods come and go: nothing is lost")
    func upgrade() async throws {
        let (old, new) = (try await Packages.old.value, try await Packages.new.value)
        try await Machine.with { machine in
            try await machine.must("dpkg --install \(old)")
            let daemons = try await machine.joinCluster()
            let pods = [try await machine.node.pod(), try await machine.node.pod()]
            var addresses: [String] = []
            for pod in pods { addresses.append(try await machine.call("ADD", pod).resultAddress()) }
            let there = try await Pinging(from: pods[0], to: addresses[1])
            let back = try await Pinging(from: pods[1], to: addresses[0])
            let guest = try await machine.node.pod()

            async let upgraded = machine.must("dpkg --install \(new) && touch '\(machine.node.folder.path)/upgraded'")
            var guests = 0
            while try await !machine.run("test -e '\(machine.node.folder.path)/upgraded'").succeeded {
                try await machine.call("ADD", guest)
                try await machine.call("DEL", guest)
                guests += 1
            }
            _ = try await upgraded

            #expect(guests > 0)
            for pinging in [there, back] {
                let answers = try await pinging.end()
                #expect(answers.count > 10)
                #expect(answers == Array(1...answers.count))
            }
            #expect(try await machine.must("dpkg-query -Wf '${Version}' martlet") == "1.1")
            for daemon in daemons {
                #expect(try await machine.run("kill -0 \(daemon.pid) && readlink /proc/\(daemon.pid)/exe").succeeded)
            }

            // What stopping its unit does; it takes its number away, by which a crash is told from that.
            let bird = daemons[1].pid
            try await machine.must("kill -TERM \(bird)")
            #expect(try await eventually { try await !machine.run("readlink /proc/\(bird)/exe").succeeded })
            #expect(try await machine.run("ls /run/martlet/bird.pid").status == .exited(2))
        }
    }

    @Test("does not go while pods are wired, and names them; purged after the last it leaves nothing of its own behind")
    func purge() async throws {
        let package = try await Packages.old.value
        try await Machine.with { machine in
            let node = machine.node
            let other = "/etc/cni/net.d/99-other.conflist"
            try await machine.must("ip route add blackhole 198.51.100.0/24 proto 99")
            let (files, kernel) = (try await machine.files(), try await node.snapshot())
            try await machine.must("dpkg --install \(package)")

            let daemons = try await machine.joinCluster()
            try await machine.must("systemctl --quiet enable martletd martlet-bird")
            try await machine.must("sed -i '1a \"mine\": 1,' /etc/cni/net.d/10-martlet-cluster.conflist")
            let pod = try await node.pod()
            let result = try await machine.call("ADD", pod)
            let refused = try await machine.run("dpkg --remove martlet")
            #expect(!refused.succeeded)
            #expect(refused.errorText.contains("pods/\(pod.id)/eth0 (link \(try result.resultHostLink()))"))
            #expect(refused.errorText.contains("pods/\(pod.id)/eth0 (lease of \(try result.resultAddress()))"))
            #expect(try await machine.must("dpkg --verify martlet; ls /etc/cni/net.d") == "10-martlet-cluster.conflist")
            #expect(try await node.namespace.pings(result.resultAddress()))

            try await machine.call("DEL", pod)
            try await machine.must("echo '{\"plugins\": [{\"type\": \"ptp\"}]}' >\(other)")
            // As BIRD leaves it when it ends in order.
            try await machine.must("ip route add 10.244.9.0/26 via 192.0.2.1 proto bird metric 32")
            try await machine.must("dpkg --purge martlet")
            #expect(try await machine.must("ls /etc/cni/net.d") == "99-other.conflist")
            try await machine.must("rm \(other) /run/martletd.log /run/martlet-bird.log")
            #expect(try await machine.files() == files)
            #expect(try await node.snapshot().changes(since: kernel, ignoring: [.files]) == "")
            for daemon in daemons { #expect(try await machine.run("readlink /proc/\(daemon.pid)/exe").text == "") }
        }
    }

    @Test("when it goes, a container's agent stays, though its program has the same path")
    func container() async throws {
        let package = try await Packages.old.value
        try await Machine.with { machine in
            try await machine.must("dpkg --install \(package)")
            let ours = try await machine.joinCluster()
            let theirs = try await machine.node.namespace.start(
                "/usr/bin/unshare", "--net", "--mount", "/bin/sh", "-ec",
                """
                mount -t tmpfs run /run && mkdir /run/martlet
                mount -t tmpfs ledger /var/lib/martlet
                exec /usr/sbin/martletd 2>/run/martletd.log
                """)
            let program = "readlink /proc/\(theirs.pid)/exe"
            #expect(try await eventually { try await machine.run(program).text == "/usr/sbin/martletd\n" })
            try await machine.must("dpkg --purge martlet")
            for daemon in ours { #expect(try await machine.run("readlink /proc/\(daemon.pid)/exe").text == "") }
            #expect(try await machine.run(program).text == "/usr/sbin/martletd (deleted)\n")
            theirs.end()
        }
    }
}
