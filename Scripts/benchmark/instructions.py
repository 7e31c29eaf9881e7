"""Counts the instructions of a warm ADD and DEL of martlet, and compares them with the recorded figures.

    instructions.py RACE PLUGIN [--record]

Wall time wanders by a fifth from minute to minute, instruction counts by a thousandth: this is what shows slow creep.
The child that a DEL leaves behind is not counted: it takes over its parent's count.
"""
import json
import sys
import tempfile
from pathlib import Path

from callgrind import HERE, ROUNDS, profile

RECORD = HERE / "instructions.json"
TOLERANCE = 0.05


def count_of(path):
    for line in path.read_text().splitlines():
        if line.startswith(("totals:", "summary:")):
            return int(line.split()[1])
    sys.exit(f"callgrind wrote no total into {path.name}; is valgrind 3.19 or later installed?")


def count(race, plugin, folder):
    """The least of the rounds: the first claims a block, and the ledger's log grows with each."""
    counts = {"ADD": [], "DEL": []}
    for operation, is_child, path in profile(race, plugin, folder):
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


def main():
    race, plugin, record = sys.argv[1], sys.argv[2], sys.argv[3:] == ["--record"]
    with tempfile.TemporaryDirectory(prefix="martlet-callgrind.") as name:
        counted = count(race, plugin, Path(name))
    if record:
        RECORD.write_text(json.dumps(counted, indent=4) + "\n")
        print(f"recorded {counted}")
    elif not compare(counted):
        sys.exit("if the change is meant, record it: Scripts/bench instructions --record")


if __name__ == "__main__":
    main()
