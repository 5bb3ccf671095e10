"""Events: what happened to a case. Past-tense names; one type each, used in workflow, ledger, Kafka and on the screen."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal, get_args

from pydantic import AwareDatetime, Field

from catalog.model import LaneId, ProcedureVersion
from events.language.act_events import (
    CaseReturned,
    CaseStopped,
    ConsultationLapsed,
    ConsultationRequested,
    ExplanationReceived,
    ExplanationRequested,
    PaymentConfirmed,
    PaymentRequested,
    StepsRestarted,
    SupplementReceived,
    SupplementRequested,
)
from events.language.clock_events import (
    AppointmentMoved,
    AppointmentPassed,
    BreachConfirmed,
    BreachSetAside,
    CalendarExhausted,
    ClockBreached,
    ClockCancelled,
    ClockExtended,
    ClockKind,
    ClockMet,
    ClockPaused,
    ClockResumed,
    ClockStarted,
    ClockStopped,
    ClockSuspended,
    DefinitionRef,
    GreenPromiseDeclined,
    PauseCause,
    RungFired,
    SuspensionReviewDue,
)
from events.language.commands import Actor, Application, Message
from events.language.dossier_events import DossierEvent
from events.language.reasons import ReasonCode
from events.language.step_events import StepAssigned, StepCancelled, StepDecided, StepReassigned
from sla.calendar import CalendarDefinition

__all__ = [
    "ApplicationAccepted",
    "ApplicationClassified",
    "ApplicationSubmitted",
    "ApplicationWithdrawn",
    "AppointmentMoved",
    "AppointmentPassed",
    "BreachConfirmed",
    "BreachSetAside",
    "CalendarApplied",
    "CalendarExhausted",
    "CaseClosed",
    "CaseEvent",
    "CaseReturned",
    "CaseStopped",
    "ClockBreached",
    "ClockCancelled",
    "ClockExtended",
    "ClockKind",
    "ClockMet",
    "ClockPaused",
    "ClockResumed",
    "ClockStarted",
    "ClockStopped",
    "ClockSuspended",
    "ConsultationLapsed",
    "ConsultationRequested",
    "DeadlineChange",
    "DefinitionRef",
    "DossierEvent",
    "EscalationAcknowledged",
    "EventRecord",
    "ExplanationReceived",
    "ExplanationRequested",
    "GreenPromiseDeclined",
    "LaneChanged",
    "NearMiss",
    "PauseCause",
    "PaymentConfirmed",
    "PaymentRequested",
    "ProcedureMigrated",
    "RungFired",
    "StepAssigned",
    "StepCancelled",
    "StepDecided",
    "StepReassigned",
    "StepsRestarted",
    "SupplementReceived",
    "SupplementRequested",
    "SuspensionReviewDue",
    "TimeShare",
    "canonical_json",
    "data_of",
    "event_types",
    "record_of",
]


class NearMiss(Message):
    """A lane that did not match, by its nearest rule, and what was missing ("would be green if ...")."""

    lane: LaneId
    rule: str
    missing: tuple[str, ...]
    """Ids of the conditions that did not hold."""
    missing_vi: tuple[str, ...]
    missing_en: tuple[str, ...]


class ApplicationSubmitted(Message):
    """A case was opened for an application."""

    type: Literal["ApplicationSubmitted"] = "ApplicationSubmitted"
    application: Application
    definitions_digest: str
    procedure: DefinitionRef
    calendar: DefinitionRef
    lanes: DefinitionRef


class ApplicationClassified(Message):
    """The lane, the rule that matched, and for each lane that did not, what was missing."""

    type: Literal["ApplicationClassified"] = "ApplicationClassified"
    lane: LaneId
    rule: str | None = None
    """None: no rule matched, the standard lane needs none. (A default, since canonical JSON leaves absent fields out.)"""
    near_misses: tuple[NearMiss, ...] = ()


class ApplicationAccepted(Message):
    """The dossier was officially received. The code is given by the recording transaction and never changes."""

    type: Literal["ApplicationAccepted"] = "ApplicationAccepted"
    agency: str
    agency_code: str
    received_on: date
    """The calendar date of receipt in the province's zone; part of the code."""
    dossier_code: str | None = None


class EscalationAcknowledged(Message):
    """A supervisor has seen it: the chain of this clock stops."""

    type: Literal["EscalationAcknowledged"] = "EscalationAcknowledged"
    escalation_id: str
    clock_id: str
    by: Actor
    note: str | None = None


class ApplicationWithdrawn(Message):
    """The applicant took it back."""

    type: Literal["ApplicationWithdrawn"] = "ApplicationWithdrawn"
    by: Actor
    reason: str | None = None
    """Of older events only."""
    reason_ref: str | None = None
    """Where in the vault the applicant's reason lies."""
    reason_code: ReasonCode | None = None
    """The engine's own reason."""


