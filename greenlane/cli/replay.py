"""`greenlane replay`: a case, a linked dossier or a worklist as of any instant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from greenlane.cli.acting import reading
from greenlane.cli.clock import now
from greenlane.cli.run import Look, as_look
from greenlane.speaking.typed import name_of
from wording.text import _

if TYPE_CHECKING:
    from services.replays.instants import Asked

PANEL = "Care"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(rich_help_panel=PANEL)(replay)


@as_look
def replay(
    run: Look,
    case: Annotated[
        str | None,
        typer.Argument(
            metavar="CASE|DOSSIER", help="A case id, a dossier code, or a linked dossier.", callback=name_of
        ),
    ] = None,
    *,
    at: Annotated[
        str | None,
        typer.Option("--at", metavar="INSTANT", help="Of which instant, with its offset; default: of --known-at."),
    ] = None,
    known_at: Annotated[
        str | None,
        typer.Option("--known-at", metavar="INSTANT", help="By what was on record then; default: by all that is now."),
    ] = None,
    diff: Annotated[
        str | None, typer.Option("--diff", metavar="INSTANT", help="Show what differs between --at and this instant.")
    ] = None,
    step: Annotated[bool, typer.Option("--step", help="Event by event, forward and back with the arrow keys.")] = False,
    department: Annotated[
        str | None,
        typer.Option("--department", help="Instead of a case: what waited for this department.", callback=name_of),
    ] = None,
) -> int:
    """Show a case, a linked dossier or a department's worklist as it stood at any instant, by what was known at another.

    What was entered later counts from the instant that it is about, unless --known-at leaves it out.

    Example: greenlane replay H05.8-260302-0001 --at 2026-03-03T12:00:00+07:00 --known-at 2026-03-03T12:00:00+07:00
    """
    asked = _asked(at, known_at, diff)
    if (case is None) == (department is None):
        raise typer.BadParameter(_("Give either a case or a dossier, or --department."), param_hint="CASE|DOSSIER")
    if department is not None:
        if diff is not None or step:
            raise typer.BadParameter(_("A worklist has no steps and no difference."), param_hint="--department")
        return _worklist(run, department, asked)
    return _replay(run, case or "", asked, stepped=step)


def _asked(at: str | None, known_at: str | None, diff: str | None) -> Asked:
    from services.replays.instants import AT, DIFF, KNOWN_AT, Asked
    from sla.instants import instant_of

    instants = (
        None if text is None else instant_of(text, f) for f, text in ((AT, at), (KNOWN_AT, known_at), (DIFF, diff))
    )
    return Asked(*instants)


def _replay(run: Look, reference: str, asked: Asked, *, stepped: bool) -> int:
    from greenlane.speaking.stepping import step_through
    from presentation.json_of_replays import replay_json
    from presentation.replays.frames import frame_screen
    from presentation.replays.screen import replay_screen
    from services.granting import granted
    from services.replays.replay import replay as replay_stream

    with run.session() as session:
        told = granted(
            replay_stream(session.wiring, reading(session, "replay"), reference, asked, stepped=stepped, now=now())
        )
        moments = session.moments
        if stepped and not run.as_json:
            step_through(len(told.frames), lambda number: list(frame_screen(told, number, moments)), session.words)
            return 0
        return run.answer(lambda: replay_json(told), lambda: replay_screen(told, moments))


def _worklist(run: Look, department: str, asked: Asked) -> int:
    from presentation.json_of_replays import worklist_json
    from presentation.replays.screen import worklist_screen
    from services.granting import granted
    from services.replays.worklists import replay_department

    with run.session() as session:
        then = granted(replay_department(session.wiring, reading(session, "replay"), department, asked, now=now()))
        return run.answer(lambda: worklist_json(then), lambda: worklist_screen(then, session.moments))
