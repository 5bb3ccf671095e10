"""Events: what happened to a case. Past-tense names; one type each, used in workflow, ledger, Kafka and on the screen."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Field

from catalog.dossier import Silence
from catalog.model import FactName, LaneId, ProcedureVersion
from events.language.commands import Actor, Application, ConsultationRequest, DocumentPart, Message, Outcome
from events.language.dossier_events import DossierEvent
from events.language.reasons import ReasonCode
from sla.calendar import CalendarDefinition
from sla.deadline import AfterHours
from sla.suspension import Suspension
from sla.units import Budget

ClockKind = Literal["statutory", "green", "step", "consultation", "supplement", "explanation"]
PauseCause = Literal["supplement", "explanation", "suspension", "payment", "stop"]


class DefinitionRef(Message):
    """Which version of a definition applies; the digest pins its content."""

    id: str
    version: str
    digest: str


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


class GreenPromiseDeclined(Message):
    """The lane gives no promise for this case, and why (e.g. it would be longer than the statute)."""

    type: Literal["GreenPromiseDeclined"] = "GreenPromiseDeclined"
    reason: str | None = None
    """Of older events only: an English sentence."""
    code: ReasonCode | None = None
    details: dict[str, str] = {}
    """What the code's text is filled with: amounts with their units, `3 working_days`."""


class ClockStarted(Message):
    """A clock was armed."""

    type: Literal["ClockStarted"] = "ClockStarted"
    clock_id: str
    kind: ClockKind
    step_id: str | None = None
    budget: Budget
    anchored_at: AwareDatetime
    after_hours: AfterHours = AfterHours.RECEIPT
    suspensions: tuple[Suspension, ...] = ()
    """Of the clock that this one takes the place of: its pauses are kept; or the one in which the whole case stands."""
    calendar: str | None = None
    """The id of the calendar on which it runs, where that is not the case's own: the one of the step's department."""
    first_appointment_at: AwareDatetime | None = None
    """Of a clock with two ends: the appointment first told to the applicant; kept by a clock that takes another's place."""
    appointment_by: Budget | None = None
    """Of a clock that takes another's place: how far new appointments had moved the appointment already."""


class ClockPaused(Message):
    """These clocks stand still from `from_at` on."""

    type: Literal["ClockPaused"] = "ClockPaused"
    clock_ids: tuple[str, ...]
    from_at: AwareDatetime
    cause: PauseCause
    reason: str
    legal_basis: str | None = None
    ends_at: AwareDatetime | None = None
    """When it ends by itself, where the procedure caps it."""
    review_at: AwareDatetime | None = None
    """When somebody must look at it again, where nothing ends it by itself."""


class ClockSuspended(Message):
    """These clocks stood still from one instant to another: a suspension noted after it was over."""

    type: Literal["ClockSuspended"] = "ClockSuspended"
    clock_ids: tuple[str, ...]
    from_at: AwareDatetime
    until_at: AwareDatetime
    reason: str
    legal_basis: str


class ClockResumed(Message):
    """These clocks run again from `until_at` on."""

    type: Literal["ClockResumed"] = "ClockResumed"
    clock_ids: tuple[str, ...]
    until_at: AwareDatetime
    cause: PauseCause
    reason: str | None = None
    """What an officer wrote; of older events also an English sentence of the engine's."""
    code: ReasonCode | None = None
    """The engine's own reason."""
    work_ids: tuple[str, ...] = ()
    """Of these clocks, those of steps and opinions: their departments have the work again only from `work_until_at` on."""
    work_until_at: AwareDatetime | None = None
    """The turn that gave the work back, where it was later than `until_at`."""


class AppointmentPassed(Message):
    """The appointment told to the applicant passed and the limit still runs: a warning, no breach of the law."""

    type: Literal["AppointmentPassed"] = "AppointmentPassed"
    clock_id: str
    appointment_at: AwareDatetime


class AppointmentMoved(Message):
    """The applicant was given a new appointment, with an apology. The limit stays where it is; both dates are on record."""

    type: Literal["AppointmentMoved"] = "AppointmentMoved"
    clock_id: str
    by: Budget
    reason: str
    former_appointment_at: AwareDatetime
    appointment_at: AwareDatetime
    departments: tuple[str, ...] = ()
    """Those that hold open steps: each is told on its work topic."""


class ClockMet(Message):
    """What the clock measured was done in time. `consumed_seconds` is in the clock's own measure."""

    type: Literal["ClockMet"] = "ClockMet"
    clock_id: str
    ended_at: AwareDatetime
    consumed_seconds: float | None = None
    """None: no calendar covers it."""
    appointment_kept: bool | None = None
    """Whether it was done by the appointment; None: the clock has one end, or the event is older."""


