"""`greenlane submit`: applications from files into the system."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from greenlane.cli.options import Json, Lang, StateDir, Strict, source_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from greenlane.cli.delivery import Delivered
    from greenlane.cli.session import Session

SOURCE = "/command-line"

PANEL = "Cases"


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command(rich_help_panel=PANEL)(submit)


def submit(
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
    state_dir: StateDir = None,
    lang: Lang = None,
    as_json: Json = False,
) -> int:
    """Hand in applications from files, and wait until their cases are on record.

    Good entries are taken though others are refused; refused ones are named with file, line, field and remedy, and make
    the exit code 2. The same application again is known and changes nothing. A fact that no list knows is left out of the
    case and named, with the nearest that is known.

    Example: greenlane submit applications.yaml --lang en
    """
    from greenlane.cli.application_files import contents_of, entries_of
    from greenlane.cli.delivery import deliver
    from greenlane.cli.output import print_json
    from greenlane.cli.progress import counted
    from greenlane.cli.session import a_session, waiting

    contents = contents_of(files)
    with a_session(state_dir, lang) as session:
        size_max_bytes = session.wiring.settings.max_message_bytes
        entries = [entry for name, content in contents for entry in entries_of(name, content, size_max_bytes)]
        with counted(session.words("submitting"), len(entries)) as told:
            delivered = waiting(lambda: deliver(session, entries, source, told, strict=strict))
        body = _body(delivered, session.words.language)
        if any(one.error is None and one.view is None for one in delivered):
            _say_why(session)
        if as_json:
            print_json(body)
        else:
            _show(session, delivered)
    return 0 if body["ok"] else 2


def _say_why(session: Session) -> None:
    """Where what was accepted is not on record and the disk is the reason, on standard error."""
    from greenlane.cli.failure import explained, say_error
    from greenlane.settings import Settings
    from greenlane.stack.causes import disk_full

    # As the shell gives them: the session's know an address of every server.
    full = disk_full(Settings.load(state_dir=session.wiring.settings.state_dir))
    if full is not None:
        say_error(explained(full, session.words.language))


def _body(delivered: Sequence[Delivered], language: str) -> dict[str, Any]:
    taken = [one for one in delivered if one.error is None]
    refused = [one for one in delivered if one.error is not None]
    return {
        "ok": not refused and all(one.view is not None for one in taken),
        "submitted": [one.as_json(language) for one in taken],
        "refused": [one.as_json(language) for one in refused],
    }


def _show(session: Session, delivered: Sequence[Delivered]) -> None:
    from rich.markup import escape

    from greenlane.cli.failure import say_error, say_left_out
    from greenlane.cli.output import err, show, table_of
    from greenlane.cli.promise_cells import promise_lines
    from greenlane.cli.styles import lane_markup

    words, moments = session.words, session.moments
    headings = ("application", "dossier", "procedure_and_lane", "given_promise", "submitted")
    table = table_of(None, *map(words, headings))
    for one in (one for one in delivered if one.error is None):
        view = one.view
        table.add_row(
            escape(one.entry.application_id or ""),
            (view and view.dossier_code) or one.case_id,
            f"{escape(moments.names.procedure(view.procedure))}\n{lane_markup(words, view.lane)}" if view else "-",
            "\n".join(promise_lines(view, moments)) if view else "-",
            words("known") if one.known else f"[green]{words('new')}[/green]",
        )
    show(table if table.row_count else None, moments.scale)
    for one in delivered:
        for fact in one.left_out:
            say_left_out(fact, f"{one.entry.file}:{one.entry.line} {one.entry.application_id}:", session.words.language)
        if one.error is not None:
            name = f" {one.entry.application_id}" if one.entry.application_id else ""
            say_error(one.error, f"{one.error['file']}:{one.error['line']}{name}:")
    unrecorded = sum(one.error is None and one.view is None for one in delivered)
    if unrecorded:
        err.print(f"[yellow]![/yellow] {words('not_recorded', count=unrecorded)}")
    counts = {
        "new": sum(one.error is None and not one.known for one in delivered),
        "known": sum(one.known for one in delivered),
        "refused": sum(one.error is not None for one in delivered),
    }
    show(words("submit_summary", **counts))
