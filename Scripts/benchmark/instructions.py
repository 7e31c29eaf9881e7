"""Counts the instructions of a warm ADD and DEL of martlet, and compares them with the recorded figures and with those
beside many leases.

    instructions.py RACE PLUGIN [--record]

Wall time wanders by a fifth from minute to minute, instruction counts by a thousandth: this is what shows slow creep.
The child that a DEL leaves behind is not counted: it takes over its parent's count.
"""
import json
import sys
import tempfile
from pathlib import Path

from callgrind import HERE, ROUNDS, profile
from fill import Size

RECORD = HERE / "instructions.json"
TOLERANCE = 0.05
LARGE = Size(leases=10_000, blocks=1000, reservations=1000)
GROWTH = 0.05


def count_of(path):
    for line in path.read_text().splitlines():
        if line.startswith(("totals:", "summary:")):
            return int(line.split()[1])
    sys.exit(f"callgrind wrote no total into {path.name}; is valgrind 3.19 or later installed?")


def count(race, plugin, size=None):
    """The least of the rounds: the first claims a block, and the ledger's log grows with each."""
    counts = {"ADD": [], "DEL": []}
    with tempfile.TemporaryDirectory(prefix="martlet-callgrind.") as folder:
        for operation, is_child, path in profile(race, plugin, Path(folder), size):
            if not is_child:
                counts[operation].append(count_of(path))
    for operation, rounds in counts.items():
        if len(rounds) != ROUNDS:
            sys.exit(f"{len(rounds)} of {ROUNDS} {operation}s were counted")
    return {operation: min(rounds) for operation, rounds in counts.items()}


def compare(counted):
    """Prints a line for each operation; true if all are within the tolerance."""
    recorded = json.loads(RECORD.read_text())
    close = True
    for operation, instructions in counted.items():
        change = instructions / recorded[operation] - 1
        verdict = "" if abs(change) <= TOLERANCE else f", more than {TOLERANCE:.0%} off"
        close = close and not verdict
        print(f"{operation}: {instructions:,} instructions, recorded {recorded[operation]:,} ({change:+.2%}){verdict}")
    return close


def compare_growth(counted, beside_many):
    """Prints a line for each operation; true if leases of others cost it no more than the tolerance."""
    flat = True
    for operation, instructions in beside_many.items():
        growth = instructions / counted[operation] - 1
        verdict = "" if growth <= GROWTH else f", more than {GROWTH:.0%}"
        flat = flat and not verdict
        print(
            f"{operation} with {LARGE.leases:,} leases in {LARGE.blocks:,} blocks and {LARGE.reservations:,} reservations: "
            f"{instructions:,} instructions ({growth:+.2%}){verdict}")
    return flat


def main():
    race, plugin, record = sys.argv[1], sys.argv[2], sys.argv[3:] == ["--record"]
    counted = count(race, plugin)
    if record:
        RECORD.write_text(json.dumps(counted, indent=4) + "\n")
        print(f"recorded {counted}")
        return
    close = compare(counted)
    if not compare_growth(counted, count(race, plugin, LARGE)):
        sys.exit("something looks through all there is: EXPLAIN QUERY PLAN tells which statement")
    if not close:
        sys.exit("if the change is meant, record it: Scripts/bench instructions --record")


if __name__ == "__main__":
    main()
