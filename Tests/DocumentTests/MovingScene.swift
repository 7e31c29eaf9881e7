import TestKit

extension Scene {
    /// A node without Martlet: `default/web` and `default/client` are Calico's, whose daemon and chains are at work, and
    /// two more pods are of Debian's ptp and host-local.
    ///
    /// `kubectl` and `calicoctl` know the answers of the cluster that the node is in.
    init(movingInOn node: Node) async throws {
        // A process of that name and with that argument.
        let felix = try await node.namespace.start("/usr/bin/perl", "-e", #"$0 = "calico-node\0-felix"; sleep"#)
        self.init(bare: node, with: [felix])
        try await script(
            Scene.folders + """

                rmdir lib/martlet
                cp -a /etc etc && mount --bind etc /etc && mkdir -p /etc/cni/net.d lib/calico
                echo '{}' >/etc/cni/net.d/10-calico.conflist && echo node1 >lib/calico/nodename
                echo \(felix.pid) >/run/calico-node.pid
                """)
        try await startCalicos()
        for (name, id) in [("db", "4c1f90"), ("queue", "e7702b")] {
            let pod = try await node.pod(id: id)
            try await mount(pod, at: name)
            try await node.add(
                pod,
                configuration: [
                    "cniVersion": "1.0.0", "name": "storage", "type": "ptp",
                    "ipam": ["type": "host-local", "subnet": "10.88.0.0/24"],
                ])
        }
    }

    private func startCalicos() async throws {
        let calico = CalicoNode(node, name: "node1")
        calico.note { $0.pools = [CalicoNotes.pool("default-ipv4-ippool", "10.244.0.0/16")] }
        for (name, address, id) in [("web", "10.244.0.5", "7d1c2e"), ("client", "10.244.0.6", "b5a903")] {
            try await mount(try await calico.start(name, address, id: id).pod, at: name)
        }
        calico.note {
            $0.give(
                "10.244.0.4", to: "k8s-pod-network.e04f6b", ["namespace": "default", "node": "node1", "pod": "old"])
            $0.give("10.244.0.0", to: "ipip-tunnel-addr-node1", ["node": "node1", "type": "ipipTunnelAddress"])
        }
        try writeFile("\(node.folder.path)/datastore.json", calico.export())
        let kubectl = """
            #!/bin/sh
            case $1 in
            get) cat \(node.folder.path)/datastore.json ;;
            delete) kill "$(cat /run/calico-node.pid)" && echo 'daemonset.apps "calico-node" deleted' ;;
            esac
            """
        try writeFile("\(node.folder.path)/bin/kubectl", kubectl, mode: 0o700)
        try writeFile("\(node.folder.path)/etcd.txt", calico.migrationExport())
        let calicoctl = """
            #!/bin/sh
            case "$*" in
            'datastore migrate lock') echo Datastore locked. ;;
            'datastore migrate export') cat \(node.folder.path)/etcd.txt ;;
            'datastore migrate unlock') echo Datastore unlocked. ;;
            esac
            """
        try writeFile("\(node.folder.path)/bin/calicoctl", calicoctl, mode: 0o700)
        try await script(
            """
            iptables -N cali-FORWARD && iptables -A FORWARD -j cali-FORWARD
            iptables -t nat -N cali-nat-outgoing
            """)
    }
}
