"""`greenlane subject`: what is held about a person, for whoever answers the person's request."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from greenlane.cli.acting import acting, reading
from greenlane.cli.clock import now
from greenlane.cli.options import ActedBy, ApprovedBy, Force
from greenlane.cli.run import Look, Run, as_command, as_look
from greenlane.speaking.typed import name_of, sought_by

PANEL = "Care"
OWNERS_ONLY = 0o600

Reference = Annotated[
    str, typer.Argument(metavar="REF", help="Reference of the subject, as `subject find` shows it.", callback=name_of)
]

RecordedReason = Annotated[str, typer.Option("--reason", help="Why; it stays on record, without personal data.")]

subject = typer.Typer(
    help="Find what is held about a person, show it, hand it out, put it right, and erase it.", no_args_is_help=False
)


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    for command in (find, show, export, correct, erase, reapply):
        subject.command()(command)
    app.add_typer(subject, name="subject", rich_help_panel=PANEL)


@as_look
def find(
    run: Look,
    *,
    number: Annotated[
        str | None,
        typer.Option(
            "--number",
            metavar="-|NUMBER",
            help="Identity number or tax code; - reads it from standard input. Typed here it stands in the shell's history, "
            "and in the list of processes.",
        ),
    ] = None,
    phone: Annotated[
        str | None,
        typer.Option("--phone", metavar="-|PHONE", help="Telephone number; - reads it from standard input, as above."),
    ] = None,
    name: Annotated[
        str | None,
        typer.Option(
            "--name",
            metavar="-|NAME",
            help="Full name, with or without accents; - reads it from standard input, as above.",
        ),
    ] = None,
) -> int:
    """Find the subjects that have a number, a phone or a full name. By what was sought is on record, the value is not.

    Example: greenlane subject find --number - < number.txt
    """
    from presentation.subjects.json_of_subjects import found_json
    from presentation.subjects.subject_screens import found_screen
    from services.subjects import find_subjects

    by, value = sought_by(number=number, phone=phone, name=name)
    with run.session() as session:
        found = find_subjects(session.wiring, reading(session, "subject find"), by, value)
        return run.answer(lambda: found_json(found), lambda: found_screen(found, session.moments))


@as_look
def show(run: Look, ref: Reference) -> int:
    """Show what a subject said last, its cases, and until when each must be kept.

    Example: greenlane subject show subject-0123456789abcdef01234567 --purpose "request of 2 March"
    """
    from presentation.subjects.json_of_subjects import shown_json
    from presentation.subjects.subject_screens import shown_screen
    from services.granting import granted
    from services.subjects import show_subject

    with run.session() as session:
        shown = granted(show_subject(session.wiring, reading(session, "subject show"), ref))
        return run.answer(lambda: shown_json(shown), lambda: shown_screen(shown, session.moments))


@as_look
def export(
    run: Look,
    ref: Reference,
    *,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="The new file (JSON), for its owner only.")],
    force: Force = False,
) -> int:
    """Write all that is held about a subject into one file: what it said, its cases, documents and texts, and who read them.

    Example: greenlane subject export subject-0123456789abcdef01234567 --out person.json
    """
    from greenlane.new_files import new_file
    from presentation.subjects.json_of_subjects import export_content, exported_json
    from presentation.subjects.subject_screens import exported_lines
    from services.granting import granted
    from services.subjects import export_subject

    with new_file(out, "out", force=force, packs=False, mode=OWNERS_ONLY) as file, run.session() as session:
        exported = granted(export_subject(session.wiring, reading(session, "subject export"), ref))
        file.write(export_content(exported, now()))
        words = session.words
    return run.answer(lambda: exported_json(exported, out), lambda: exported_lines(exported, out, words))


@as_look
def correct(
    run: Look,
    ref: Reference,
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="The fields and what is right, YAML or JSON; - is standard input.")
    ],
    *,
    reason: RecordedReason,
    case: Annotated[
        str | None,
        typer.Option("--case", metavar="CASE|DOSSIER", help="Only what was said with this one.", callback=name_of),
    ] = None,
    by: ActedBy = None,
) -> int:
    """Put right what is held, wherever the fields stand for this subject. A field is named as `subject show` names it.

    Example: greenlane subject correct subject-0123456789abcdef01234567 right.yaml --reason "request of 2 March"
    """
    from greenlane.handed_in import contents_of
    from greenlane.speaking.faults import faults_shown
    from presentation.subjects.json_of_subjects import corrected_json
    from presentation.subjects.subject_screens import corrected_line
    from services.correcting import correct_subject, correction_of
    from services.granting import granted

    ((name, content),) = contents_of([file])
    with faults_shown(lambda: {"ok": False}):
        correction = correction_of(name, content)
        with run.session() as session:
            reader = reading(session, "subject correct", by)
            corrected = granted(correct_subject(session.wiring, reader, ref, correction, reason=reason, case=case))
            return run.answer(lambda: corrected_json(corrected), lambda: (corrected_line(corrected, session.words),))


@as_command
def erase(
    run: Run,
    ref: Reference,
    *,
    reason: RecordedReason,
    legal_basis: Annotated[str, typer.Option("--legal-basis", help="By which law: document and article.")],
    by: ActedBy = None,
    approved_by: ApprovedBy = None,
) -> int:
    """Erase all that is held about a subject. Its cases stay, and prove themselves, without the person.

    Refused while a case is open or must be kept. Needs a second person. Erasing twice is erasing once.

    Example: greenlane subject erase subject-0123456789abcdef01234567 --reason "request of 2 March"
    --legal-basis "91/2025/QH15" --by archivist-1 --approved-by head-1
    """
    from presentation.subjects.json_of_subjects import erased_json
    from presentation.subjects.subject_screens import erased_lines
    from services.erasing import ErasureOrder, erase_subject
    from services.granting import granted

    order = ErasureOrder(reason, legal_basis, approved_by)
    with run.session() as session:
        wiring = session.wiring
        erased = granted(
            erase_subject(wiring, reading(session, "subject erase", by), ref, order, wiring.erasure_list, now=now())
        )
        return run.answer(lambda: erased_json(erased), lambda: erased_lines(erased, session.moments))


@as_command
def reapply(run: Run) -> int:
    """Erase again who is on the list of erasures, after a back-up of the database was restored. Any number of times.

    The exit code is 2 where somebody on the list has a case that came later: it is left.

    Example: greenlane subject reapply
    """
    from presentation.subjects.json_of_subjects import reapplied_json
    from presentation.subjects.subject_screens import reapplied_lines
    from services.erasing import reapply_erasures

    with run.session() as session:
        reapplied = reapply_erasures(session.wiring, acting(None), session.wiring.erasure_list)
        return run.answer(
            lambda: reapplied_json(reapplied),
            lambda: reapplied_lines(reapplied, session.words),
            2 if reapplied.left else 0,
        )
