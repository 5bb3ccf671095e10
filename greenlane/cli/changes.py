"""`greenlane calendar apply` and `greenlane procedure migrate`: first what would change, then the change, paced."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from greenlane.cli.acting import acting, reading
from greenlane.cli.calendars import group as calendar_group
from greenlane.cli.clock import now
from greenlane.cli.options import ActedBy
from greenlane.cli.run import Run, as_command
from wording.text import _

if TYPE_CHECKING:
    from greenlane.session import Session
    from services.cautions import Caution
    from services.change_previews import Target
    from services.recording_reads import Reader
    from sla.calendar import CalendarDefinition

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


@as_command
def apply_calendar(
    run: Run,
    calendar: Annotated[str, typer.Argument(metavar="FILE|ID", help="A calendar's file, or an id of the catalogue.")],
    *,
    dry_run: DryRun = False,
    reason: Reason = "a new version of the working calendar",
    rate: Rate = 50.0,
    by: ActedBy = None,
) -> int:
    """Let a new version of a calendar apply to the open cases that it changes; nobody else is touched.

    The plan is stored, then each changed case is told, those that move earlier first. After a kill the same command
    goes on where it stopped. Who holds open steps is told on its work topic. It may be called again at any time: it
    finds what has come to need the new version since. It is told where the version is not the catalogue's: then new cases
    would go on under the old one, until `greenlane catalog publish` enters it.

    Example: greenlane calendar apply vn-public-2027.yaml --dry-run
    """
    from services.cautions import caution_of_calendar
    from services.changes import calendar_of

    actor = acting(by, "administrator")
    with run.session() as session:
        target = calendar_of(session.wiring, actor, _calendar_in(calendar), session.wiring.settings.flags)
        _warn(session, caution_of_calendar(target, session.wiring.catalog))
        return _change(
            run, session, target, reason, reading(session, "calendar apply", by, "administrator"), rate, dry_run=dry_run
        )


@as_command
def migrate_procedure(
    run: Run,
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
) -> int:
    """Put the open cases of a procedure under another version of it. Refused where a clock would vanish.

    Steps that are done stay done; elapsed time, pauses and breaches are kept. It takes effect at once, also where the
    version begins on a later day; standard error says so then.

    Example: greenlane procedure migrate work-permit 2027-01-01 --dry-run
    """
    from services.cautions import caution_of_version
    from services.changes import version_of

    with run.session() as session:
        target = version_of(session.wiring.catalog, procedure, version)
        _warn(session, caution_of_version(target, session.moments.now, session.moments.zone))
        return _change(
            run,
            session,
            target,
            reason,
            reading(session, "procedure migrate", by, "administrator"),
            rate,
            dry_run=dry_run,
            skip_refused=skip_refused,
        )


def _warn(session: Session, caution: Caution | None) -> None:
    from greenlane.speaking.failure import warn
    from presentation.catalogue.cautions import caution_said

    if caution is not None:
        warn(*caution_said(caution), session.words.language)


def _calendar_in(name: str) -> CalendarDefinition | str:
    """The calendar of a file; else the name, which is an id. Raises CatalogUnreadable, CatalogInvalid."""
    from catalog.calendar_files import read_calendar

    file = Path(name)
    return read_calendar(file) if file.is_file() or file.suffix in (".yaml", ".yml") else name


def _change(
    run: Run,
    session: Session,
    target: Target,
    reason: str,
    reader: Reader,
    rate: float,
    *,
    dry_run: bool,
    skip_refused: bool = True,
) -> int:
    """Look what changes, and do it, unless it is a dry run. Raises RefusedError: nothing is done then."""
    from greenlane.session import waiting
    from greenlane.speaking.progress import counted
    from presentation.catalogue.changes import change_screen
    from presentation.json_of_changes import change_run_json
    from services.changes import count_open_cases, prepare_change, tell_change
    from services.granting import granted

    installation, actor, words = session.wiring, reader.actor, session.words
    with counted(words(_("Looking at the open cases")), count_open_cases(installation, actor)) as progress:
        preparing = partial(prepare_change, installation, reader, target, reason, progress, now=now())
        prepared = granted(preparing(dry_run=dry_run, skip_refused=skip_refused))
    with counted(words(_("Telling the cases")), prepared.left) as progress:
        telling = waiting(partial(tell_change, installation, actor, prepared, rate, progress, clock=now))
    done = {"dry_run": dry_run, "plan": prepared.number, "resumed": prepared.is_resumed, "sent": telling.sent}
    return run.answer(
        lambda: change_run_json(target, done, prepared.preview, telling, words.language),
        lambda: change_screen(prepared.number, prepared.preview, telling, session.moments, installation.code_of),
    )
