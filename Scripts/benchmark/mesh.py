"""Measures a mesh of many nodes, with an agent on each and with BIRD alone, and writes its part of docs/mesh.md.

    unshare --mount --net --pid --fork --kill-child --propagation private mesh.py
        MARTLETD MARTLETCTL WORK DOCS COMMAND MACHINE [--nodes N,N…] [--rounds N] [--starts N] [--idle SECONDS]

WORK, on disk, holds ledgers and registry, and goes afterwards. `N+R` is a mesh of N nodes that R reflectors serve.
"""
import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import mesh_report
from cluster import Cluster, Layout, Programs, memory, use

# Longer than any of it takes on a machine that has other things to do.
PATIENCE = 60
HOLD_TIME = 90
BLOCKS = [f"10.244.{third}.{fourth}/26" for third in range(256) for fourth in (0, 64, 128, 192)]
AGENT, BIRD = "martlet", "BIRD alone"


@dataclass
class Sample:
    """What was measured of one layout, with agents or with BIRD alone. Times in seconds, memory in MiB."""

    first: float | None = None
    starts: list[float] = field(default_factory=list)
    # Processor time of all nodes until all routes stood.
    work: list[float] = field(default_factory=list)
    # From the request, and from the route in the node's own kernel, to the last kernel.
    asked: list[float] = field(default_factory=list)
    spread: list[float] = field(default_factory=list)
    withdrawn: list[float] = field(default_factory=list)
    # By program.
    memory: dict = field(default_factory=dict)
    idle: dict = field(default_factory=dict)

    def median(self, name):
        return statistics.median(getattr(self, name) or [float("nan")])


