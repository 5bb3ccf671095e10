"""`greenlane import-log`: a whole event log, driven through the live stack by outside senders."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from greenlane.cli.options import Json, StateDir

PANEL = "Care"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("import-log", rich_help_panel=PANEL)(import_log)


def import_log(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="An XES event log, also gzipped.")],
    limit: Annotated[
        str | None, typer.Option("--limit", help="Clock of every step, such as '3 working_days'. Default: none.")
    ] = None,
    in_flight: Annotated[int, typer.Option("--in-flight", min=1, help="Cases open at a time.")] = 100,
    players: Annotated[int, typer.Option("--players", min=1, help="Processes that play the departments.")] = 1,
    state_dir: StateDir = None,
    as_json: Json = False,
) -> int:
    """Turn an event log into applications and decisions, drive them over Kafka, and verify that every event is one decision.

    Interrupted and started again, it continues. A finished import started again only reports.

    Example: greenlane import-log receipt.xes.gz
    """
    from greenlane.importing.display import Terminal
    from greenlane.importing.preparation import prepared_log
    from greenlane.importing.run import ImportOptions, drive_import
    from greenlane.session import on_stack
    from greenlane.settings import Settings
    from greenlane.speaking.failure import warn
    from greenlane.speaking.output import print_json, show
    from greenlane.speaking.typed import budget_of
    from presentation.import_report import import_blocks
    from presentation.words.words import Words

    options = ImportOptions(
        file=file, limit=None if limit is None else budget_of(limit), in_flight_max=in_flight, players=players
    )
    settings = Settings.load(state_dir=state_dir)
    with (
        Terminal(language=settings.language) as display,
        # The log is read before anything is started: one that cannot be read is refused at once.
        prepared_log(settings, file, options.limit, display) as prepared,
        on_stack(state_dir, warn) as wiring,
    ):
        report = drive_import(wiring, prepared, options, display)
    if as_json:
        print_json(report.as_json())
    else:
        show(*import_blocks(report, Words(settings.language)))
    return 0 if report.ok else 1
