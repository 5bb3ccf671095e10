"""A calendar's file: read, and every fault of it told with its line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from catalog.document import SIZE_MAX_BYTES, DocumentRefused
from catalog.errors import CatalogInvalid, CatalogUnreadable, Problem
from catalog.reader import SourceRefused, read
from greenlane.cli.failure import asked_language, say_error, warn
from greenlane.cli.output import print_json, wants_json
from presentation.failures import told_in
from sla.calendar import CalendarDefinition, with_flags
from wording.libraries import os_said
from wording.text import _

if TYPE_CHECKING:
    from greenlane.wiring import Wiring


@dataclass(frozen=True)
class Checked:
    """What a file says: its calendar, or what is wrong with it."""

    definition: CalendarDefinition | None
    problems: tuple[Problem, ...] = ()


def checked(file: Path) -> Checked:
    """Read a calendar's file. Raises CatalogUnreadable."""
    try:
        with file.open("rb") as opened:
            content = opened.read(SIZE_MAX_BYTES + 1)  # what stands behind a name may have no end
    except OSError as error:
        raise CatalogUnreadable.of("file_unreadable", field="file", file=file, why=os_said(error)) from error
    try:
        return Checked(read(CalendarDefinition, str(file), content).definition)
    except (DocumentRefused, SourceRefused) as refused:
        return Checked(None, tuple(sorted(refused.problems, key=lambda found: (found.line, found.column))))


def calendar_in(file: Path) -> CalendarDefinition:
    """The calendar in a file. Raises CatalogUnreadable, CatalogInvalid with all its faults."""
    found = checked(file)
    if found.definition is None:
        raise CatalogInvalid(found.problems)
    return found.definition


def show_faults(problems: Sequence[Problem], **given: object) -> None:
    """Every fault: on standard output as one JSON object, the first as its error, or on standard error in lines.

    `given` stands in the object too.
    """
    if not wants_json():
        for problem in problems:
            say_error(_body(problem), where=f"{problem.file}:{problem.line}:{problem.column}")
        return
    faults = [{**_body(p), "file": p.file, "line": p.line, "column": p.column} for p in problems]
    print_json({**given, "error": _body(problems[0]), "faults": faults})


def _body(problem: Problem) -> dict[str, object]:
    body = {
        "code": problem.code,
        "field": problem.field or "",
        "message": problem.message,
        "remedy": problem.remedy,
    }
    return told_in(body, asked_language())


def target_of(given: str, wiring: Wiring) -> CalendarDefinition:
    """The calendar that `apply` means: a file, its flags resolved as the settings say, or an id of the catalogue.

    Raises UnknownCalendar, CatalogUnreadable, CatalogInvalid.
    """
    file = Path(given)
    if not (file.is_file() or file.suffix in (".yaml", ".yml")):
        return wiring.catalog.calendar(given)
    definition = calendar_in(file)
    own = wiring.settings.flags & {entry.flag for entry in definition.flagged_days_off}
    return with_flags(definition, own) if own else definition


def warn_of_new_cases(target: CalendarDefinition, wiring: Wiring) -> None:
    """Say on standard error where new cases would be received under another version than the open ones get."""
    current = wiring.catalog.calendars.get(target.id)
    if current is not None and current.digest == target.digest:
        return
    named = {"calendar": target.id, "version": target.version, "current": "" if current is None else current.version}
    if current is None:
        told = _("Calendar {calendar} {version} is not in the catalogue: no new case will be under it.", **named)
    else:
        told = _(
            "Calendar {calendar} {version} is not what the catalogue holds: new cases go on under version {current}.",
            **named,
        )
    remedy = _(
        "Put the file into calendars/ of a catalogue folder (`greenlane catalog export "
        "DIR`), and publish that (`greenlane catalog publish DIR`)."
    )
    warn(told, remedy, wiring.settings.language)
