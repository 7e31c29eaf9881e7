"""A cluster of nodes as network namespaces on one bridge, in a world of its own, with BIRD on each node, by an agent or alone.

Needs a mount, network and process namespace that is nobody else's. Every node has its own ledger, agent and BIRD; the
registry is one file for all.
"""
import json
import os
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from routes import RouteReader, enter

RUN = Path("/run/mesh")
POOL = {
    "apiVersion": "projectcalico.org/v3", "kind": "IPPool", "metadata": {"name": "pods"},
    "spec": {"cidr": "10.244.0.0/16", "blockSize": 26},
}
# Node 0 gives a block back as soon as it can; all others keep theirs.
QUICK = {"collect_seconds": 1, "keep_empty_seconds": 0}
CLUSTER_ID = "192.168.0.1"
NO_MESH = {
    "apiVersion": "projectcalico.org/v3", "kind": "BGPConfiguration", "metadata": {"name": "default"},
    "spec": {"nodeToNodeMeshEnabled": False},
}
# Declared once, a session stands on either end.
REFLECTED = {
    "apiVersion": "projectcalico.org/v3", "kind": "BGPPeer", "metadata": {"name": "reflectors"},
    "spec": {"nodeSelector": "all()", "peerSelector": "reflector == 'true'"},
}


@dataclass(frozen=True)
class Programs:
    martletd: str
    martletctl: str
    bird: str = "/usr/sbin/bird"


@dataclass(frozen=True)
class Layout:
    """Who talks to whom: everybody to everybody, or to the first nodes, which reflect."""

    nodes: int
    reflectors: int = 0

    @property
    def name(self):
        return f"{self.nodes}" + (f" + {self.reflectors} reflectors" if self.reflectors else "")

    @property
    def count(self):
        """All nodes, the reflectors among them."""
        return self.nodes + self.reflectors

    @property
    def sessions(self):
        if not self.reflectors:
            return self.nodes * (self.nodes - 1) // 2
        return self.reflectors * self.nodes + self.reflectors * (self.reflectors - 1) // 2

    def reflects(self, number):
        return number < self.reflectors


class Cluster:
    """The nodes' kernels, and what is started in them."""

    def __init__(self, layout: Layout, programs: Programs, disk: Path, hold_time: int):
        self.layout, self.programs, self.disk, self.hold_time = layout, programs, disk, hold_time
        self.numbers = range(layout.count)
        self.home = open("/proc/self/ns/net")
        self.agents = {}
        self.blocks = {}
        make_nodes(layout.count)
        self.namespaces = [open(f"/run/netns/n{number}") for number in self.numbers]
        self.reader = RouteReader(self.namespaces, self.home)

    # Folders

    def state(self, number):
        """What outlives a reboot."""
        return self.disk / f"n{number}"

    def run(self, number):
        """What does not."""
        return RUN / f"n{number}"

    def configuration(self, number):
        """BIRD's, as the agent has written it."""
        return self.run(number) / "bird.conf"

    def saved(self, number):
        return self.state(number) / "bird.conf"

    @property
    def registry(self):
        return f"sqlite:{self.disk}/registry.db"

    # Starting and ending

    def forget(self):
        """As before the first start: nothing is agreed on."""
        shutil.rmtree(self.disk, ignore_errors=True)
        for number in self.numbers:
            self.state(number).mkdir(parents=True)
            self.write_configuration(number)
        objects = [POOL] + ([NO_MESH, REFLECTED] if self.layout.reflectors else [])
        manifest = self.disk / "objects.json"
        manifest.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": objects}))
        command = [self.programs.martletctl, "apply", "--registry", self.registry, "-f", manifest]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)

    def write_configuration(self, number):
        run = self.run(number)
        configuration = {
            "nodename": f"n{number}", "data_dir": f"{self.state(number)}/ledger", "run_dir": str(run),
            "registry": self.registry, "log_file_path": f"{run}/martletd.log",
            "bird": {
                "start": "agent", "program": self.programs.bird, "log": f"{run}/bird.log", "hold_time": self.hold_time,
            },
        }
        if number == self.layout.count - 1:
            configuration.update(QUICK)
        if self.layout.reflects(number):
            configuration.update(labels={"reflector": "true"}, route_reflector_cluster_id=CLUSTER_ID)
        (self.state(number) / "martletd.json").write_text(json.dumps(configuration))

    def start_agents(self):
        for number in self.numbers:
            out = open(self.run(number) / "martletd.out", "w")
            self.agents[number] = self.spawn(
                number, self.programs.martletd, "--config", self.state(number) / "martletd.json", out=out)

    def start_birds(self):
        """Without agents, with the configurations that those have written."""
        started = [
            self.spawn(
                number, self.programs.bird, "-c", self.configuration(number), "-s", self.run(number) / "bird.ctl", "-P",
                self.run(number) / "bird.pid")
            for number in self.numbers
        ]
        if any(process.wait() != 0 for process in started):
            raise SystemExit("bench: a BIRD does not start; its words are above")

    def spawn(self, number, *words, out=None):
        """Starts a program on a node, which a child of this process is then."""
        enter(self.namespaces[number])
        try:
            return subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        finally:
            enter(self.home)

    def save(self):
        """Keeps what the agents have agreed on, for BIRD alone."""
        for number in self.numbers:
            shutil.copy(self.configuration(number), self.saved(number))

    def stop(self):
        """As when the power fails: nothing is left but what is on disk."""
        for agent in self.agents.values():
            agent.kill()
        for agent in self.agents.values():
            agent.wait()
        self.agents = {}
        for number in self.numbers:
            if (pid := self.bird(number)) is not None:
                end(pid)
        for number in self.numbers:
            for kind in ("proto bird", "proto 80"):
                subprocess.run(["ip", "-n", f"n{number}", "route", "flush", *kind.split()], stderr=subprocess.DEVNULL)
        shutil.rmtree(RUN, ignore_errors=True)
        for number in self.numbers:
            self.run(number).mkdir(parents=True)
        self.reader.forget()

    # What runs

    def bird(self, number):
        try:
            return int((self.run(number) / "bird.pid").read_text())
        except (FileNotFoundError, ValueError):
            return None

    def processes(self, program):
        """Numbers of the agents, or of the BIRDs."""
        if program == "agent":
            return [agent.pid for agent in self.agents.values()]
        return [self.bird(number) for number in self.numbers]

    def missing(self):
        """Which node has too few sessions by its BIRD's own word; nothing where all stand."""
        for number in self.numbers:
            wanted = self.configuration(number).read_text().count("protocol bgp ")
            found = ask(self.run(number) / "bird.ctl", "show protocols").count("Established")
            if found != wanted:
                return f"n{number} has {found} sessions Established, expected {wanted}"
        return None


