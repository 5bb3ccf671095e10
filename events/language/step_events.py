"""Events of a case's steps: handed to a department, answered by it, taken away, given to another."""

from __future__ import annotations

from typing import Literal

from pydantic import AwareDatetime

from catalog.dossier import Silence
from catalog.model import Fact, FactName, LaneId
from events.language.commands import DocumentPart, Message, Outcome
from sla.units import Budget


class StepAssigned(Message):
    """A department has this work now."""

    type: Literal["StepAssigned"] = "StepAssigned"
    step_id: str
    name_vi: str
    name_en: str
    kind: Literal["processing", "consultation"] = "processing"
    department: str
    round: int = 1
    dossier_code: str | None = None
    procedure: str
    lane: LaneId
    assigned_at: AwareDatetime
    due_at: AwareDatetime | None = None
    """Operational due instant at assignment; the clock's events tell of later changes."""
    question: str | None = None
    asked_by: str | None = None
    asked_by_department: str | None = None
    """For consultations: the step that asks, and whose it is."""
    silence: Silence | None = None
    """For consultations: what no answer within the limit means."""
    officer: str | None = None
    procedure_name_vi: str | None = None
    procedure_name_en: str | None = None
    limit: Budget | None = None
    """How much time the step has; None: it has no clock, or the event is older."""
    facts: dict[FactName, Fact] | None = None
    """What the application says that rules look at; None: an older event."""
    documents: tuple[DocumentPart, ...] | None = None
    """What the applicant handed in so far: kinds, and references of the engine's own; None: an older event or run."""
    documents_left_out: int | None = None
    """How many earlier documents are not named here."""


class StepDecided(Message):
    """The department answered."""

    type: Literal["StepDecided"] = "StepDecided"
    step_id: str
    department: str
    outcome: Outcome
    kind: Literal["processing", "consultation"] = "processing"
    asked_by_department: str | None = None
    decided_at: AwareDatetime
    late: bool = False
    """After the step's own due instant (a late opinion is kept, and blocks nothing)."""
    reason: str | None = None
    legal_basis: str | None = None
    data: dict[FactName, str] = {}


class StepCancelled(Message):
    """The department's work is no longer needed."""

    type: Literal["StepCancelled"] = "StepCancelled"
    step_id: str
    department: str
    cause: Literal["case_closed", "reassigned", "restart"]


class StepReassigned(Message):
    """A supervisor gave the step to another officer or department."""

    type: Literal["StepReassigned"] = "StepReassigned"
    step_id: str
    from_department: str
    to_department: str
    officer: str | None = None
    reason: str
    escalation_id: str | None = None
