"""What the catalogue refuses, and why: one tree, each with a stable code, the field at fault and a remedy."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Self

from catalog.texts import NONE, OR, TEXTS
from wording.text import LazyText, _, joined, layout, message_and_remedy, sentences

MISSPELT_MAX = 200


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

    @classmethod
    def of(cls, key: str, *, field: str, **details: object) -> Self:
        """The refusal that the texts hold under the key, in both languages; the details fill them."""
        message, remedy = message_and_remedy(TEXTS, key, details)
        return cls(message, field=field, remedy=remedy)


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

    @classmethod
    def of(
        cls, key: str, code: str, file: str, place: tuple[int, int], field: str | None = None, **details: object
    ) -> Self:
        """The fault that the texts hold under the key, at line and column, in both languages."""
        message, remedy = message_and_remedy(TEXTS, key, details)
        return cls(file, *place, field, message, remedy, code)

    @property
    def placed(self) -> LazyText:
        """The fault with its place."""
        place = self.field or _("(document)")
        return layout(
            "{file}:{line}:{column}: {place}: {text}",
            file=self.file,
            line=self.line,
            column=self.column,
            place=place,
            text=sentences(self.message, self.remedy),
        )

    def __str__(self) -> str:
        return str(self.placed)


class CatalogInvalid(CatalogError):
    """Files of the catalogue contain faults; all of them are listed."""

    code = "catalog_invalid"
    said: ClassVar[tuple[str, str]] = ("one_fault", "faults")
    """Under which keys the texts say it of one fault, and of several."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda p: (p.file, p.line, p.column, p.field or "", p.message)))
        first = self.problems[0]
        count = len(self.problems)
        faults = joined("\n", [problem.placed for problem in self.problems])
        key = self.said[count > 1]
        message, remedy = message_and_remedy(TEXTS, key, {"count": count, "faults": faults})
        super().__init__(message, field=f"{first.file}:{first.line} {first.field or '(document)'}", remedy=remedy)


class PolicyInvalid(CatalogInvalid):
    """A policy for what-if contains faults, or contradicts what cases had; all of them are listed."""

    code = "policy_invalid"
    said = ("policy_fault", "policy_faults")


class CatalogUnreadable(CatalogError):
    """The folder of the catalogue is missing or cannot be read."""

    code = "catalog_unreadable"


class CatalogUnwritable(CatalogError):
    """The folder of the catalogue cannot be written, or is not the program's to write."""

    code = "catalog_unwritable"


class SystemRefused(CatalogError):
    """A submitting system that cannot be registered beside those there are."""

    code = "system_refused"


class UnknownDefinition(CatalogError):
    """No definition has this id; `suggestions` holds ids that look like it."""

    code = "unknown_definition"
    noun: ClassVar[LazyText] = _("definition")
    named_in: ClassVar[str] = "id"

    def __init__(self, unknown_id: str, known: Iterable[str], noun: LazyText | None = None) -> None:
        suggestions = close_matches(unknown_id, known)
        key = "unknown_near" if suggestions else "unknown"
        details = {"noun": noun or self.noun, "asked": repr(unknown_id), "near": joined(OR, suggestions)}
        message, remedy = message_and_remedy(TEXTS, key, details)
        super().__init__(message, field=self.named_in, remedy=remedy, suggestions=suggestions)

    @property
    def near(self) -> str:
        """What looks like it, as a refusal quotes it; `-`: nothing does."""
        return ", ".join(self.suggestions) or "-"


class UnknownProcedure(UnknownDefinition):
    """No procedure has this id."""

    code = "unknown_procedure"
    noun = _("procedure")
    named_in = "procedure"


class UnknownDepartment(UnknownDefinition):
    """No department has this id."""

    code = "unknown_department"
    noun = _("department")
    named_in = "department"


class UnknownRole(UnknownDefinition):
    """No ladder tells this role, and no department has it."""

    code = "unknown_role"
    noun = _("role")
    named_in = "audience"


class UnknownCalendar(UnknownDefinition):
    """No calendar has this id."""

    code = "unknown_calendar"
    noun = _("calendar")
    named_in = "calendar"


class UnknownLadder(UnknownDefinition):
    """No ladder has this id."""

    code = "unknown_ladder"
    noun = _("ladder")
    named_in = "ladder"


class UnknownTemplate(UnknownDefinition):
    """No template of a dossier has this id."""

    code = "unknown_template"
    noun = _("template")
    named_in = "template"


class UnknownCalendarFlag(UnknownDefinition):
    """No calendar has this flag."""

    code = "unknown_calendar_flag"
    noun = _("calendar flag")
    named_in = "flags"


class UnknownKind(UnknownDefinition):
    """Definitions are of no such kind."""

    code = "unknown_kind"
    noun = _("kind of definition")
    named_in = "kind"


class UnknownVersion(CatalogError):
    """The definition exists, but has no such version."""

    code = "unknown_version"


class RetirementRefused(CatalogError):
    """A version that cannot end on that day."""

    code = "retirement_refused"


class NotInForce(CatalogError):
    """The definition exists, but no version of it is in force on the day."""

    code = "not_in_force"
    noun: ClassVar[LazyText] = _("definition")
    named_in: ClassVar[str] = "definition"

    def __init__(self, definition_id: str, day: date, windows: Iterable[tuple[date | None, date | None]]) -> None:
        self.id = definition_id
        held = [_("{first} to {last}", first=window[0] or "...", last=window[1] or "...") for window in windows]
        details = {"noun": self.noun, "asked": repr(definition_id), "day": day, "held": joined(", ", held) or NONE}
        message, remedy = message_and_remedy(TEXTS, "not_in_force", details)
        super().__init__(message, field=self.named_in, remedy=remedy)


class ProcedureNotInForce(NotInForce):
    """No version of the procedure is in force on the day of receipt."""

    code = "procedure_not_in_force"
    noun = _("procedure")
    named_in = "procedure"


class LanesNotInForce(NotInForce):
    """No decision table of the lanes is in force on the day of receipt."""

    code = "lanes_not_in_force"
    noun = _("lanes")
    named_in = "lanes"


class TemplateNotInForce(NotInForce):
    """No version of the template is in force on the day of opening."""

    code = "template_not_in_force"
    noun = _("template")
    named_in = "template"


def and_more(message: str, others: int) -> str:
    """The first fault, and how many there are besides."""
    return _("{message} (and {others} more)", message=message, others=others) if others else message


def close_matches(misspelt: str, known: Iterable[str], count: int = 3) -> tuple[str, ...]:
    """Ids that look like the misspelt one, best first; nothing looks like what is longer than any id."""
    if len(misspelt) > MISSPELT_MAX:
        return ()
    return tuple(difflib.get_close_matches(misspelt.lower(), sorted(known), n=count, cutoff=0.6))
