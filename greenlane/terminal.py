"""Blocks on a terminal: the one place that knows which colour a tone has there, and where a line may be broken."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import rich.panel
import rich.table
import rich.tree
from rich.columns import Columns
from rich.console import Group, RenderableType
from rich.text import Text

from presentation.blocks import Beside, Block, Grid, Inline, Panel, Table, Timeline, Tone, Tree
from wording.foreign import visible

LINE_CELLS: Final = 64
STYLES: Final = {
    Tone.PLAIN: "",
    Tone.STRONG: "bold",
    Tone.DIM: "dim",
    Tone.GOING: "cyan",
    Tone.GOOD: "green",
    Tone.BEST: "bold green",
    Tone.NEAR: "yellow",
    Tone.WRONG: "red",
    Tone.LATE: "bold red",
    Tone.OTHER: "bold magenta",
}


def rendered(block: Block) -> RenderableType:
    """A block as rich draws it."""
    match block:
        case Table():
            return _table(block)
        case Grid():
            return _grid(block)
        case Panel():
            title, subtitle = (None if text is None else text_of(text) for text in (block.title, block.subtitle))
            style = STYLES[block.tone] or "none"
            return rich.panel.Panel(
                together(block.blocks), title=title, subtitle=subtitle, border_style=style, expand=False
            )
        case Beside():
            return Columns([rendered(each) for each in block.blocks], padding=(0, 2))
        case Tree():
            return _tree(block)
        case Timeline():
            return _timeline(block)
        case _:
            return text_of(block)


def together(blocks: Iterable[Block]) -> Group:
    """Blocks one below another."""
    return Group(*map(rendered, blocks))


def text_of(inline: Inline) -> Text:
    """A text in its colours; what others wrote in it is made visible before it is laid out."""
    if isinstance(inline, str):
        return Text(visible(inline, lines=True))
    pieces = ((visible(span.text, lines=True), STYLES[span.tone]) for span in inline.spans)
    text = Text.assemble(*pieces)
    if inline.unbroken:
        text.no_wrap, text.overflow = True, "ignore"
    return text


def _table(block: Table) -> rich.table.Table:
    table = rich.table.Table(title=_title(block.title), title_justify="left", title_style="bold", header_style="bold")
    for column in block.columns:
        table.add_column(
            text_of(column.heading),
            overflow="fold",
            no_wrap=column.unbroken,
            max_width=column.width_max,
            ratio=column.share,
            style=STYLES[column.tone],
        )
    for row in block.rows:
        table.add_row(*map(text_of, row.cells), end_section=row.ends)
    return table


def _grid(block: Grid) -> rich.table.Table:
    table = rich.table.Table.grid(padding=(0, 0, 0, 1) if block.tight else (0, 2))
    table.title, table.title_style = _title(block.title), "bold"
    if block.folds:
        for _ in block.rows[0][1:]:
            table.add_column(no_wrap=True)
        table.add_column(overflow="fold")
    for row in block.rows:
        table.add_row(*map(text_of, row))
    return table


def _tree(block: Tree) -> rich.tree.Tree:
    tree = rich.tree.Tree(text_of(block.label))
    for branch in block.branches:
        tree.add(_tree(branch))
    return tree


def _timeline(block: Timeline) -> Text:
    last = LINE_CELLS - 1
    cells = [("─", STYLES[Tone.DIM])] * LINE_CELLS
    for mark in block.marks:
        first, end = (
            max(0, min(last, round(at * last))) for at in (mark.at, mark.at if mark.until is None else mark.until)
        )
        for place in range(first, end if mark.until is not None else first + 1):
            cells[place] = (mark.sign, STYLES[mark.tone])
    return Text.assemble(*cells)


def _title(title: str | None) -> Text | None:
    return None if title is None else text_of(title)