def make_nodes(count):
    """Addresses as in Scripts/lab. Neighbours are permanent: a kernel has one table of them for all namespaces, with
    1,024 entries."""
    def address(number):
        return f"192.168.{(80 + number) // 256}.{(80 + number) % 256}"

    def mac(number):
        return f"02:00:c0:a8:{(80 + number) // 256:02x}:{(80 + number) % 256:02x}"

    (RUN.parent / "netns").mkdir(exist_ok=True)
    disable_ipv6()
    batch("link add br0 type bridge mcast_snooping 0", "link set br0 up", "link set lo up")
    everybody = [f"neigh add {address(n)} lladdr {mac(n)} dev ens33 nud permanent" for n in range(count)]
    for number in range(count):
        subprocess.run(["ip", "netns", "add", f"n{number}"], check=True)
        batch(
            f"link add port{number} type veth peer name ens33 address {mac(number)} netns n{number}",
            f"link set port{number} master br0 up")
        batch(
            "link set lo up", "link set ens33 up", f"address add {address(number)}/16 dev ens33",
            *everybody[:number], *everybody[number + 1:], namespace=f"n{number}")
        with open(f"/run/netns/n{number}") as namespace, open("/proc/self/ns/net") as home:
            enter(namespace)
            disable_ipv6()
            enter(home)


def disable_ipv6():
    for link in ("all", "default"):
        # /proc/sys shows the namespace of who opens it.
        Path(f"/proc/sys/net/ipv6/conf/{link}/disable_ipv6").write_text("1\n")


def batch(*lines, namespace=None):
    where = ["-n", namespace] if namespace else []
    subprocess.run(["ip", *where, "-batch", "-"], input="\n".join(lines), text=True, check=True)


def end(pid):
    os.kill(pid, signal.SIGKILL)
    # The first process of this world: whoever loses its parent is its child.
    os.waitpid(pid, 0)


def ask(path, command):
    """What a BIRD answers."""
    with socket.socket(socket.AF_UNIX) as control:
        control.connect(str(path))
        control.recv(1 << 12)
        control.sendall(command.encode() + b"\n")
        text = b""
        while not any(line[:4].isdigit() and line[4:5] == b" " for line in text.split(b"\n")[:-1]):
            text += control.recv(1 << 16)
        return text.decode()


def use(pid):
    """Seconds of processor time that a process has used, and those of its children that ended."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split()
    return sum(int(field) for field in fields[11:15]) / os.sysconf("SC_CLK_TCK")


def memory(pid):
    """Resident memory, and a process's share of it, in MiB."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    figures = {line.split(":")[0]: int(line.split()[1]) for line in lines[1:] if line.endswith("kB")}
    return figures["Rss"] / 1024, figures["Pss"] / 1024
