"""What a department is told of a case with its step: what it needs to decide, and nothing of the person. Pure."""

from __future__ import annotations

from typing import Final

from cases.model import Case
from catalog.facts import admitted
from catalog.model import Fact
from events.language.commands import CONSULTED_MAX, DOCUMENTS_MAX, DocumentPart
from events.language.identity import is_held_apart

TOLD_AT_ONCE: Final = 6_000
"""Documents named in one turn, whatever number of departments it gives work: the turn must fit one of Temporal's payloads."""


def facts_of(case: Case) -> dict[str, Fact]:
    """The facts that the lane table knows; what else an older application said may be its applicant's own text."""
    application = case.application
    return {} if application is None else admitted(case.definitions.lanes, application.facts)


def documents_of(case: Case) -> tuple[DocumentPart, ...] | None:
    """The documents that the applicant handed in, the latest at the end; None: an older run did not keep what came later."""
    application = case.application
    if application is None or case.supplements is None:
        return None
    documents = (*application.documents, *case.supplements)
    return tuple(_named(part) for part in documents[-_most(case) :])


def left_out(case: Case, told: tuple[DocumentPart, ...] | None) -> int | None:
    """How many earlier documents are not among those told; None: none."""
    return None if told is None else case.documents_given - len(told) or None


def _named(part: DocumentPart) -> DocumentPart:
    # Events of older programs hold the sender's own words for where a document lies.
    is_ours = part.reference is None or is_held_apart(part.reference)
    return part if is_ours else DocumentPart(kind=part.kind)


def _most(case: Case) -> int:
    procedure = case.definitions.procedure
    steps = 1 if procedure.route == "declared" else len(procedure.steps)
    return max(1, min(DOCUMENTS_MAX, TOLD_AT_ONCE // (steps + CONSULTED_MAX)))
