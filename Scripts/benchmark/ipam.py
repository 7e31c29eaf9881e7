"""Measures what grows with a node, and writes docs/ipam-performance.md: ADD and DEL beside many leases, the audit of many
pods, and the tool's view of a large ledger.

    ipam.py TOOLS PLUGIN TOOL WORK DOCS COMMAND MACHINE [--quick]

TOOLS is the folder of `race`, PLUGIN martlet, TOOL martletctl; WORK, on disk, holds ledgers and goes afterwards.
"""
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from figures import Figures, Setting
from fill import NODE, Size, fill
from paired import medians, race
from report import head, milliseconds, row, times

HERE = Path(__file__).parent
SERIAL = Setting(at_once=1, pods=1)
ONE, AGAIN = "one", "again"
LEDGERS = {
    ONE: Size(),
    AGAIN: Size(),
    **{
        size.name: size
        for size in (
            Size(10, 2), Size(100, 3), Size(1000, 17), Size(10_000, 162), Size(10, 10), Size(100, 100), Size(1000, 1000),
            Size(1, 1, 1000), Size(10_000, 1000, 1000),
        )
    },
}
LARGEST = LEDGERS["10000-1000-1000"]
# What a ledger brings about whose pods were never made; anything else would be a mistake in `fill`.
EXPECTED = {"lease-without-sandbox", "blackhole-missing", "forwarding-off"}

BLOCKS = """SELECT block.id, cidr, owner, pool, coalesce(leases, 0)
FROM block LEFT JOIN (SELECT block, count(*) AS leases FROM lease GROUP BY block) AS used ON used.block = block.id
ORDER BY first"""
VIEWS = {
    "ipam show": BLOCKS,
    "ipam show --show-blocks": BLOCKS,
    "get workloadendpoint": "SELECT * FROM pods ORDER BY pod",
}


@dataclass(frozen=True)
class Plan:
    """How much is measured."""

    runs: int = 3
    # Together with the warm-up not more than one block has, which is what untouched addresses there are.
    untouched_rounds: int = 50
    freed_rounds: int = 100
    pods: int = 1000
    check_rounds: int = 3
    view_rounds: int = 25


QUICK = Plan(runs=1, untouched_rounds=20, freed_rounds=20, pods=100, check_rounds=1, view_rounds=5)


@dataclass(frozen=True)
class Bench:
    tools: Path
    plugin: str
    tool: str
    work: Path
    plan: Plan

    def contestant(self, folder: Path, name, size, worn):
        """Makes a ledger of a size; answers the words by which `race` knows who uses it."""
        data = folder / name
        data.mkdir(parents=True)
        configuration = folder / f"{name}.json"
        configuration.write_text((HERE / "martlet.json").read_text().replace("FOLDER", str(data)))
        words = ["--", name, configuration, self.plugin]
        # Tables and pool are martlet's own work.
        command = [self.tools / "race", "--rounds", "1", "--warmup", "0", *words]
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
        fill(data / "ledger.db", size, worn)
        return words

    def check(self, data: Path):
        """Asks the audit, in a namespace without links, whether a filled ledger agrees with itself."""
        command = ["unshare", "--net", self.tool, "ipam", "check", "--output", "json", "--data-dir", data]
        answer = subprocess.run(command, stdout=subprocess.PIPE)
        strange = {finding["code"] for finding in json.loads(answer.stdout)["findings"]} - EXPECTED
        if strange:
            sys.exit(f"the ledger {data.name} is not as a ledger is: {strange}")

    def race(self, state, rounds):
        """ADD and DEL on ledgers of every size; answers the figures."""
        samples = self.work / "samples" / state
        samples.mkdir(parents=True)
        for run in range(1, self.plan.runs + 1):
            say(f"ADD and DEL with {state} addresses, run {run} of {self.plan.runs}")
            folder = self.work / f"{state}-{run}"
            words = []
            for name, size in LEDGERS.items():
                words += self.contestant(folder, name, size, worn=state == "freed")
                if run == 1:
                    self.check(folder / name)
            command = [self.tools / "race", "--rounds", str(rounds), "--warmup", "5", "--seed", str(run), *words]
            with (samples / f"run-{run}-1-1.csv").open("w") as file:
                subprocess.run(command, stdout=file, check=True)
        return Figures(samples)

    def audit(self):
        """Seconds of the audit and of the shell loop."""
        say(f"the audit of {self.plan.pods} pods against a shell loop, {self.plan.check_rounds} rounds")
        command = [
            "unshare", "--net", "--mount", "--fork", "--kill-child", sys.executable, "-B", HERE / "pods.py", self.plugin,
            self.tool, self.work, str(self.plan.pods), str(self.plan.check_rounds),
        ]
        return medians(json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout))

    def views(self):
        """Seconds of the tool's views and of sqlite3's, by the view's name and the program's."""
        say(f"views of {LARGEST.leases} leases, {self.plan.view_rounds} rounds")
        self.contestant(self.work / "views", "node", LARGEST, worn=True)
        data = self.work / "views" / "node"
        commands = {}
        for view, query in VIEWS.items():
            commands[view, "martletctl"] = [self.tool, *view.split(), "--data-dir", data, "--nodename", NODE]
            commands[view, "sqlite3"] = ["sqlite3", "-readonly", "-box", data / "ledger.db", query]
        return medians(race(commands, self.plan.view_rounds))


