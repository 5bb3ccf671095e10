"""How commands speak: tables for people on standard output, one JSON object for machines, progress on standard error."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from typing import Any

from greenlane.console import Console
from greenlane.terminal import rendered
from presentation.blocks import Block, Line
from wording.json_text import shown_json

PIPE_WIDTH = 160
"""Columns of a table that goes into a file or a pipe, where no terminal says how wide it is."""

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


def show(*blocks: Block | None) -> None:
    """Print the blocks that there are on standard output."""
    _print(out, blocks)


def tell(*blocks: Block | None) -> None:
    """Print the blocks that there are on standard error."""
    _print(err, blocks)


def _print(console: Console, blocks: Iterable[Block | None]) -> None:
    for block in blocks:
        if block is not None:
            console.print(rendered(block), soft_wrap=isinstance(block, Line) and block.unbroken)
