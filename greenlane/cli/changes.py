"""`greenlane calendar apply` and `greenlane procedure migrate`: first what would change, then the change, paced."""

from __future__ import annotations

from typing import Annotated

import typer

from greenlane.cli.acting import acting
from greenlane.cli.calendars import group as calendar_group
from greenlane.cli.options import ActedBy, Json, Lang, StateDir

PANEL = "Care"

group = typer.Typer(
    name="procedure",
    help="Put open cases under another version of their procedure.",
    no_args_is_help=True,
    rich_markup_mode="rich",
)

DryRun = Annotated[bool, typer.Option("--dry-run", help="Only show which open cases change and how.")]
Reason = Annotated[
    str, typer.Option("--reason", help="Why, with the decision's number. Public in each case's history.")
]
Rate = Annotated[float, typer.Option("--rate", min=0.1, max=1000, help="So many cases a second are told.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    calendar_group.command("apply")(apply_calendar)
    group.command("migrate")(migrate_procedure)
    app.add_typer(group, rich_help_panel=PANEL)


def apply_calendar(
    calendar: Annotated[str, typer.Argument(metavar="FILE|ID", help="A calendar's file, or an id of the catalogue.")],
    *,
    dry_run: DryRun = False,
    reason: Reason = "a new version of the working calendar",
    rate: Rate = 50.0,
    by: ActedBy = None,
    state_dir: StateDir = None,
    lang: Lang = None,
    as_json: Json = False,
) -> int:
    """Let a new version of a calendar apply to the open cases that it changes; nobody else is touched.

    The plan is stored, then each changed case is told, those that move earlier first. After a kill the same command
    goes on where it stopped. Who holds open steps is told on its work topic. It may be called again at any time: it
    finds what has come to need the new version since. It is told where the version is not the catalogue's: then new cases
    would go on under the old one, until `greenlane catalog publish` enters it.

    Example: greenlane calendar apply vn-public-2027.yaml --dry-run
    """
    from greenlane.cli.change_run import run_change, warn_of_new_cases
    from greenlane.cli.session import a_session
    from services.changes import calendar_of

    actor = acting(by, "administrator")
    with a_session(state_dir, lang) as session:
        target = calendar_of(session.wiring, calendar, session.wiring.settings.flags)
        warn_of_new_cases(target, session.wiring)
        return run_change(session, target, reason, actor, dry_run=dry_run, rate=rate, as_json=as_json)


def migrate_procedure(
    procedure: Annotated[str, typer.Argument(metavar="PROCEDURE", help="Id of the procedure.")],
    version: Annotated[str, typer.Argument(metavar="VERSION", help="The version of the catalogue to come under.")],
    *,
    dry_run: DryRun = False,
    reason: Reason = "a new version of the procedure",
    skip_refused: Annotated[
        bool, typer.Option("--skip-refused", help="Leave the cases alone in which a clock would vanish.")
    ] = False,
    rate: Rate = 50.0,
    by: ActedBy = None,
    state_dir: StateDir = None,
    lang: Lang = None,
    as_json: Json = False,
) -> int:
    """Put the open cases of a procedure under another version of it. Refused where a clock would vanish.

    Steps that are done stay done; elapsed time, pauses and breaches are kept. It takes effect at once, also where the
    version begins on a later day; standard error says so then.

    Example: greenlane procedure migrate work-permit 2027-01-01 --dry-run
    """
    from greenlane.cli.change_run import run_change, warn_of_what_begins_later
    from greenlane.cli.session import a_session
    from services.changes import version_of

    actor = acting(by, "administrator")
    with a_session(state_dir, lang) as session:
        target = version_of(session.wiring.catalog, procedure, version)
        warn_of_what_begins_later(target, session.moments)
        options = {"dry_run": dry_run, "skip_refused": skip_refused, "as_json": as_json}
        return run_change(session, target, reason, actor, rate=rate, **options)
