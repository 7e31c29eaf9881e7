"""Turns the samples of `race` into docs/performance.md and docs/performance.svg, and checks the targets.

    report.py SAMPLES DOCS COMMAND MACHINE

SAMPLES holds run-RUN-ATONCE-PODS.csv, and tmpfs/run-1-1-1.csv from a race with the ledger on tmpfs.
"""
import sys
from pathlib import Path

import chart
from figures import LABELS, Figures, Setting

SERIAL = Setting(at_once=1, pods=1)


def milliseconds(microseconds):
    return f"{microseconds / 1000:.2f}" if microseconds < 99_500 else f"{microseconds / 1000:.0f}"


def times(ratio):
    return "–" if ratio is None else f"{ratio:.2f}×"


def row(*cells):
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def label(name):
    return f"**{LABELS[name]}**" if name == "martlet" else LABELS[name]


def head(*titles):
    return [row(*titles), row(*["---"] + ["---:"] * (len(titles) - 1))]


def one_at_a_time(figures):
    for operation in ("ADD", "DEL"):
        yield f"\n### {operation}, one at a time, first pod of the node\n"
        yield from head("", "median ms", "p95 ms", "÷ floor", "÷ ptp", "CPU ms", "page faults", "peak MB", "waits")
        for name in figures.contestants:
            yield row(
                label(name),
                milliseconds(figures.median(SERIAL, name, operation)),
                milliseconds(figures.p95(SERIAL, name, operation)),
                times(figures.ratio(SERIAL, name, "floor", operation)),
                times(figures.ratio(SERIAL, name, "ptp", operation)),
                milliseconds(figures.cpu(SERIAL, name, operation)),
                round(figures.median(SERIAL, name, operation, "minor_faults")),
                f"{figures.median(SERIAL, name, operation, 'peak_rss_kib') / 1024:.1f}",
                round(figures.median(SERIAL, name, operation, "voluntary_switches")),
            )


def by_pods(figures):
    settings = [setting for setting in figures.settings if setting.at_once == 1]
    if len(settings) < 2:
        return
    yield "\n### One at a time, by pods on the node (median ms)\n"
    titles = [f"{operation}, {setting.pods:,}" for operation in ("ADD", "DEL") for setting in settings]
    yield from head("", *titles)
    for name in figures.contestants:
        yield row(
            label(name),
            *[
                milliseconds(figures.median(setting, name, operation))
                for operation in ("ADD", "DEL")
                for setting in settings
            ],
        )


def at_once(figures):
    settings = [setting for setting in figures.settings if setting.at_once > 1]
    if not settings:
        return
    yield f"\n### {settings[0].at_once} at once, by pods on the node when all are there (ms until the last is done)\n"
    pods = [max(setting.pods, setting.at_once) for setting in settings]
    titles = [f"{operation}, {count:,}" for operation in ("ADD", "DEL") for count in pods]
    yield from head("", *titles, "p95 of one ADD", "÷ ptp")
    for name in figures.contestants:
        batches = [
            milliseconds(figures.median(setting, name, operation, unit="batch"))
            for operation in ("ADD", "DEL")
            for setting in settings
        ]
        worst = milliseconds(figures.p95(settings[0], name, "ADD"))
        yield row(label(name), *batches, worst, times(figures.ratio(settings[0], name, "ptp", "ADD", "batch")))


def targets(figures, on_tmpfs):
    """Yields (what, figure, limit, how the two are written). A figure is None where it was not measured."""
    many = [setting for setting in figures.settings if setting.at_once > 1]
    crowd = Setting(at_once=1, pods=1000)
    yield "ADD ÷ the floor's", figures.ratio(SERIAL, "martlet", "floor", "ADD"), 1.25, times
    yield "ADD ÷ the other floor's", figures.ratio(SERIAL, "martlet", "yardstick", "ADD"), 1.4, times
    yield "ADD ÷ ptp's", figures.ratio(SERIAL, "martlet", "ptp", "ADD"), 0.30, times
    yield "DEL ÷ the floor's", figures.ratio(SERIAL, "martlet", "floor", "DEL"), 1.25, times
    yield "DEL ÷ ptp's", figures.ratio(SERIAL, "martlet", "ptp", "DEL"), 0.1, times
    if many:
        yield "64 ADDs at once ÷ ptp's", figures.ratio(many[0], "martlet", "ptp", "ADD", "batch"), 0.2, times
    crowded, alone = figures.ratio(crowd, "martlet", "floor", "ADD"), figures.ratio(SERIAL, "martlet", "floor", "ADD")
    growth = crowded / alone if crowded and alone else None
    yield "ADD ÷ floor's: at 1,000 pods ÷ at one", growth, 1.1, times
    yield "peak memory", figures.greatest("martlet", "peak_rss_kib") / 1024, 10, lambda value: f"{value:.1f} MB"
    waits = on_tmpfs.median(SERIAL, "martlet", "ADD", "voluntary_switches")
    yield "voluntary switches of an ADD, ledger on tmpfs", waits, 2, lambda value: f"{value:.0f}"


def target_rows(figures, on_tmpfs):
    yield "\n### Targets\n"
    yield from head("", "measured", "at most", "")
    for what, figure, limit, written in targets(figures, on_tmpfs):
        if figure is not None:
            yield row(what, written(figure), written(limit), "reached" if figure <= limit else "missed")


def document(figures, on_tmpfs, command, machine):
    yield "# How fast\n"
    yield f"Made by `{command}` on {machine}.\n"
    yield (
        f"Wall time from before the fork to after the exit, {figures.runs} × {figures.rounds} rounds; in each round the"
        " contestants took turns in a fresh random order, every one on a node (network namespace) of its own. Each"
        " figure is the median over the runs of that run's median or 95th percentile. Absolute times wander with the"
        " machine; the ratios carry over.\n"
    )
    yield (
        "The C floor (`Scripts/benchmark/floor.c`) makes exactly the kernel reads and writes, and commits exactly the"
        " rows, of a warm ADD or DEL of martlet, and checks nothing: what the work itself costs. ptp, bridge and"
        " host-local are Debian's. Waits are voluntary context switches; CPU time includes what a plugin leaves to a"
        " child.\n"
    )
    yield "![ADD, DEL and 64 ADDs at once, compared](performance.svg)"
    yield from one_at_a_time(figures)
    yield from by_pods(figures)
    yield from at_once(figures)
    yield from target_rows(figures, on_tmpfs)


def main():
    samples, docs, command, machine = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], sys.argv[4]
    figures, on_tmpfs = Figures(samples), Figures(samples / "tmpfs")
    lines = list(document(figures, on_tmpfs, command, machine))
    docs.mkdir(exist_ok=True)
    (docs / "performance.md").write_text("\n".join(lines) + "\n")
    (docs / "performance.svg").write_text(chart.draw(figures, machine))
    print("\n".join(lines[lines.index("\n### ADD, one at a time, first pod of the node\n"):]))


if __name__ == "__main__":
    main()
