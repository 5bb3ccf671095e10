"""The graph of a dossier as a picture: Mermaid for documents, SVG for everything else. Text only, no other program."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from cases.dossier.graph import Edge, Graph
from catalog.dossier import EdgeKind
from wording.foreign import in_xml

BOX_WIDTH, BOX_HEIGHT, GAP_X, GAP_Y, MARGIN = 210, 64, 70, 26, 24
FILLS: Final = {
    "waiting": "#eceff1",
    "blocked": "#ffccbc",
    "released": "#fff3c4",
    "granted": "#c8e6c9",
    "replaced": "#c8e6c9",
}
NAME_MAX, LINE_MAX = 27, 32
"""So many characters fit into a box; the whole name is its title."""
LOST_FILL = "#ef9a9a"
CRITICAL, PLAIN = "#c62828", "#546e7a"


@dataclass(frozen=True, slots=True)
class Box:
    """What one application shows."""

    name: str
    state: str
    lines: tuple[str, ...]
    critical: bool


def mermaid(graph: Graph, boxes: Mapping[str, Box]) -> str:
    """The graph as a Mermaid flowchart. Practical edges are dotted, the critical path is drawn thick and red."""
    place_of = {name: f"a{place}" for place, name in enumerate(graph.names)}
    critical = _thick(graph, boxes)
    lines = ["flowchart LR"]
    for name in graph.names:
        box = boxes[name]
        text = "<br/>".join(_mermaid_text(part) for part in (box.name, *box.lines))
        lines.append(f'    {place_of[name]}["{text}"]')
    thick: list[int] = []
    for number, edge in enumerate(graph.edges):
        arrow = "-->" if edge.kind is EdgeKind.HARD else "-.->"
        lines.append(f"    {place_of[edge.source]} {arrow} {place_of[edge.target]}")
        if edge[:2] in critical:
            thick.append(number)
    for name in graph.names:
        stroke = f"stroke:{CRITICAL},stroke-width:3px" if boxes[name].critical else f"stroke:{PLAIN}"
        lines.append(f"    style {place_of[name]} fill:{FILLS.get(boxes[name].state, LOST_FILL)},{stroke}")
    lines += [f"    linkStyle {number} stroke:{CRITICAL},stroke-width:3px" for number in thick]
    return "\n".join(lines) + "\n"


def _mermaid_text(text: str) -> str:
    return in_xml(text).replace("&quot;", "#quot;").replace("&#x27;", "'")


def _thick(graph: Graph, boxes: Mapping[str, Box]) -> set[tuple[str, str]]:
    """The edges of the critical path: from each of its applications to the next, and no short cut beside it."""
    path = [name for name in graph.order if boxes[name].critical]
    return set(pairwise(path))


@dataclass(frozen=True, slots=True)
class _Layout:
    """Columns in the order of release; in each column every box has a row of its own, and so has every line that passes."""

    boxes: dict[str, tuple[int, int]]
    """Column and row, by application."""
    passing: dict[tuple[str, int], int]
    """The row of the lines of an application in a column that they pass."""
    columns: int
    rows: int


def _layout(graph: Graph) -> _Layout:
    column = _columns(graph)
    reach = {name: column[name] for name in graph.order}
    for edge in graph.edges:
        reach[edge.source] = max(reach[edge.source], column[edge.target])
    last = max(column.values(), default=0)
    boxes: dict[str, tuple[int, int]] = {}
    passing: dict[tuple[str, int], int] = {}
    rows = 1
    for place in range(last + 1):
        entries = [
            (_height(graph, boxes, passing, name, place), 0, name) for name in graph.order if column[name] == place
        ]
        through = [name for name in graph.order if column[name] < place < reach[name]]
        entries += [(_row_before(boxes, passing, name, place), 1, name) for name in through]
        for row, (_, passes, name) in enumerate(sorted(entries, key=lambda entry: entry[:2])):
            if passes:
                passing[name, place] = row
            else:
                boxes[name] = (place, row)
        rows = max(rows, len(entries))
    return _Layout(boxes, passing, last + 1, rows)


def _row_before(
    boxes: Mapping[str, tuple[int, int]], passing: Mapping[tuple[str, int], int], name: str, place: int
) -> float:
    """In which row the lines of an application come into a column."""
    return passing.get((name, place - 1), boxes[name][1])


def _height(
    graph: Graph,
    boxes: Mapping[str, tuple[int, int]],
    passing: Mapping[tuple[str, int], int],
    name: str,
    place: int,
) -> float:
    before = [_row_before(boxes, passing, need, place) for need in (*graph.hard[name], *graph.practical[name])]
    return sum(before) / len(before) if before else 0.0


def svg(graph: Graph, boxes: Mapping[str, Box]) -> str:
    """The graph as an SVG document: columns in the order of release, and no line behind a box."""
    layout, thick = _layout(graph), _thick(graph, boxes)
    width = 2 * MARGIN + layout.columns * (BOX_WIDTH + GAP_X) - GAP_X
    height = 2 * MARGIN + layout.rows * (BOX_HEIGHT + GAP_Y) - GAP_Y
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        'font-family="sans-serif" font-size="12">',
        f'<defs><marker id="end" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" '
        f'markerUnits="userSpaceOnUse" orient="auto"><path d="M0,0 L8,4 L0,8 z" fill="{PLAIN}"/></marker></defs>',
    ]
    # What is thick is drawn last, over the others.
    for edge in sorted(graph.edges, key=lambda edge: edge[:2] in thick):
        parts.append(_line(_stops(layout, edge), edge[:2] in thick, edge.kind is EdgeKind.PRACTICAL))
    parts += [_box(boxes[name], *_corner(*layout.boxes[name])) for name in graph.order]
    return "\n".join([*parts, "</svg>"]) + "\n"


def _corner(column: int, row: int) -> tuple[int, int]:
    return MARGIN + column * (BOX_WIDTH + GAP_X), MARGIN + row * (BOX_HEIGHT + GAP_Y)


def _stops(layout: _Layout, edge: Edge) -> list[tuple[int, int]]:
    """Where a line goes: column and row of its source, of every column that it passes, of its target."""
    source, target = layout.boxes[edge.source], layout.boxes[edge.target]
    between = [(place, layout.passing[edge.source, place]) for place in range(source[0] + 1, target[0])]
    return [source, *between, target]


def _columns(graph: Graph) -> dict[str, int]:
    column: dict[str, int] = {}
    for name in graph.order:
        before = (*graph.hard[name], *graph.practical[name])
        column[name] = 1 + max((column[need] for need in before), default=-1)
    return column


def _line(stops: Sequence[tuple[int, int]], critical: bool, dotted: bool) -> str:
    corners = [_corner(*stop) for stop in stops]
    path, former = "", 0
    for place, (x, y) in enumerate(corners):
        level = y + BOX_HEIGHT // 2
        if place:
            middle = x - GAP_X // 2
            path += f" C{middle},{former} {middle},{level} {x},{level}"
        if place < len(corners) - 1:
            path += f" H{x + BOX_WIDTH}" if place else f"M{x + BOX_WIDTH},{level}"
        former = level
    style = f'stroke="{CRITICAL if critical else PLAIN}" stroke-width="{3 if critical else 1.5}"'
    dashes = ' stroke-dasharray="5 4"' if dotted else ""
    return f'<path d="{path}" fill="none" {style}{dashes} marker-end="url(#end)"/>'


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _box(box: Box, x: int, y: int) -> str:
    style = f'stroke="{CRITICAL}" stroke-width="3"' if box.critical else f'stroke="{PLAIN}"'
    fill = FILLS.get(box.state, LOST_FILL)
    texts = [f'<text x="{x + 10}" y="{y + 18}" font-weight="bold">{in_xml(_cut(box.name, NAME_MAX))}</text>']
    texts += [
        f'<text x="{x + 10}" y="{y + 18 + 17 * place}">{in_xml(_cut(line, LINE_MAX))}</text>'
        for place, line in enumerate(box.lines[:2], start=1)
    ]
    shape = f'<rect x="{x}" y="{y}" width="{BOX_WIDTH}" height="{BOX_HEIGHT}" rx="6" fill="{fill}" {style}/>'
    return f"<g><title>{in_xml(box.name)}</title>{shape}{''.join(texts)}</g>"
