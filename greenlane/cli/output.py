"""How commands speak: tables for people on standard output, one JSON object for machines, progress on standard error."""

from __future__ import annotations

import json
import sys
from typing import Annotated, Any

import typer
from rich.console import Console

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else on standard output.")]

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


def print_json(value: dict[str, Any]) -> None:
    """One JSON object on standard output."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, default=str) + "\n")
    sys.stdout.flush()


def wants_json() -> bool:
    """Whether the command was called with --json, known even before its options were read."""
    return "--json" in sys.argv[1:]
