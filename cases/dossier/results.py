"""Results that exist already: whether they count where they are needed. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from cases.dossier.graph import Needing
from catalog.dossier import EdgeKind
from events.language.dossier_messages import ResultReference
from events.language.refusals import Refusal, refuse


def refusal_of_result(result: ResultReference, application: str, day: date, field: str) -> Refusal | None:
    """Why a result does not count for the application on this local day; None: it does."""
    if result.valid_on(day):
        return None
    return refuse(
        "result_invalid",
        field,
        number=result.number,
        application=application,
        day=str(day),
        issued_on=str(result.issued_on),
        valid_until=str(result.valid_until or "-"),
    )


def refusal_of_results(applications: Iterable[Needing], day: date) -> Refusal | None:
    """Why a result that one of the applications must have does not count on this local day; None: all do."""
    needed = [(part.name, need.result) for part in applications for need in part.needs if need.kind is EdgeKind.HARD]
    refusals = (
        refusal_of_result(result, name, day, "applications.needs.result")
        for name, result in needed
        if result is not None
    )
    return next((refusal for refusal in refusals if refusal is not None), None)