class LaneChanged(Message):
    """A green lane was granted or revoked after acceptance."""

    type: Literal["LaneChanged"] = "LaneChanged"
    from_lane: LaneId
    to_lane: LaneId
    by: Actor
    reason: str
    legal_basis: str
    departments: tuple[str, ...] = ()
    """Those that hold open steps: each is told on its work topic."""
    approved_by: str | None = None
    entitlement: Literal["rule", "override"] | None = None
    """On what a green lane was granted: a rule of the decision table, or the decision alone. None: revoked, or older."""
    rule: str | None = None
    """The rule of the decision table that entitles."""


class DeadlineChange(Message):
    """How one clock's due instant was superseded; None: it has none (suspended, or beyond the calendar)."""

    clock_id: str
    former_due_at: AwareDatetime | None = None
    due_at: AwareDatetime | None = None


class CalendarApplied(Message):
    """From now on the case runs on this version of its calendar, or those of its clocks that run on a department's do."""

    type: Literal["CalendarApplied"] = "CalendarApplied"
    calendar: CalendarDefinition
    former: DefinitionRef
    changes: tuple[DeadlineChange, ...]
    reason: str
    by: Actor
    departments: tuple[str, ...] = ()
    """Those that hold open steps: each is told on its work topic."""


class ProcedureMigrated(Message):
    """From now on the case runs under this version of its procedure."""

    type: Literal["ProcedureMigrated"] = "ProcedureMigrated"
    procedure: ProcedureVersion
    former: DefinitionRef
    reason: str
    by: Actor
    departments: tuple[str, ...] = ()
    """Those that hold open steps: each is told on its work topic."""


class TimeShare(Message):
    """How much of the case's elapsed time one owner had, in wall-clock seconds."""

    owner: str
    """A department's id, `applicant`, `suspension`, `system` (our own delay), or `between_steps`."""
    seconds: float


class CaseClosed(Message):
    """The end, with the result and who used the time."""

    type: Literal["CaseClosed"] = "CaseClosed"
    outcome: Literal["issued", "refused", "withdrawn", "returned"]
    closed_at: AwareDatetime
    result_code: str | None = None
    """`<dossier code>-KQ(n)` (Decree 45/2020 art. 14(3)d)."""
    reason: str | None = None
    """What somebody wrote; of older events also an English sentence of the engine's."""
    reason_code: ReasonCode | None = None
    """The engine's own reason."""
    elapsed_seconds: float
    time_shares: tuple[TimeShare, ...]


CaseEvent = Annotated[
    ApplicationSubmitted
    | ApplicationClassified
    | ApplicationAccepted
    | GreenPromiseDeclined
    | ClockStarted
    | ClockPaused
    | ClockResumed
    | AppointmentPassed
    | AppointmentMoved
    | ClockMet
    | ClockBreached
    | BreachConfirmed
    | ClockStopped
    | ClockCancelled
    | BreachSetAside
    | StepAssigned
    | StepDecided
    | StepCancelled
    | ConsultationRequested
    | ConsultationLapsed
    | SupplementRequested
    | SupplementReceived
    | ExplanationRequested
    | ExplanationReceived
    | CaseStopped
    | CaseReturned
    | SuspensionReviewDue
    | CalendarExhausted
    | StepsRestarted
    | StepReassigned
    | RungFired
    | EscalationAcknowledged
    | ClockSuspended
    | PaymentRequested
    | PaymentConfirmed
    | ClockExtended
    | LaneChanged
    | CalendarApplied
    | ProcedureMigrated
    | ApplicationWithdrawn
    | CaseClosed
    | DossierEvent,
    Field(discriminator="type"),
]
"""Every event of a case, and of a linked dossier, whose events stand in a stream of their own."""


class EventRecord(Message):
    """One event in its place: what the ledger's hash chain covers."""

    case_id: str
    sequence: Annotated[int, Field(ge=1)]
    at: AwareDatetime
    """The business instant at which it counts: the command's receipt, or the due instant that passed (UTC)."""
    decided_at: AwareDatetime
    """The business instant at which the engine decided it (UTC); later than `at` after an outage."""
    command_id: str
    """The command it answers; `tick:<instant>` for a due instant."""
    actor: Actor | None = None
    """Who gave the command; None: an older event, of which that is not on record."""
    event: CaseEvent


def event_types() -> tuple[type[Message], ...]:
    """Every type of event, in the language's order."""
    union = get_args(CaseEvent)[0]
    return get_args(union)


def record_of(json: str | bytes) -> EventRecord:
    """The record a ledger row or message holds. Raises pydantic's ValidationError on anything else."""
    return EventRecord.model_validate_json(json)


def canonical_json(record: EventRecord) -> str:
    """The one JSON text of a record: what is stored, hashed and sent. Absent fields are left out, the rest in declared order."""
    return record.__pydantic_serializer__.to_json(record, exclude_none=True).decode()


def data_of(record: EventRecord) -> dict[str, Any]:
    """The record as JSON-ready values, for screens and `--json`."""
    return record.model_dump(mode="json")
