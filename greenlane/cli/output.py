"""How commands speak: tables for people on standard output, one JSON object for machines, progress on standard error."""

from __future__ import annotations

import os
import sys
from typing import Any

from rich.console import RenderableType
from rich.table import Table

from greenlane.cli.terminal import rendered
from greenlane.console import Console
from presentation import blocks
from presentation.blocks import Beside, Block, Grid, Line, Panel, Timeline, Tree
from wording.json_text import shown_json

PIPE_WIDTH = 160
"""Columns of a table that goes into a file or a pipe, where no terminal says how wide it is."""

BLOCKS = Line | blocks.Table | Grid | Panel | Beside | Tree | Timeline

out = Console(width=None if sys.stdout.isatty() or "COLUMNS" in os.environ else PIPE_WIDTH)
err = Console(stderr=True)


class Answered:
    """Whether this run has given its one object: what happens afterwards, as while a stack is stopped, gives no second."""

    yes = False


def print_json(value: dict[str, Any]) -> None:
    """One JSON object on standard output."""
    Answered.yes = True
    sys.stdout.write(shown_json(value, default=str) + "\n")
    sys.stdout.flush()


def wants_json() -> bool:
    """Whether the command was called with --json, known even before its options were read."""
    return "--json" in sys.argv[1:]


def table_of(title: str | None, *headings: str) -> Table:
    """An empty table in the one style of all screens. Text in it is markup: escape what others wrote.

    The first column holds what is copied into the next command, and is never broken.
    """
    table = Table(title=title, title_justify="left", title_style="bold", header_style="bold", expand=False)
    for place, heading in enumerate(headings):
        table.add_column(heading, overflow="fold", no_wrap=place == 0)
    return table


def show(*parts: RenderableType | Block | None) -> None:
    """Print the parts that there are on standard output."""
    for part in parts:
        if part is not None:
            out.print(rendered(part) if isinstance(part, BLOCKS) else part)
