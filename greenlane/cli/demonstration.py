"""`greenlane demo`: the main job, shown."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from greenlane.cli.options import Json
from greenlane.speaking.output import err, out, print_json


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(demo)


def demo(
    as_json: Json = False,
    factor: Annotated[
        float, typer.Option("--factor", min=100, max=15_000, help="Business seconds per real second.")
    ] = 8000,
    keep: Annotated[bool, typer.Option("--keep", help="Keep the state folder, to look into it.")] = False,
    picture: Annotated[
        Path | None, typer.Option("--picture", help="Write the summary as a picture of the terminal (SVG).")
    ] = None,
) -> int:
    """Show the whole system at work: 24 applications in all lanes, departments that answer over Kafka, late ones escalated.

    Uses a fresh stack in a folder of its own and scaled business time; nothing of it stays unless --keep.

    Example: greenlane demo --factor 8000 --picture demo.svg
    """
    from greenlane.demo.director import run_demo  # loads Temporal and Kafka
    from greenlane.speaking.failure import asked_language
    from greenlane.stack.progress import Terminal

    terminal = Terminal(language=asked_language())
    try:
        report, wiring = run_demo(factor, terminal, err.print, keep=keep)
    finally:
        terminal.close()
    if picture is not None:
        report.draw(picture, wiring.zone)
    if as_json:
        print_json(report.as_json())
    else:
        report.show(out, wiring.zone)
    return 0 if report.ok else 1
