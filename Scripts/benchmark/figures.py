"""Reads what `race` wrote, and answers questions about it."""
import csv
import statistics
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

# Who races, by the name that `race` is given, in the order of tables and charts.
LABELS = {
    "martlet": "martlet",
    "floor": "C floor",
    "yardstick": "other C floor",
    "ptp": "ptp + host-local",
    "bridge": "bridge + host-local",
}


@dataclass(frozen=True)
class Setting:
    """How the operations came: `at_once` of them together, on a node with `pods` pods."""

    at_once: int
    pods: int


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


class Figures:
    """Every sample of every run; each answer is the median over the runs of a run's own figure."""

    def __init__(self, folder: Path):
        # (setting, contestant, operation, unit, column) -> run -> samples
        self._samples = defaultdict(lambda: defaultdict(list))
        self.rounds = 0
        for path in sorted(folder.glob("run-*.csv")):
            _, run, at_once, pods = path.stem.split("-")
            self._read(path, run, Setting(int(at_once), int(pods)))
        self.settings = sorted({key[0] for key in self._samples}, key=lambda s: (s.at_once, s.pods))
        ran = {key[1] for key in self._samples}
        self.contestants = [name for name in LABELS if name in ran]
        self.runs = len({run for runs in self._samples.values() for run in runs})

    def _read(self, path, run, setting):
        with path.open() as file:
            for row in csv.DictReader(file):
                row["cpu_us"] = int(row["user_us"]) + int(row["system_us"])
                if setting.at_once == 1:
                    self.rounds = max(self.rounds, int(row["round"]) + 1)
                for column in ("wall_us", "cpu_us", "minor_faults", "peak_rss_kib", "voluntary_switches"):
                    key = (setting, row["contestant"], row["operation"], row["unit"], column)
                    self._samples[key][run].append(float(row[column]))

    def _over_runs(self, key, of_run):
        runs = self._samples.get(key)
        return statistics.median(of_run(samples) for samples in runs.values()) if runs else None

    def median(self, setting, contestant, operation, column="wall_us", unit="process"):
        return self._over_runs((setting, contestant, operation, unit, column), statistics.median)

    def p95(self, setting, contestant, operation, column="wall_us", unit="process"):
        return self._over_runs((setting, contestant, operation, unit, column), lambda s: percentile(s, 0.95))

    def greatest(self, contestant, column):
        return max(
            max(samples)
            for (_, name, _, unit, kind), runs in self._samples.items()
            if (name, unit, kind) == (contestant, "process", column)
            for samples in runs.values()
        )

    def cpu(self, setting, contestant, operation):
        """CPU time of one operation, what it left behind included."""
        detached = self.median(setting, contestant, operation, "cpu_us", "detached") or 0
        return self.median(setting, contestant, operation, "cpu_us") + detached

    def ratio(self, setting, one, other, operation, unit="process"):
        """How the medians of two contestants compare, taken run by run; None where one of them did not run."""
        mine = self._samples.get((setting, one, operation, unit, "wall_us"))
        theirs = self._samples.get((setting, other, operation, unit, "wall_us"))
        if not mine or not theirs:
            return None
        return statistics.median(statistics.median(mine[r]) / statistics.median(theirs[r]) for r in mine if r in theirs)
