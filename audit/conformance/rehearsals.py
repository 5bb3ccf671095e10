"""The four situations that every program must know, each on a procedure of the sandbox's own, so that it surely happens.

Ordinary procedures decide by their own course whether a department meets them; these leave nothing to chance.
"""

from __future__ import annotations

import hashlib
from datetime import date
from enum import StrEnum
from typing import Any, Final

from catalog.basis import Text
from catalog.catalogue import Catalog
from catalog.model import (
    ClockPolicy,
    Definitions,
    DocumentRequirement,
    ProcedureVersion,
    StepDefinition,
    SupplementRule,
)
from catalog.receiving import receiver
from sla.units import Budget, Unit
from wording.text import _


class Rehearsal(StrEnum):
    """Which situation an application is sent for."""

    REFUSAL = "refusal"
    """The step is handed over while the case stands suspended: any answer is refused, until the applicant withdraws."""
    SUPPLEMENT = "supplement"
    """After the department's answer the applicant is asked for documents; they come, and its step is assigned a second time."""
    CONSULTATION = "consultation"
    """Another department asks for its opinion."""
    LATE = "late"
    """A step comes over from another department that let its limit pass: it is late already when it is assigned."""


STEP: Final = "handling"
"""The step that the department under test gets."""
CLOSING_STEP: Final = "signing"
"""The other department's step after it."""
ASKING_STEP: Final = "appraisal"
"""The other department's step that asks for an opinion."""
DOCUMENT: Final = "drawings"
FORM: Final = Text.of(_("Application form"))
SUPPLEMENTS_MAX: Final = 10
"""The program may ask for documents too, before or after the other department does."""
LATE_LIMIT: Final = Budget(amount=1, unit=Unit.MINUTES)
"""The shortest limit that there is: so long one waits for it to pass."""
CASE_LIMIT: Final = Budget(amount=5, unit=Unit.WORKING_DAYS)
OPINION_LIMIT: Final = Budget(amount=2, unit=Unit.WORKING_DAYS)
QUESTION: Final = "Đề nghị cho ý kiến về hồ sơ thử này / Please give your opinion on this sandbox case"

NAMES: Final = {
    Rehearsal.REFUSAL: Text.of(_("Sandbox: an answer is refused")),
    Rehearsal.SUPPLEMENT: Text.of(_("Sandbox: documents are supplemented")),
    Rehearsal.CONSULTATION: Text.of(_("Sandbox: an opinion is asked")),
    Rehearsal.LATE: Text.of(_("Sandbox: a step comes late")),
}


def definitions_of(rehearsal: Rehearsal, department: str, other: str, catalog: Catalog, on: date) -> Definitions:
    """What the rehearsal's case is decided under; the same for the same catalogue and day. Raises the catalogue's errors."""
    agency = receiver(catalog).id
    content: dict[str, Any] = {
        "version": "1",
        "name": NAMES[rehearsal],
        "agency": agency,
        "limit": CASE_LIMIT,
        "clock_policy": ClockPolicy.RESTART,
        "restart_steps": True,
        "supplement": SupplementRule(rounds_max=SUPPLEMENTS_MAX),
        "documents": (DocumentRequirement(kind="request", name=FORM),),
        "steps": _steps(rehearsal, department, other),
    }
    draft = catalog.definitions_of(ProcedureVersion(id="sandbox", **content), on)
    # Derived procedures are kept for ever under their ids: another content needs another id.
    digest = hashlib.sha256(draft.digest.encode()).hexdigest()[:12]
    return draft.model_copy(update={"procedure": ProcedureVersion(id=f"sandbox-{rehearsal}-{digest}", **content)})


def _steps(rehearsal: Rehearsal, department: str, other: str) -> tuple[StepDefinition, ...]:
    handling = Text.of(_("Appraisal"))
    match rehearsal:
        case Rehearsal.SUPPLEMENT:
            signing = Text.of(_("Signing"))
            return (
                StepDefinition(id=STEP, name=handling, department=department),
                StepDefinition(id=CLOSING_STEP, name=signing, department=other, needs=(STEP,)),
            )
        case Rehearsal.CONSULTATION:
            return (StepDefinition(id=ASKING_STEP, name=handling, department=other),)
        case Rehearsal.REFUSAL:
            return (StepDefinition(id=STEP, name=handling, department=other),)
        case Rehearsal.LATE:
            return (StepDefinition(id=STEP, name=handling, department=other, budget=LATE_LIMIT),)
