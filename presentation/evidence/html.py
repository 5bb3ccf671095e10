"""Blocks as HTML: the one place that knows which class a tone has there. Everything that others wrote is escaped."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape
from typing import Final

from presentation.blocks import Beside, Block, Grid, Inline, Line, Panel, Table, Timeline, Tone, Tree
from wording.foreign import visible

LONG: Final = re.compile(r"(\S{30,})")


def block_html(block: Block) -> str:
    """A block as elements."""
    match block:
        case Table():
            return _table(block)
        case Grid():
            return _grid(block)
        case Panel():
            return _panel(block)
        case Beside():
            return "\n".join(map(block_html, block.blocks))
        case Tree():
            return f"<ul>{_branch(block)}</ul>"
        case Timeline():
            return f"<p>{''.join(_span(mark.sign, mark.tone) for mark in block.marks)}</p>"
        case _:
            return f"<p>{inline_html(block)}</p>"


def inline_html(inline: Inline) -> str:
    """A text with its tones; a line feed in it begins a new line."""
    if isinstance(inline, Line):
        return "".join(_span(span.text, span.tone) for span in inline.spans)
    return _text(inline)


def _span(text: str, tone: Tone) -> str:
    return _text(text) if tone is Tone.PLAIN else f'<span class="{tone}">{_text(text)}</span>'


def _text(text: str) -> str:
    """Only a word too long for a column, such as a digest, is broken within: never a day, a number or a heading."""
    pieces = LONG.split(visible(text, lines=True))
    html = (f'<span class="long">{escape(piece)}</span>' if n % 2 else escape(piece) for n, piece in enumerate(pieces))
    return "".join(html).replace("\n", "<br>")


def _table(block: Table) -> str:
    caption = "" if block.title is None else f"<caption>{_text(block.title)}</caption>"
    head = "".join(f'<th scope="col">{_text(column.heading)}</th>' for column in block.columns)
    return f"<table>{caption}<thead><tr>{head}</tr></thead>\n<tbody>{_rows(row.cells for row in block.rows)}</tbody></table>"


def _grid(block: Grid) -> str:
    caption = "" if block.title is None else f"<caption>{_text(block.title)}</caption>"
    return f'<table class="facts">{caption}<tbody>{_rows(block.rows)}</tbody></table>'


def _rows(rows: Iterable[Sequence[Inline]]) -> str:
    return "\n".join("<tr>" + "".join(f"<td>{inline_html(cell)}</td>" for cell in row) + "</tr>" for row in rows)


def _panel(block: Panel) -> str:
    title = "" if block.title is None else f"<h3>{inline_html(block.title)}</h3>"
    subtitle = "" if block.subtitle is None else f"<p>{inline_html(block.subtitle)}</p>"
    return f"<section>{title}\n" + "\n".join(map(block_html, block.blocks)) + f"{subtitle}</section>"


def _branch(tree: Tree) -> str:
    below = "".join(map(_branch, tree.branches))
    return f"<li>{inline_html(tree.label)}" + (f"<ul>{below}</ul></li>" if below else "</li>")
