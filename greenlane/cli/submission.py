"""`greenlane submit`: applications from files into the system."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from greenlane.cli.clock import now
from greenlane.cli.options import Strict, source_of
from greenlane.cli.run import Run, as_command
from wording.text import _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from greenlane.session import Session
    from presentation.words.words import Words
    from services.applications import SubmittedEntry

SOURCE = "/command-line"

PANEL = "Cases"


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command(rich_help_panel=PANEL)(submit)


@as_command
def submit(
    run: Run,
    files: Annotated[
        list[str],
        typer.Argument(metavar="FILE...", help="YAML (also several documents), JSON or JSON lines; - is stdin."),
    ],
    source: Annotated[
        str,
        typer.Option(
            "--source", help="Who numbers the applications: one id of one source is one case.", callback=source_of
        ),
    ] = SOURCE,
    strict: Strict = False,
) -> int:
    """Hand in applications from files, and wait until their cases are on record.

    Good entries are taken though others are refused; refused ones are named with file, line, field and remedy, and make
    the exit code 2. The same application again is known and changes nothing. A fact that no list knows is left out of the
    case and named, with the nearest that is known.

    Example: greenlane submit applications.yaml --lang en
    """
    from greenlane.handed_in import contents_of
    from greenlane.session import waiting
    from greenlane.speaking.output import print_json, show
    from greenlane.speaking.progress import counted
    from presentation.cases.submitted import submitted_line, submitted_table
    from presentation.json_of_submissions import submitted_json
    from services.actors import claimed
    from services.applications import entries_of, is_unrecorded, submit_entries

    contents, applicant = contents_of(files), claimed("applicant", source)
    with run.session() as session:
        at, most = session.wiring, session.wiring.message_max_bytes
        entries = [entry for name, content in contents for entry in entries_of(name, content, most)]
        with counted(session.words(_("Submitting")), len(entries)) as progress:
            handing_in = partial(submit_entries, at, applicant, entries, source, door="cli", clock=now)
            submitted = waiting(partial(handing_in, progress=progress, strict=strict))
        if is_unrecorded(submitted):
            _say_why(session)
        body = submitted_json(submitted, session.words.language)
        if run.as_json:
            print_json(body)
        else:
            show(submitted_table(submitted, session.moments), session.moments.scale)
            _say_faults(submitted, session.words)
            show(submitted_line(submitted, session.words))
    return 0 if body["ok"] else 2


def _say_why(session: Session) -> None:
    """Where what was accepted is not on record and the disk is the reason, on standard error."""
    from greenlane.settings import Settings
    from greenlane.speaking.failure import explained, say_error
    from greenlane.stack.causes import disk_full

    # As the shell gives them: the session's know an address of every server.
    full = disk_full(Settings.load(state_dir=session.wiring.settings.state_dir))
    if full is not None:
        say_error(explained(full, session.words.language))


def _say_faults(submitted: Sequence[SubmittedEntry], words: Words) -> None:
    """What was left out, and what was refused, on standard error: each with its file and line."""
    from greenlane.speaking.failure import say_error, say_left_out
    from greenlane.speaking.output import tell
    from presentation.cases.submitted import unrecorded_line
    from presentation.json_of_submissions import fault_json
    from services.applications import Submitted

    for entry, answer in submitted:
        name = f" {entry.application_id}" if entry.application_id else ""
        if isinstance(answer, Submitted):
            for fact in answer.left_out:
                say_left_out(fact, f"{entry.file}:{entry.line}{name}:", words.language)
        else:
            fault = fault_json(entry, answer, words.language)
            say_error(fault, f"{fault['file']}:{fault['line']}{name}:")
    tell(unrecorded_line(submitted, words))
