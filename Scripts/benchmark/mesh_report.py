"""Writes what mesh.py has measured: a part of docs/mesh.md, and docs/mesh.svg."""
from dataclasses import dataclass
from pathlib import Path

import chart
from report import head, row, times

BEGIN, END = "<!-- Scripts/bench mesh writes from here", "<!-- to here -->"
SESSIONS, BLOCK, RESIDENT = 1.1, 2.0, 20.0


@dataclass
class Result:
    """One layout, with agents and with BIRD alone, and the machine's load before and after."""

    agent: object
    bird: object
    load: tuple[float, float]

    def ratio(self, name):
        return self.agent.median(name) / self.bird.median(name)

    @property
    def resident(self):
        return self.agent.memory["agent"]["greatest"]

    def targets(self):
        """(what, figure, limit, how it is written)"""
        yield "sessions and routes ÷ BIRD alone's", self.ratio("starts"), SESSIONS, times
        yield "new block ÷ BIRD alone's", self.ratio("asked"), BLOCK, times
        yield "resident memory of the largest agent", self.resident, RESIDENT, lambda figure: f"{figure:.1f} MiB"


def seconds(figure):
    return f"{figure:.2f}"


def milliseconds(figure):
    return f"{figure * 1000:.1f}"


def line(layout, result):
    """What has come of one layout, for who waits."""
    agent, bird = result.agent, result.bird
    verdicts = [f"{what} {written(figure)} {verdict(figure, limit)}" for what, figure, limit, written in result.targets()]
    return (
        f"  {layout.name}: first start {seconds(agent.first)} s; start {seconds(agent.median('starts'))} s,"
        f" BIRD alone {seconds(bird.median('starts'))} s (processors {seconds(agent.median('work'))} s,"
        f" {seconds(bird.median('work'))} s); new block {milliseconds(agent.median('asked'))} ms,"
        f" {milliseconds(bird.median('asked'))} ms; {'; '.join(verdicts)}")


def verdict(figure, limit):
    return "PASS" if figure <= limit else "MISSED"


def write(results, docs: Path, words, hold_time):
    """Puts tables into their place in mesh.md, and the chart beside it; prints the tables."""
    lines = list(document(results, words, hold_time))
    page = docs / "mesh.md"
    if page.exists():
        before, rest = page.read_text().split(BEGIN, 1)
        mark, rest = rest.split("\n", 1)
        _, after = rest.split(END, 1)
        page.write_text(before + BEGIN + mark + "\n" + "\n".join(lines) + "\n" + END + after)
        (docs / "mesh.svg").write_text(draw(results, words.machine))
    print("\n".join(lines))


def document(results, words, hold_time):
    loads = [figure for result in results.values() for figure in result.load]
    yield (
        f"Made by `{words.command}` on {words.machine}, with a load of {min(loads):.0f} to {max(loads):.0f} meanwhile;"
        f" hold time {hold_time} s, keepalive {hold_time // 3} s. Medians of {words.starts} starts and {words.rounds}"
        " blocks.\n")
    yield from head(
        "nodes", "sessions", "all routes, s", "BIRD alone", "ratio", "", "from nothing, s", "CPU s", "BIRD alone")
    for layout, result in results.items():
        agent, bird, ratio = result.agent, result.bird, result.ratio("starts")
        yield row(
            layout.name, f"{layout.sessions:,}", seconds(agent.median("starts")), seconds(bird.median("starts")), times(ratio),
            verdict(ratio, SESSIONS), seconds(agent.first), seconds(agent.median("work")), seconds(bird.median("work")))
    yield ""
    yield from head(
        "nodes", "new block, ms", "BIRD alone", "ratio", "", "from its route, ms", "BIRD alone", "withdrawn, ms",
        "BIRD alone")
    for layout, result in results.items():
        agent, bird, ratio = result.agent, result.bird, result.ratio("asked")
        both = [milliseconds(side.median(name)) for name in ("spread", "withdrawn") for side in (agent, bird)]
        yield row(
            layout.name, milliseconds(agent.median("asked")), milliseconds(bird.median("asked")), times(ratio),
            verdict(ratio, BLOCK), *both)
    yield ""
    yield from head(
        "nodes", "agent, MiB resident", "largest", "", "its share", "BIRD, MiB resident", "BIRD alone",
        "agent at rest, s of CPU an hour", "BIRD", "BIRD alone")
    for layout, result in results.items():
        agent, bird = result.agent, result.bird
        memory = agent.memory["agent"]
        yield row(
            layout.name, mebibytes(memory["resident"]), mebibytes(memory["greatest"]), verdict(memory["greatest"], RESIDENT),
            mebibytes(memory["share"]), mebibytes(agent.memory["bird"]["resident"]),
            mebibytes(bird.memory["bird"]["resident"]), an_hour(agent.idle["agent"]), an_hour(agent.idle["bird"]),
            an_hour(bird.idle["bird"]))


def mebibytes(figure):
    return f"{figure:.1f}"


def an_hour(share):
    return f"{share * 3600:.1f}"


def draw(results, machine):
    def bars(own, other):
        for layout, result in results.items():
            for style, figure, label in (("own", own(result), f"{layout.name} nodes"), ("", other(result), "BIRD alone")):
                yield chart.Bar(label, style, figure, figure)

    def panel(title, own, other):
        return chart.Panel(title, list(bars(own, other)))

    def pair(title, name, factor=1):
        return panel(title, lambda r: r.agent.median(name) * factor, lambda r: r.bird.median(name) * factor)

    panels = [
        pair("From the start to all routes in all kernels, s", "starts"),
        pair("A new block in all kernels, from the request, ms", "asked", 1000),
        pair("A block withdrawn from all kernels, from its route, ms", "withdrawn", 1000),
        panel(
            "Resident memory per node, MiB: agent, and BIRD", lambda r: r.agent.memory["agent"]["resident"],
            lambda r: r.bird.memory["bird"]["resident"]),
    ]
    return chart.page(
        "What a mesh costs", "All nodes on one machine, with martletd on each, and with BIRD alone.", panels, machine,
        "Bar charts of a mesh with and without agents")
