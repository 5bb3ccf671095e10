"""Blocks are text and tones: what fills a gap keeps its tone, what others wrote is only text, and each door draws its own way."""

from __future__ import annotations

import io

from greenlane.console import Console
from greenlane.terminal import LINE_CELLS, rendered
from presentation.blocks import (
    Block,
    Line,
    Mark,
    Span,
    Timeline,
    Tone,
    command_line,
    dim,
    filled,
    in_row,
    line,
    stacked,
    table_of,
    toned,
)


def drawn(*blocks: Block, width: int = 80) -> str:
    file = io.StringIO()
    Console(file=file, width=width).print(*map(rendered, blocks))
    return file.getvalue()


def test_what_has_a_tone_keeps_it() -> None:
    """A line in a tone around words that have one of their own."""
    assert toned(Tone.LATE, "a", dim("b")).spans == (Span("a", Tone.LATE), Span("b", Tone.DIM))
    assert filled("{state} until {at}", state=dim("open"), at="noon") == line(dim("open"), " until ", "noon")


def test_only_what_there_is_stands_in_a_row_or_below_another() -> None:
    """None and empty parts leave no blank and no line."""
    assert str(in_row(("a", None, "", dim(""), "b"), ", ")) == "a, b"
    assert str(stacked("a", None, "b")) == "a\nb"
    assert not stacked(None, "")
    assert in_row(()) == Line()


def test_no_text_is_taken_for_marks() -> None:
    """Brackets of rich, and braces of patterns, in a name, a cell, a title."""
    name = "[bold]x[/bold] {y} :smile:"
    table = table_of(name, name)
    table.add(name)
    assert drawn(table).count(name) == 3
    assert str(filled("{name}!", name=name)) == f"{name}!"


def test_the_first_column_is_never_broken_unless_nothing_in_it_is_copied() -> None:
    """An id of thirty characters on a terminal of twenty."""
    code = "H05.8-260302-0001-long-and-long"
    tables = [table_of(None, "Case", "Held by", copied=copied) for copied in (True, False)]
    for table in tables:
        table.add(code, "somebody with a long name")
    whole, broken = (drawn(table, width=46) for table in tables)
    assert code in whole
    assert code not in broken


def test_of_two_marks_at_one_place_the_later_is_seen() -> None:
    """And a mark over a stretch fills it; what lies outside is drawn at the end."""
    marks = (
        Mark("░", Tone.NEAR, 0.5, 1.0),
        Mark("a", Tone.DIM, 0.0),
        Mark("b", Tone.DIM, 0.0),
        Mark("◆", Tone.GOOD, 2.0),
    )
    shown = drawn(Timeline(marks)).rstrip("\n")
    assert len(shown) == LINE_CELLS
    assert (shown[0], shown[-1], shown[-2]) == ("b", "◆", "░")


def test_a_command_is_one_line() -> None:
    """Only the reader's own window breaks it."""
    command = command_line("greenlane acknowledge H05.8-260302-0001 12 --state-dir /srv/greenlane")
    assert command.unbroken
    assert str(command).startswith("  greenlane")
