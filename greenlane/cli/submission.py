"""`greenlane submit`: applications from files into the system."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import typer

from greenlane.cli.clock import now
from greenlane.cli.options import Strict
from greenlane.cli.run import Run, as_command
from greenlane.speaking.typed import source_of
from wording.text import _

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
    from greenlane.speaking.entries import say_faults, say_why_unrecorded
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
            say_why_unrecorded(session)
        body = submitted_json(submitted, session.words.language)
        if run.as_json:
            print_json(body)
        else:
            show(submitted_table(submitted, session.moments), session.moments.scale)
            say_faults(submitted, session.words)
            show(submitted_line(submitted, session.words))
    return 0 if body["ok"] else 2