class Bench:
    def __init__(self, cluster: Cluster, rounds, starts, idle):
        self.cluster, self.rounds, self.starts, self.idle = cluster, rounds, starts, idle
        self.samples = {AGENT: Sample(), BIRD: Sample()}
        # The node that gets blocks.
        self.node = cluster.layout.count - 1

    def run(self):
        self.cluster.stop()
        self.cluster.forget()
        self.samples[AGENT].first = self.start_agents()
        self.cluster.save()
        for start in range(self.starts):
            for name, begin in ((AGENT, self.start_agents), (BIRD, self.start_birds)):
                self.cluster.stop()
                sample = self.samples[name]
                sample.starts.append(begin())
                sample.work.append(self.used(name))
                time.sleep(3)
                change = self.claim if name == AGENT else self.route
                for number in range(self.rounds // self.starts + (start < self.rounds % self.starts)):
                    change(sample, number)
                if start == self.starts - 1:
                    self.rest(name, sample)
        self.cluster.stop()
        return self.samples

    # Starting

    def start_agents(self):
        began = time.monotonic()
        self.cluster.start_agents()
        return self.converged() - began

    def start_birds(self):
        for number, prefix in self.own.items():
            subprocess.run(["ip", "-n", f"n{number}", "route", "add", "blackhole", prefix, "proto", "80"], check=True)
        for number in self.cluster.numbers:
            (self.cluster.configuration(number)).write_text(self.cluster.saved(number).read_text())
        began = time.monotonic()
        self.cluster.start_birds()
        return self.converged() - began

    def converged(self):
        """When the last kernel got the last route: each block of each node, which BIRD takes from its owner's session or
        from a reflector's."""
        count = self.cluster.layout.count
        routes = [set() for _ in self.cluster.numbers]
        own, complete = {}, set()
        for event in self.cluster.reader.events(time.monotonic() + PATIENCE):
            known = routes[event.node]
            if not event.prefix.startswith("10.244."):
                continue
            known.add(event.prefix) if event.is_new else known.discard(event.prefix)
            if event.is_blackhole and event.is_new:
                own[event.node] = event.prefix
            (complete.add if len(known) == count else complete.discard)(event.node)
            if len(complete) == count:
                self.own = own
                self.unclaimed = [block for block in BLOCKS if block not in own.values()]
                return self.established(event.at)
        self.give_up(f"{len(complete)} of {count} kernels have all routes")

    def established(self, at):
        """The same, or when the last session stands, which behind two reflectors may be later."""
        deadline = time.monotonic() + PATIENCE
        while missing := self.cluster.missing():
            if time.monotonic() > deadline:
                self.give_up(missing)
            time.sleep(0.1)
            at = time.monotonic()
        return at

    def give_up(self, state):
        for log in ("martletd.log", "martletd.out", "bird.log"):
            subprocess.run(["tail", "-n", "20", self.cluster.run(self.node) / log], stdout=sys.stderr)
        sys.exit(f"bench: after {PATIENCE} s {state}; the last node's logs are above")

    # A block more, and a block less

    def claim(self, sample, number):
        """The agent is asked as the plugin asks it; it gives the block back when it sees that it is empty."""
        self.cluster.reader.forget()
        with socket.socket(socket.AF_UNIX) as door:
            door.connect(str(self.cluster.run(self.node) / "agent.sock"))
            wish = {"want": "block", "family": 4, "pools": ["pods"], "routed": True}
            began = time.monotonic()
            door.sendall(json.dumps(wish).encode() + b"\n")
            own, last, prefix = self.everywhere(True)
            answer = door.recv(1 << 12)
        if prefix.encode() not in answer.replace(b"\\/", b"/"):
            sys.exit(f"bench: the agent answers {answer}, and its kernel has {prefix}")
        sample.asked.append(last - began)
        sample.spread.append(last - own)
        # Of two empty blocks it may give back either.
        own, last, _ = self.everywhere(False)
        sample.withdrawn.append(last - own)
        time.sleep(0.5)

    def route(self, sample, number):
        """By hand. Two blocks take turns."""
        self.cluster.reader.forget()
        prefix = self.unclaimed[number % 2]
        words = ["ip", "-n", f"n{self.node}", "route"]
        began = time.monotonic()
        adding = subprocess.Popen([*words, "add", "blackhole", prefix, "proto", "80"])
        own, last, _ = self.everywhere(True, prefix)
        adding.wait()
        sample.asked.append(last - began)
        sample.spread.append(last - own)
        time.sleep(0.5)
        removing = subprocess.Popen([*words, "delete", "blackhole", prefix, "proto", "80"])
        own, last, _ = self.everywhere(False, prefix)
        removing.wait()
        sample.withdrawn.append(last - own)
        time.sleep(0.5)

    def everywhere(self, is_new, prefix=None):
        """When the node's own kernel had it, when the last had, and which block it is."""
        seen, own = set(), None
        for event in self.cluster.reader.events(time.monotonic() + PATIENCE):
            if event.is_new != is_new:
                continue
            if prefix is None and event.node == self.node and event.is_blackhole:
                prefix = event.prefix
            if event.prefix != prefix:
                continue
            seen.add(event.node)
            if event.node == self.node:
                own = event.at
            if len(seen) == self.cluster.layout.count:
                return own, event.at, prefix
        self.give_up(f"{len(seen)} of {self.cluster.layout.count} kernels have heard of the block {prefix}")

    # At rest

    def rest(self, name, sample):
        time.sleep(2)
        programs = ("agent", "bird") if name == AGENT else ("bird",)
        # The last node looks for empty blocks all the time, which no other does.
        processes = {program: self.cluster.processes(program)[:self.node] for program in programs}
        before = {program: [use(pid) for pid in pids] for program, pids in processes.items()}
        began = time.monotonic()
        time.sleep(self.idle)
        for program, pids in processes.items():
            used = sum(use(pid) - earlier for pid, earlier in zip(pids, before[program]))
            sample.idle[program] = used / len(pids) / (time.monotonic() - began)
            figures = [memory(pid) for pid in pids]
            sample.memory[program] = {
                "resident": statistics.median(figure[0] for figure in figures),
                "greatest": max(figure[0] for figure in figures),
                "share": statistics.median(figure[1] for figure in figures),
            }

    def used(self, name):
        programs = ("agent", "bird") if name == AGENT else ("bird",)
        return sum(use(pid) for program in programs for pid in self.cluster.processes(program))


def layout(text):
    nodes, _, reflectors = text.partition("+")
    return Layout(int(nodes), int(reflectors or 0))


def mount():
    """/run and /proc of this world's own."""
    for line in ("-t tmpfs tmpfs /run", "-t proc proc /proc"):
        subprocess.run(["mount", *line.split()], check=True)
    (Path("/run") / "netns").mkdir()


def measure(words):
    """One layout, in a world that goes with this process."""
    mount()
    work = Path(words.work) / "cluster"
    cluster = Cluster(words.layout, Programs(words.martletd, words.martletctl), work, HOLD_TIME)
    samples = Bench(cluster, words.rounds, words.starts, words.idle).run()
    print(json.dumps({name: vars(sample) for name, sample in samples.items()}))


def say(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)


def load():
    return os.getloadavg()[0]


def main():
    parser = argparse.ArgumentParser()
    for name in ("martletd", "martletctl", "work", "docs", "command", "machine"):
        parser.add_argument(name)
    parser.add_argument("--nodes", default="3,10,30,60,100,100+2")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--starts", type=int, default=3)
    parser.add_argument("--idle", type=int, default=10)
    parser.add_argument("--layout", type=layout)
    words = parser.parse_args()
    if words.layout:
        return measure(words)
    results = {}
    for text in words.nodes.split(","):
        one = layout(text)
        say(f"nodes: {one.name}, sessions: {one.sessions}, load {load():.1f}")
        before = load()
        command = [
            "unshare", "--mount", "--net", "--pid", "--fork", "--kill-child", "--propagation", "private", sys.executable,
            "-B", *sys.argv, "--layout", text,
        ]
        answer = subprocess.run(command, stdout=subprocess.PIPE)
        if answer.returncode != 0:
            sys.exit(f"bench: {text} nodes could not be measured; why is above")
        samples = {name: Sample(**figures) for name, figures in json.loads(answer.stdout).items()}
        results[one] = mesh_report.Result(samples[AGENT], samples[BIRD], (before, load()))
        print(mesh_report.line(one, results[one]), file=sys.stderr, flush=True)
    mesh_report.write(results, Path(words.docs), words, HOLD_TIME)


if __name__ == "__main__":
    main()