class ClockBreached(Message):
    """The end passed: the lawful one, where the clock has two. Never erased."""

    type: Literal["ClockBreached"] = "ClockBreached"
    clock_id: str
    due_at: AwareDatetime
    two_ends: bool | None = None
    """Whether this is the lawful end of a clock with two; None: an older event, recorded at the appointment."""


class BreachConfirmed(Message):
    """A breach that an older rule recorded at the appointment stands: the lawful end has passed as well."""

    type: Literal["BreachConfirmed"] = "BreachConfirmed"
    clock_id: str
    lawful_end_at: AwareDatetime


class ClockStopped(Message):
    """What a breached clock measured is done at last: nothing of it fires any more."""

    type: Literal["ClockStopped"] = "ClockStopped"
    clock_id: str
    ended_at: AwareDatetime
    consumed_seconds: float | None = None
    """None: no calendar covers it."""
    appointment_kept: bool | None = None
    """Whether it was done by an appointment that lay after the lawful end; None as for `ClockMet`."""


class ClockCancelled(Message):
    """The clock ended without verdict: restarted, withdrawn, or its step was no longer needed."""

    type: Literal["ClockCancelled"] = "ClockCancelled"
    clock_id: str
    ended_at: AwareDatetime
    cause: Literal["restart", "withdrawn", "step_cancelled", "received", "closed", "reassigned", "lane", "migrated"]


class BreachSetAside(Message):
    """A breach on record does not count. It stays visible."""

    type: Literal["BreachSetAside"] = "BreachSetAside"
    clock_id: str
    received_at: AwareDatetime
    """When what sets it aside was received."""
    due_at: AwareDatetime | None = None
    """The end that holds; None: the clock stands still."""
    cause: Literal["delayed_by_system", "lawful_end", "suspended"] = "delayed_by_system"
    """`delayed_by_system`: the answer was received in time and delivered after the breach was recorded; the clock counts
    as met. `lawful_end`: recorded at the appointment, under an older rule, before the lawful end had passed; the clock
    runs on. `suspended`: the end moved after the breach was recorded, by a suspension noted later above all, and the
    answer came before it; the clock counts as met."""
    rungs: tuple[str, ...] = ()
    """For `lawful_end`: the rungs that fired too early, and may fire again."""
    appointment_kept: bool | None = None
    """As for `ClockMet`, where the clock counts as met."""


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
    """For consultations: the step that asks."""
    silence: Silence | None = None
    """For consultations: what no answer within the limit means."""
    officer: str | None = None


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


class ConsultationRequested(Message):
    """A department asked others for their opinion; each gets a step of its own."""

    type: Literal["ConsultationRequested"] = "ConsultationRequested"
    step_id: str
    requests: tuple[ConsultationRequest, ...]
    reason: str | None = None
    legal_basis: str | None = None
    data: dict[FactName, str] | None = None


class ConsultationLapsed(Message):
    """No opinion came within its limit; `silence` says what that means. A late opinion is recorded, and blocks nothing."""

    type: Literal["ConsultationLapsed"] = "ConsultationLapsed"
    step_id: str
    asked_by: str
    department: str
    asked_by_department: str
    silence: Silence | None = None
    """`escalate`: the asking step waits on; else it may go on, `deemed_no_objection` as if there were none."""


class SupplementRequested(Message):
    """The applicant was asked to complete the dossier, once and in full."""

    type: Literal["SupplementRequested"] = "SupplementRequested"
    step_id: str
    department: str
    round: int
    documents: tuple[str, ...]
    reason: str
    requested_at: AwareDatetime
    late: bool
    """After the limit for such a request (Decree 61/2018 art. 19(4)): a breach of its own, reported."""
    notice_due_at: AwareDatetime | None = None
    legal_basis: str | None = None
    data: dict[FactName, str] | None = None


class SupplementReceived(Message):
    """Documents of the applicant came."""

    type: Literal["SupplementReceived"] = "SupplementReceived"
    round: int
    received_at: AwareDatetime
    documents: tuple[DocumentPart, ...] = ()
    missing: tuple[str, ...] = ()
    """What was asked for and has not come: the case waits on, and no limit begins again."""
    declared_complete: bool = False
    """An officer said that it is complete, whatever was asked for."""


class ExplanationRequested(Message):
    """The applicant was asked a question; no documents are awaited."""

    type: Literal["ExplanationRequested"] = "ExplanationRequested"
    step_id: str
    department: str
    round: int
    question: str
    legal_basis: str | None = None
    requested_at: AwareDatetime
    late: bool
    """After the limit that the procedure sets for asking."""
    notice_due_at: AwareDatetime | None = None
    reason: str | None = None
    data: dict[FactName, str] | None = None


