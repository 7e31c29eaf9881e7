"""Draws figures as one SVG: horizontal bars, a thin line behind each where there is more to say than its length."""
from dataclasses import dataclass
from xml.sax.saxutils import escape

from figures import LABELS

WIDTH, MARGIN, GAP = 880, 28, 36
PANEL = (WIDTH - 2 * MARGIN - GAP) / 2
LABEL, VALUE = 126, 58
ROW, TITLE = 26, 34

STYLE = """
  text { font: 12.5px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; fill: #24292f; }
  .heading { font-size: 19px; font-weight: 650; }
  .title { font-size: 13.5px; font-weight: 650; }
  .quiet { font-size: 11.5px; fill: #6e7781; }
  .label, .value { dominant-baseline: central; }
  .label { text-anchor: end; }
  .value { font-variant-numeric: tabular-nums; }
  .own { font-weight: 650; }
  .page { fill: #ffffff; }
  .bar { fill: #b4bcc6; }
  .bar.own { fill: #2563c9; }
  .bar.floor { fill: #7d8894; }
  .tail { stroke: #b4bcc6; stroke-width: 1.5; }
  .tail.own { stroke: #2563c9; }
  .tail.floor { stroke: #7d8894; }
  .axis { stroke: #d0d7de; stroke-width: 1; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    .quiet { fill: #9198a1; }
    .page { fill: #0d1117; }
    .bar { fill: #4a545f; } .tail { stroke: #4a545f; }
    .bar.own { fill: #4c8dff; } .tail.own { stroke: #4c8dff; }
    .bar.floor { fill: #76828f; } .tail.floor { stroke: #76828f; }
    .axis { stroke: #30363d; }
  }
"""


@dataclass
class Bar:
    label: str
    style: str  # "own", "floor" or nothing
    value: float
    tail: float


@dataclass
class Panel:
    title: str
    bars: list[Bar]

    @property
    def height(self):
        return TITLE + ROW * len(self.bars) + 14


def text(x, y, words, style):
    return f'<text x="{x:.1f}" y="{y:.1f}" class="{style}">{escape(words)}</text>'


def amount(figure):
    digits = 2 if figure < 9.95 else 1 if figure < 99.5 else 0
    return f"{figure:.{digits}f}"


def draw_bar(bar, x, y, scale):
    middle = y + ROW / 2
    style = f" {bar.style}" if bar.style else ""
    words = " own" if bar.style == "own" else ""
    left, length = x + LABEL, max(1.5, bar.value * scale)
    end = left + max(length, bar.tail * scale)
    yield text(left - 10, middle, bar.label, "label" + words)
    yield f'<line x1="{left:.1f}" y1="{middle:.1f}" x2="{end:.1f}" y2="{middle:.1f}" class="tail{style}"/>'
    yield f'<rect x="{left:.1f}" y="{y + 5:.1f}" width="{length:.1f}" height="{ROW - 10}" rx="2" class="bar{style}"/>'
    yield text(end + 7, middle, amount(bar.value), "value" + words)


def draw_panel(panel, x, y):
    scale = (PANEL - LABEL - VALUE) / max(max(bar.value, bar.tail) for bar in panel.bars)
    top, axis = y + TITLE - 8, x + LABEL
    yield text(x, y + 12, panel.title, "title")
    for index, bar in enumerate(panel.bars):
        yield from draw_bar(bar, x, top + index * ROW, scale)
    yield f'<line x1="{axis}" y1="{top}" x2="{axis}" y2="{top + ROW * len(panel.bars)}" class="axis"/>'


def panel(title, figures, setting, operation, unit="process"):
    bars = [
        Bar(
            LABELS[name],
            {"martlet": "own", "floor": "floor"}.get(name, ""),
            figures.median(setting, name, operation, unit=unit) / 1000,
            figures.p95(setting, name, operation, unit=unit) / 1000,
        )
        for name in figures.contestants
    ]
    return Panel(title, bars)


def panels(figures):
    serial = [setting for setting in figures.settings if setting.at_once == 1]
    together = [setting for setting in figures.settings if setting.at_once > 1]
    yield panel("ADD, ms", figures, serial[0], "ADD")
    yield panel("DEL, ms", figures, serial[0], "DEL")
    if len(serial) > 1:
        yield panel(f"ADD with {serial[-1].pods:,} pods on the node, ms", figures, serial[-1], "ADD")
    if together:
        title = f"{together[0].at_once} ADDs at once, until the last is done, ms"
        yield panel(title, figures, together[0], "ADD", "batch")


def draw(figures, machine):
    """The race's chart."""
    return page(
        "What it costs to start and to stop a pod",
        "Wall time of one plugin process: bar to the median, line to the 95th percentile.", list(panels(figures)), machine,
        "Bar charts of ADD and DEL times")


def page(heading, explanation, queue, machine, spoken):
    """A whole chart as text: panels in two columns."""
    pieces = [text(MARGIN, 40, heading, "heading"), text(MARGIN, 60, explanation, "quiet")]
    y = 88
    while queue:
        pair, queue = queue[:2], queue[2:]
        for index, panel in enumerate(pair):
            pieces.extend(draw_panel(panel, MARGIN + index * (PANEL + GAP), y))
        y += max(panel.height for panel in pair)
    pieces.append(text(MARGIN, y + 10, machine, "quiet"))
    height = y + 28
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        f'role="img" aria-label="{escape(spoken)}">\n<style>{STYLE}</style>\n'
        f'<rect width="{WIDTH}" height="{height}" rx="6" class="page"/>\n' + "\n".join(pieces) + "\n</svg>\n"
    )
