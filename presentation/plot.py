"""Plots as SVG, written by hand: two bars a line need no plotting library, and a browser and a printer show them sharp."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from wording.foreign import in_xml

WIDTH: Final = 900
LABELS_WIDTH: Final = 220
VALUES_WIDTH: Final = 120
BAR_HEIGHT: Final = 12
LINE_HEIGHT: Final = 40
HEAD_HEIGHT: Final = 64
FIRST_COLOUR, SECOND_COLOUR, OVER_COLOUR = "#9fb8ad", "#2a7f62", "#b3412e"


@dataclass(frozen=True, slots=True)
class Bars:
    """One line: a name, two amounts of one measure, and what is written beside them."""

    name: str
    first: float
    second: float
    note: str


@dataclass(frozen=True, slots=True)
class Plot:
    """Two bars a line on one scale, under a title; `names` are those of the two bars."""

    title: str
    names: tuple[str, str]
    lines: Sequence[Bars]

    @property
    def height(self) -> int:
        """In pixels."""
        return HEAD_HEIGHT + LINE_HEIGHT * max(1, len(self.lines)) + 16


def bar_plot(title: str, names: tuple[str, str], lines: Sequence[Bars]) -> str:
    """An SVG with two bars a line on one scale; the second bar is red where it is the longer one."""
    return bar_plots(title, [Plot(title, names, lines)])


def bar_plots(title: str, plots: Sequence[Plot]) -> str:
    """An SVG with such plots one below the other, each on a scale of its own."""
    height = sum(plot.height for plot in plots)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}"'
        ' font-family="sans-serif" font-size="13" role="img">',
        f"<title>{in_xml(title)}</title>",
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
    ]
    top = 0
    for plot in plots:
        # The first one stands where it stands: only what is moved says so.
        parts += _drawn(plot) if top == 0 else [f'<g transform="translate(0 {top})">', *_drawn(plot), "</g>"]
        top += plot.height
    return "\n".join([*parts, "</svg>", ""])


def _drawn(plot: Plot) -> list[str]:
    longest = max([1.0, *(max(line.first, line.second) for line in plot.lines)])
    scale = (WIDTH - LABELS_WIDTH - VALUES_WIDTH) / longest
    head = f'<text x="16" y="24" font-size="16" font-weight="bold">{in_xml(plot.title)}</text>'
    lines = [_line(line, HEAD_HEIGHT + LINE_HEIGHT * number, scale) for number, line in enumerate(plot.lines)]
    return [head, _legend(plot.names), *lines]


def _legend(names: tuple[str, str]) -> str:
    first, second = map(in_xml, names)
    return (
        f'<rect x="16" y="36" width="12" height="12" fill="{FIRST_COLOUR}"/><text x="34" y="46">{first}</text>'
        f'<rect x="{LABELS_WIDTH}" y="36" width="12" height="12" fill="{SECOND_COLOUR}"/>'
        f'<text x="{LABELS_WIDTH + 18}" y="46">{second}</text>'
    )


def _line(line: Bars, top: int, scale: float) -> str:
    first, second = line.first * scale, line.second * scale
    colour = OVER_COLOUR if line.second > line.first else SECOND_COLOUR
    note_x = LABELS_WIDTH + max(first, second) + 8
    return (
        f'<text x="16" y="{top + 18}">{in_xml(line.name)}</text>'
        f'<rect x="{LABELS_WIDTH}" y="{top}" width="{first:.1f}" height="{BAR_HEIGHT}" fill="{FIRST_COLOUR}"/>'
        f'<rect x="{LABELS_WIDTH}" y="{top + BAR_HEIGHT}" width="{second:.1f}" height="{BAR_HEIGHT}" fill="{colour}"/>'
        f'<text x="{note_x:.1f}" y="{top + 16}" fill="#444444">{in_xml(line.note)}</text>'
    )