class ExplanationReceived(Message):
    """The applicant answered."""

    type: Literal["ExplanationReceived"] = "ExplanationReceived"
    round: int
    received_at: AwareDatetime
    reference: str | None = None
    """Where the answer lies; it is personal data."""


class CaseStopped(Message):
    """The handling was stopped by decision (form 05 of TT 03/2025); it ends in resumption or return."""

    type: Literal["CaseStopped"] = "CaseStopped"
    reason: str
    legal_basis: str
    approved_by: str
    stopped_at: AwareDatetime
    until_at: AwareDatetime | None = None
    """When it ends by itself."""
    departments: tuple[str, ...] = ()
    """Those that hold open steps: each is told on its work topic."""


class CaseReturned(Message):
    """A stopped case was given back to the applicant without a result."""

    type: Literal["CaseReturned"] = "CaseReturned"
    reason: str
    legal_basis: str


class SuspensionReviewDue(Message):
    """A suspension that nothing ends by itself has lasted so long that somebody must look at it again."""

    type: Literal["SuspensionReviewDue"] = "SuspensionReviewDue"
    since_at: AwareDatetime
    due_at: AwareDatetime
    next_at: AwareDatetime | None = None
    """When it falls due again, if nothing happens."""
    department: str
    """The receiving agency, whose head looks."""


class CalendarExhausted(Message):
    """The calendar ends before these clocks do: they stand without an end until a longer version is applied."""

    type: Literal["CalendarExhausted"] = "CalendarExhausted"
    calendar: DefinitionRef
    last_day: date
    clock_ids: tuple[str, ...]


class StepsRestarted(Message):
    """After supplements, these steps are to be done anew (the procedure says `restart_steps`)."""

    type: Literal["StepsRestarted"] = "StepsRestarted"
    step_ids: tuple[str, ...]


class StepReassigned(Message):
    """A supervisor gave the step to another officer or department."""

    type: Literal["StepReassigned"] = "StepReassigned"
    step_id: str
    from_department: str
    to_department: str
    officer: str | None = None
    reason: str
    escalation_id: str | None = None


class RungFired(Message):
    """A rung of a clock's ladder: a warning, the breach, or an escalation."""

    type: Literal["RungFired"] = "RungFired"
    escalation_id: str
    clock_id: str
    clock_kind: ClockKind
    step_id: str | None = None
    department: str | None = None
    rung: str
    kind: Literal["warning", "past_appointment", "breach", "escalation"]
    level: int
    audience: str
    due_at: AwareDatetime
    """When the rung was due."""
    late_seconds: float
    """How long after that it was decided; above the timer's own fraction of a second only after an outage."""


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
    reason_code: ReasonCode | None = None
    """The engine's own reason."""


class PaymentRequested(Message):
    """The applicant was asked to pay."""

    type: Literal["PaymentRequested"] = "PaymentRequested"
    step_id: str
    department: str
    amount_vnd: int
    reason: str
    pauses: bool | None = None
    """Whether the clocks stand still meanwhile; None: an older event, told by the `ClockPaused` behind it."""


class PaymentConfirmed(Message):
    """The fee was paid."""

    type: Literal["PaymentConfirmed"] = "PaymentConfirmed"
    receipt: str
    paid_at: AwareDatetime


class ClockExtended(Message):
    """The clock was given more time, in its own unit. Both due instants stay on record, and both are reported."""

    type: Literal["ClockExtended"] = "ClockExtended"
    clock_id: str
    by: Budget
    cause: Literal["new_appointment", "extension"]
    """`new_appointment` stands in older events only, where an apology moved the limit itself."""
    reason: str
    legal_basis: str | None = None
    approved_by: str | None = None
    former_due_at: AwareDatetime
    due_at: AwareDatetime
    departments: tuple[str, ...] = ()
    """Those that hold open steps: each is told on its work topic."""


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


def record_of(json: str | bytes) -> EventRecord:
    """The record a ledger row or message holds. Raises pydantic's ValidationError on anything else."""
    return EventRecord.model_validate_json(json)


def canonical_json(record: EventRecord) -> str:
    """The one JSON text of a record: what is stored, hashed and sent. Absent fields are left out, the rest in declared order."""
    return record.model_dump_json(exclude_none=True)


def data_of(record: EventRecord) -> dict[str, Any]:
    """The record as JSON-ready values, for screens and `--json`."""
    return record.model_dump(mode="json")
