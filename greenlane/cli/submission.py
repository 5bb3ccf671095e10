"""`greenlane submit`: applications from files into the system."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from greenlane.cli.options import Json, Lang, StateDir, Strict, source_of
from wording.text import _

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from events.language.refusals import Refusal
    from greenlane.cli.session import Session
    from greenlane.wiring import Wiring
    from intake.application_files import Entry
    from services.applications import Submitted

    HandedIn = tuple[Entry, Submitted | Refusal | None]
    """An entry, with what became of it; None: it cannot be read."""

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
    from greenlane.cli.files import contents_of
    from greenlane.cli.output import print_json
    from greenlane.cli.progress import counted
    from greenlane.cli.session import a_session, waiting
    from intake.application_files import entries_of

    contents = contents_of(files)
    with a_session(state_dir, lang) as session:
        size_max_bytes = session.wiring.message_max_bytes
        entries = [entry for name, content in contents for entry in entries_of(name, content, size_max_bytes)]
        with counted(session.words(_("Submitting")), len(entries)) as progress:
            handed_in = waiting(lambda: _hand_in(session.wiring, entries, source, progress, strict=strict))
        body = _body(handed_in, session.words.language)
        if any(body["promises"] is None for body in body["submitted"]):
            _say_why(session)
        if as_json:
            print_json(body)
        else:
            _show(session, handed_in)
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


async def _hand_in(
    wiring: Wiring, entries: Sequence[Entry], source: str, progress: Callable[..., None], *, strict: bool
) -> list[HandedIn]:
    """What became of each entry, in the order of the files."""
    from greenlane.cli.clock import now
    from services.actors import claimed
    from services.applications import submit_applications

    messages = [entry.message for entry in entries if entry.message is not None]
    progress(len(entries) - len(messages))
    applicant = claimed("applicant", source)
    answers = iter(
        await submit_applications(
            wiring, applicant, messages, source, door="cli", clock=now, progress=progress, strict=strict
        )
    )
    return [(entry, None if entry.message is None else next(answers)) for entry in entries]


def _body(handed_in: Sequence[HandedIn], language: str) -> dict[str, Any]:
    bodies = [_entry_json(entry, answer, language) for entry, answer in handed_in]
    refused = [body for body in bodies if "error" in body]
    submitted = [body for body in bodies if "error" not in body]
    return {
        "ok": not refused and all(body["promises"] is not None for body in submitted),
        "submitted": submitted,
        "refused": refused,
    }


def _entry_json(entry: Entry, answer: Submitted | Refusal | None, language: str) -> dict[str, Any]:
    from presentation.instants import instant_json
    from presentation.left_out import left_out_json
    from services.applications import Submitted

    if not isinstance(answer, Submitted):
        return {"application_id": entry.application_id, "error": _error_of(entry, answer, language)}
    view = answer.view
    return {
        "application_id": entry.application_id,
        "case_id": answer.case_id,
        "dossier_code": view and view.dossier_code,
        "lane": view and view.lane,
        "known": answer.is_known,
        "statutory_due_at": view and instant_json(view.statutory_due_at),
        "green_due_at": view and instant_json(view.green_due_at),
        "promises": view and view.promises.model_dump(mode="json"),
        "left_out": left_out_json(answer.left_out, language),
    }


def _error_of(entry: Entry, refusal: Refusal | None, language: str) -> dict[str, Any]:
    """Why an entry is no case as `{code, field, message, remedy, file, line}`: what is wrong with it, or what refuses it."""
    from greenlane.cli.failure import told_in
    from greenlane.cli.granting import RefusedError

    if refusal is None:
        return told_in(entry.error, language)
    return told_in(RefusedError(refusal).as_json(), language) | {"file": entry.file, "line": entry.line}


def _show(session: Session, handed_in: Sequence[HandedIn]) -> None:
    from greenlane.cli.failure import say_error, say_left_out
    from greenlane.cli.output import show, tell
    from presentation.blocks import line
    from presentation.cases.submitted import submitted_table
    from presentation.troubles import WARNING
    from services.applications import Submitted

    words, moments = session.words, session.moments
    taken = [(entry, answer) for entry, answer in handed_in if isinstance(answer, Submitted)]
    table = submitted_table(((entry.application_id or "", answer) for entry, answer in taken), moments)
    show(table, moments.scale)
    for entry, outcome in handed_in:
        if isinstance(outcome, Submitted):
            for fact in outcome.left_out:
                say_left_out(fact, f"{entry.file}:{entry.line} {entry.application_id}:", words.language)
        else:
            name = f" {entry.application_id}" if entry.application_id else ""
            error = _error_of(entry, outcome, words.language)
            say_error(error, f"{error['file']}:{error['line']}{name}:")
    unrecorded = sum(answer.view is None for _, answer in taken)
    if unrecorded:
        tell(
            line(
                WARNING,
                " ",
                words(
                    _("{count} accepted, not opened yet: no worker answers. They are opened as soon as one runs."),
                    count=unrecorded,
                ),
            )
        )
    known = sum(answer.is_known for _, answer in taken)
    show(
        words(
            _("{new} new, {known} known, {refused} refused."),
            new=len(taken) - known,
            known=known,
            refused=len(handed_in) - len(taken),
        )
    )
