"""What a screen is made of, whatever the door: lines of spans, tables, panels.

A tone says what a text means; a door gives it a colour. Text is only text: no door takes anything in it for its own marks.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import partial
from string import Formatter
from typing import Final, Self


class Tone(StrEnum):
    """How a text stands out, by what it means."""

    PLAIN = "plain"
    STRONG = "strong"
    DIM = "dim"
    GOING = "going"
    GOOD = "good"
    BEST = "best"
    NEAR = "near"
    WRONG = "wrong"
    LATE = "late"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of text in one tone."""

    text: str
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class Line:
    """Spans in a row; a line feed within them begins a new line of the same cell or paragraph."""

    spans: tuple[Span, ...] = ()
    unbroken: bool = False
    """To be copied whole, as a command is: a door never breaks it."""

    def __bool__(self) -> bool:
        """Whether there is any text."""
        return any(span.text for span in self.spans)

    def __str__(self) -> str:
        """The text without its tones."""
        return "".join(span.text for span in self.spans)


Inline = str | Line
"""What stands in a cell, or is a paragraph."""


def line(*parts: Inline) -> Line:
    """The parts in a row."""
    return toned(Tone.PLAIN, *parts)


def toned(tone: Tone | None, *parts: Inline) -> Line:
    """The parts in a row and in a tone; what has one of its own keeps it."""
    spans = (span for part in parts for span in (part.spans if isinstance(part, Line) else (Span(part),)) if span.text)
    return Line(tuple(Span(span.text, tone or Tone.PLAIN) if span.tone is Tone.PLAIN else span for span in spans))


def command_line(text: str) -> Line:
    """A command to be copied, two blanks from the left."""
    return unbroken(toned(Tone.GOING, f"  {text}"))


def unbroken(*parts: Inline) -> Line:
    """The parts in a row that only the reader's own window breaks."""
    return replace(line(*parts), unbroken=True)


strong: Final = partial(toned, Tone.STRONG)
dim: Final = partial(toned, Tone.DIM)


def in_row(parts: Iterable[Inline | None], between: str = " ") -> Line:
    """The parts that there are, with the same between each two."""
    there = [part for part in parts if part]
    return line(*[piece for part in there for piece in (between, part)][1:])


def stacked(*parts: Inline | None) -> Line:
    """The parts that there are, one below another."""
    return in_row(parts, "\n")


def filled(template: str, **gaps: Inline) -> Line:
    """A text with its gaps filled, each in the tone of what fills it."""
    parts: list[Inline] = []
    for text, name, _, _ in Formatter().parse(template):
        parts += [text] if name is None else [text, gaps[name]]
    return line(*parts)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table."""

    heading: str = ""
    unbroken: bool = False
    """Holds what is copied into the next command."""
    width_max: int | None = None
    """Most characters to a line of it."""
    share: int | None = None
    """Of the room that there is, in parts."""
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of a row, and whether a rule stands below it."""

    cells: tuple[Inline, ...]
    ends: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under headings."""

    title: str | None
    columns: tuple[Column, ...]
    rows: list[Row] = field(default_factory=list)

    def add(self, *cells: Inline, ends: bool = False) -> None:
        """Add a row; `ends` puts a rule below it."""
        self.rows.append(Row(cells, ends))

    @property
    def unless_empty(self) -> Self | None:
        """The table; None where nothing stands in it."""
        return self if self.rows else None


@dataclass(frozen=True, slots=True)
class Grid:
    """Rows without frame and headings, as the facts of one thing are, or a month's days."""

    rows: Sequence[tuple[Inline, ...]]
    title: str | None = None
    tight: bool = False
    folds: bool = False
    """Whether the last column goes on in the next line where a word is too long, and the others are never broken."""


@dataclass(frozen=True, slots=True)
class Panel:
    """Blocks in a frame."""

    title: Inline | None
    blocks: tuple[Block, ...]
    tone: Tone = Tone.PLAIN
    subtitle: Inline | None = None


@dataclass(frozen=True, slots=True)
class Tree:
    """What stands below what."""

    label: Inline
    branches: list[Tree] = field(default_factory=list)

    def add(self, label: Inline) -> Tree:
        """A new branch with this label."""
        self.branches.append(Tree(label))
        return self.branches[-1]


@dataclass(frozen=True, slots=True)
class Mark:
    """A sign at a place between 0 and 1; or all the way to another."""

    sign: str
    tone: Tone
    at: float
    until: float | None = None


@dataclass(frozen=True, slots=True)
class Timeline:
    """A line from 0 to 1 with marks; of two at one place the later in the list is seen."""

    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Beside:
    """Blocks side by side, as far as there is room."""

    blocks: tuple[Block, ...]


Block = str | Line | Table | Grid | Panel | Beside | Tree | Timeline


def table_of(title: str | None, *columns: str | Column, copied: bool = True) -> Table:
    """An empty table. `copied`: its first column holds what is copied into the next command, and is never broken."""
    first, *others = (column if isinstance(column, Column) else Column(column) for column in columns)
    return Table(title, (Column(first.heading, unbroken=True) if copied else first, *others))


def facts(pairs: Iterable[tuple[str, Inline | None]]) -> Grid:
    """What is known of one thing, each with its name; what is None is left out."""
    return Grid([(strong(name), text) for name, text in pairs if text is not None])