def say(words):
    print(f"bench: {words}", file=sys.stderr, flush=True)


def counted(number, noun):
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def title(name):
    size = LEDGERS[name]
    words = f"{counted(size.leases, 'lease')} in {counted(size.blocks, 'block')}"
    if size.reservations:
        words += f", {counted(size.reservations, 'reservation')}"
    return words + {ONE: "", AGAIN: ", once more"}.get(name, "")


def flatness(figures):
    yield from head("in the ledger", "ADD ms", "÷ one lease", "CPU", "DEL ms", "÷ one lease", "CPU")
    for name in LEDGERS:
        cells = [title(name)]
        for operation in ("ADD", "DEL"):
            cells.append(milliseconds(figures.median(SERIAL, name, operation)))
            cells.append(times(figures.ratio(SERIAL, name, ONE, operation)))
            cells.append(times(figures.cpu(SERIAL, name, operation) / figures.cpu(SERIAL, ONE, operation)))
        yield row(*cells)


def dearest(figures, operation):
    return max(figures.ratio(SERIAL, name, ONE, operation) for name in LEDGERS)


def targets(untouched, freed, audit, views):
    for operation in ("ADD", "DEL"):
        yield f"{operation}, never used addresses: dearest ledger ÷ one lease", dearest(untouched, operation), 1.2
        yield f"{operation}, freed addresses: dearest ledger ÷ one lease", dearest(freed, operation), 1.2
    yield "`ipam check` ÷ shell loop", audit["check"] / audit["loop"], 0.1
    for view in VIEWS:
        yield f"`{view}` ÷ sqlite3", views[view, "martletctl"] / views[view, "sqlite3"], 3


def document(untouched, freed, audit, views, plan, command, machine):
    yield "# How it scales\n"
    yield f"Made by `{command}` on {machine}. Absolute times wander with the machine; the ratios carry over.\n"
    yield "## ADD and DEL beside many leases\n"
    yield (
        f"{counted(plan.runs, 'run')} of {untouched.rounds} and {freed.rounds} rounds. In each round one pod was started and stopped"
        " with each ledger, in a fresh random order, each on a node (network namespace) of its own. The ledgers were made"
        " by martlet and filled with consistent rows: leases in all blocks, all other addresses in the queue of the freed"
        " in no order, and up to 20,000 ended leases in the journal. The reservations are single addresses, all of them"
        " lower than those given out. \"Once more\" is a second ledger like the first: what it differs by is chance. CPU"
        " is processor time ÷ that with one lease.\n"
    )
    yield "### Addresses that were never given out\n"
    yield from flatness(untouched)
    yield "\n### Addresses from the queue of the freed\n"
    yield from flatness(freed)
    yield f"\n## The audit of {plan.pods:,} live pods\n"
    yield (
        f"Medians of {plan.check_rounds} rounds. The loop (`Scripts/benchmark/loop.sh`) reads the host's tables once, then"
        " each pod's link, addresses, neighbours and routes by `ip` and its settings by `cat`, and compares nothing. The"
        " audit found nothing wrong, and, when one pod's route was taken away, that and nothing else.\n"
    )
    yield from head("", "seconds", "÷ loop")
    for name, words in (("check", "`martletctl ipam check`"), ("loop", "shell loop")):
        yield row(words, f"{audit[name]:.2f}", times(audit[name] / audit["loop"]))
    yield f"\n## Views of {LARGEST.leases:,} leases\n"
    yield (
        f"Medians of {plan.view_rounds} rounds, in {LARGEST.blocks:,} blocks with {LARGEST.reservations:,} reservations."
        " `sqlite3` prints a table of the same rows, found by the same query.\n"
    )
    yield from head("", "martletctl ms", "sqlite3 ms", "÷ sqlite3")
    for view in VIEWS:
        mine, theirs = views[view, "martletctl"], views[view, "sqlite3"]
        yield row(f"`{view}`", milliseconds(mine * 1e6), milliseconds(theirs * 1e6), times(mine / theirs))
    yield "\n## Targets\n"
    yield from head("", "measured", "at most", "")
    for what, figure, limit in targets(untouched, freed, audit, views):
        yield row(what, times(figure), times(limit), "reached" if figure <= limit else "missed")


def main():
    tools, plugin, tool, work, docs, command, machine = sys.argv[1:8]
    plan = QUICK if sys.argv[8:] == ["--quick"] else Plan()
    bench = Bench(Path(tools), plugin, tool, Path(work), plan)
    untouched = bench.race("untouched", plan.untouched_rounds)
    freed = bench.race("freed", plan.freed_rounds)
    views = bench.views()
    audit = bench.audit()
    lines = list(document(untouched, freed, audit, views, plan, command, machine))
    (Path(docs) / "ipam-performance.md").write_text("\n".join(lines) + "\n")
    print("\n".join(lines[1:]))


if __name__ == "__main__":
    main()
