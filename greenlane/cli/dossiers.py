"""`greenlane dossier ...`: linked dossiers, from the plan to the joint result."""

# ruff: noqa: PLC0415 - what is heavy is loaded by the command that needs it, so that --help is quick

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from greenlane.cli.options import Json, Lang

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

PANEL = "Linked dossiers"

File = Annotated[str, typer.Argument(metavar="FILE", help="A dossier file, YAML or JSON; - is stdin.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    group = typer.Typer(
        help="Linked dossiers: one business opening, several licences, one promise.",
        context_settings={"help_option_names": ["-h", "--help"]},
        rich_markup_mode="rich",
    )
    for command in (plan,):
        group.command()(command)
    app.add_typer(group, name="dossier", rich_help_panel=PANEL)


def plan(
    file: File,
    *,
    at: Annotated[
        str | None,
        typer.Option("--at", metavar="INSTANT", help="Opened then, e.g. 2026-03-02T09:00+07:00; default: now."),
    ] = None,
    lang: Lang = None,
    as_json: Json = False,
) -> int:
    """Show the order, the critical path and the promise of a dossier file. Asks no server.

    Example: greenlane dossier plan opening.yaml --at 2026-03-02T09:00+07:00
    """
    from zoneinfo import ZoneInfo

    from greenlane.cli import handbook
    from greenlane.cli.dossier_files import dossier_of
    from greenlane.cli.dossier_plan import plan_of
    from greenlane.cli.moments import Moments, now
    from greenlane.cli.output import print_json, show
    from greenlane.cli.plan_screen import plan_screen
    from greenlane.province import PROVINCE_CALENDAR
    from sla.business_time import BusinessTime

    book = handbook.opened(lang, None)
    zone = ZoneInfo(book.catalog.calendar(PROVINCE_CALENDAR).zone)
    opened_at = now() if at is None else _instant(at, zone)
    found = plan_of(dossier_of(file), book.catalog, opened_at, book.words.language)
    if as_json:
        print_json(found.as_json())
    else:
        show(*plan_screen(found, Moments(book.words, zone, BusinessTime.real_time(), opened_at)))
    return 0


def _instant(text: str, zone: ZoneInfo) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no instant such as 2026-03-02T09:00+07:00.", param_hint="--at") from None
    return at if at.tzinfo is not None else at.replace(tzinfo=zone)
