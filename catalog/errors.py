"""What the catalogue refuses, and why: one tree, each with a stable code, the field at fault and a remedy."""

# ruff: noqa: N818 - the names say what is wrong; the base says that they are errors.

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar


def sentences(*parts: str) -> str:
    """The parts as sentences, each with one mark at its end."""
    return " ".join(part if part.endswith(("?", ".")) else f"{part}." for part in parts)


class CatalogError(Exception):
    """A question to the catalogue, or a file of it, that is refused. A retry with the same data never helps."""

    code: ClassVar[str] = "catalog_error"
    retryable: ClassVar[bool] = False

    def __init__(self, message: str, *, field: str | None, remedy: str, suggestions: Sequence[str] = ()) -> None:
        super().__init__(sentences(message, remedy))
        self.message = message
        self.field = field
        self.remedy = remedy
        self.suggestions = tuple(suggestions)


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault of one file; line and column count from 1."""

    file: str
    line: int
    column: int
    field: str | None
    message: str
    remedy: str
    code: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}:{self.column}: "
        return f"{where}{self.field or '(document)'}: {sentences(self.message, self.remedy)}"


class CatalogInvalid(CatalogError):
    """Files of the catalogue contain faults; all of them are listed."""

    code = "catalog_invalid"

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda p: (p.file, p.line, p.column, p.field or "", p.message)))
        first = self.problems[0]
        count = len(self.problems)
        super().__init__(
            f"the catalogue has {count} fault{'s' if count > 1 else ''}:\n" + "\n".join(map(str, self.problems)),
            field=f"{first.file}:{first.line} {first.field or '(document)'}",
            remedy="Correct the named lines; a catalogue is taken as a whole or not at all",
        )


class CatalogUnreadable(CatalogError):
    """The folder of the catalogue is missing or cannot be read."""

    code = "catalog_unreadable"


class UnknownDefinition(CatalogError):
    """No definition has this id; `suggestions` holds ids that look like it."""

    code = "unknown_definition"
    noun: ClassVar[str] = "definition"
    asked: ClassVar[str] = "id"

    def __init__(self, asked: str, known: Iterable[str]) -> None:
        suggestions = close_matches(asked, known)
        super().__init__(
            f"the catalogue has no {self.noun} {asked!r}",
            field=self.asked,
            remedy=f"Did you mean {' or '.join(suggestions)}?" if suggestions else f"Name a {self.noun} it has",
            suggestions=suggestions,
        )


class UnknownProcedure(UnknownDefinition):
    """No procedure has this id."""

    code = "unknown_procedure"
    noun = "procedure"
    asked = "procedure"


class UnknownDepartment(UnknownDefinition):
    """No department has this id."""

    code = "unknown_department"
    noun = "department"
    asked = "department"


class UnknownCalendar(UnknownDefinition):
    """No calendar has this id."""

    code = "unknown_calendar"
    noun = "calendar"
    asked = "calendar"


class UnknownLadder(UnknownDefinition):
    """No ladder has this id."""

    code = "unknown_ladder"
    noun = "ladder"
    asked = "ladder"


class UnknownTemplate(UnknownDefinition):
    """No template of a dossier has this id."""

    code = "unknown_template"
    noun = "template"
    asked = "template"


class UnknownCalendarFlag(UnknownDefinition):
    """No calendar has this flag."""

    code = "unknown_calendar_flag"
    noun = "calendar flag"
    asked = "flags"


class NotInForce(CatalogError):
    """The definition exists, but no version of it is in force on the day."""

    code = "not_in_force"
    noun: ClassVar[str] = "definition"

    def __init__(self, asked: str, day: date, windows: Iterable[tuple[date | None, date | None]]) -> None:
        self.asked = asked
        held = ", ".join(f"{start or '...'} to {end or '...'}" for start, end in windows)
        super().__init__(
            f"no version of {self.noun} {asked!r} is in force on {day}",
            field=self.noun,
            remedy=f"Versions are in force: {held or 'none'}",
        )


class ProcedureNotInForce(NotInForce):
    """No version of the procedure is in force on the day of receipt."""

    code = "procedure_not_in_force"
    noun = "procedure"


class LanesNotInForce(NotInForce):
    """No decision table of the lanes is in force on the day of receipt."""

    code = "lanes_not_in_force"
    noun = "lanes"


class TemplateNotInForce(NotInForce):
    """No version of the template is in force on the day of opening."""

    code = "template_not_in_force"
    noun = "template"


def close_matches(asked: str, known: Iterable[str], count: int = 3) -> tuple[str, ...]:
    """Ids that look like the misspelt one, best first."""
    return tuple(difflib.get_close_matches(asked.lower(), sorted(known), n=count, cutoff=0.6))
