"""The graph of a dossier as a picture: Mermaid for documents, SVG for everything else. Text only, no other program."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Final

from cases.dossier.graph import Graph
from catalog.dossier import EdgeKind

BOX_WIDTH, BOX_HEIGHT, GAP_X, GAP_Y, MARGIN = 210, 64, 70, 26, 24
FILLS: Final = {
    "waiting": "#eceff1",
    "blocked": "#ffccbc",
    "released": "#fff3c4",
    "granted": "#c8e6c9",
    "replaced": "#c8e6c9",
}
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
    lines = ["flowchart LR"]
    for name in graph.names:
        box = boxes[name]
        text = "<br/>".join(_mermaid_text(part) for part in (box.name, *box.lines))
        lines.append(f'    {place_of[name]}["{text}"]')
    thick: list[int] = []
    for number, edge in enumerate(graph.edges):
        arrow = "-->" if edge.kind is EdgeKind.HARD else "-.->"
        lines.append(f"    {place_of[edge.source]} {arrow} {place_of[edge.target]}")
        if edge.kind is EdgeKind.HARD and boxes[edge.source].critical and boxes[edge.target].critical:
            thick.append(number)
    for name in graph.names:
        stroke = f"stroke:{CRITICAL},stroke-width:3px" if boxes[name].critical else f"stroke:{PLAIN}"
        lines.append(f"    style {place_of[name]} fill:{FILLS.get(boxes[name].state, LOST_FILL)},{stroke}")
    lines += [f"    linkStyle {number} stroke:{CRITICAL},stroke-width:3px" for number in thick]
    return "\n".join(lines) + "\n"


def _mermaid_text(text: str) -> str:
    return escape(text, quote=False).replace('"', "#quot;")


def svg(graph: Graph, boxes: Mapping[str, Box]) -> str:
    """The graph as an SVG document: columns in the order of release."""
    column = _columns(graph)
    rows: dict[int, int] = {}
    spot: dict[str, tuple[int, int]] = {}
    for name in graph.order:
        row = rows.get(column[name], 0)
        rows[column[name]] = row + 1
        spot[name] = (MARGIN + column[name] * (BOX_WIDTH + GAP_X), MARGIN + row * (BOX_HEIGHT + GAP_Y))
    width = 2 * MARGIN + (max(column.values(), default=0) + 1) * (BOX_WIDTH + GAP_X) - GAP_X
    height = 2 * MARGIN + max(rows.values(), default=1) * (BOX_HEIGHT + GAP_Y) - GAP_Y
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        'font-family="sans-serif" font-size="12">',
        f'<defs><marker id="end" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
        f'<path d="M0,0 L8,4 L0,8 z" fill="{PLAIN}"/></marker></defs>',
    ]
    for edge in graph.edges:
        critical = edge.kind is EdgeKind.HARD and boxes[edge.source].critical and boxes[edge.target].critical
        parts.append(_line(spot[edge.source], spot[edge.target], critical, edge.kind is EdgeKind.PRACTICAL))
    parts += [_box(boxes[name], *spot[name]) for name in graph.order]
    return "\n".join([*parts, "</svg>"]) + "\n"


def _columns(graph: Graph) -> dict[str, int]:
    column: dict[str, int] = {}
    for name in graph.order:
        before = (*graph.hard[name], *graph.practical[name])
        column[name] = 1 + max((column[need] for need in before), default=-1)
    return column


def _line(source: tuple[int, int], target: tuple[int, int], critical: bool, dotted: bool) -> str:
    x1, y1 = source[0] + BOX_WIDTH, source[1] + BOX_HEIGHT // 2
    x2, y2 = target[0], target[1] + BOX_HEIGHT // 2
    middle = (x1 + x2) // 2
    style = f'stroke="{CRITICAL if critical else PLAIN}" stroke-width="{3 if critical else 1.5}"'
    dashes = ' stroke-dasharray="5 4"' if dotted else ""
    path = f"M{x1},{y1} C{middle},{y1} {middle},{y2} {x2},{y2}"
    return f'<path d="{path}" fill="none" {style}{dashes} marker-end="url(#end)"/>'


def _box(box: Box, x: int, y: int) -> str:
    style = f'stroke="{CRITICAL}" stroke-width="3"' if box.critical else f'stroke="{PLAIN}"'
    fill = FILLS.get(box.state, LOST_FILL)
    texts = [f'<text x="{x + 10}" y="{y + 18}" font-weight="bold">{escape(box.name)}</text>']
    texts += [
        f'<text x="{x + 10}" y="{y + 18 + 17 * place}">{escape(line)}</text>'
        for place, line in enumerate(box.lines[:2], start=1)
    ]
    shape = f'<rect x="{x}" y="{y}" width="{BOX_WIDTH}" height="{BOX_HEIGHT}" rx="6" fill="{fill}" {style}/>'
    return shape + "".join(texts)
