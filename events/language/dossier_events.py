"""Events: what happened to a linked dossier. They stand in the same ledger as the cases', in a stream of their own."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import AwareDatetime

from catalog.dossier import CascadePolicy, Silence
from events.language.commands import Actor, Message
from events.language.dossier_commands import CaseOutcome, Declaration, OwnedTime
from events.language.dossier_messages import ResultReference
from events.language.reasons import ReasonCode
from events.language.refusals import Refusal
from sla.deadline import AfterHours
from sla.units import Budget


class DossierOpened(Message):
    """A dossier was opened. All of it stands in this one event, so that it is there wholly or not at all."""

    type: Literal["DossierOpened"] = "DossierOpened"
    declaration: Declaration
    definitions_digest: str


class AnnouncedTask(Message):
    """What an agency will have to do, and by when, as it looks at opening."""

    application: str
    procedure: str
    needs: tuple[str, ...] = ()
    provisional_due_at: AwareDatetime


class AnnouncedConsultation(Message):
    """Whom the agency is to ask for an opinion, and what silence will mean."""

    application: str
    department: str
    limit: Budget
    silence: Silence


class DossierAnnounced(Message):
    """An agency was told of the dossier (Decree 61/2018 art. 19(6)b). No clock runs, and nothing may be decided yet."""

    type: Literal["DossierAnnounced"] = "DossierAnnounced"
    department: str
    lead: str
    tasks: tuple[AnnouncedTask, ...]
    consultations: tuple[AnnouncedConsultation, ...] = ()
    joint_due_at: AwareDatetime


class JointClockStarted(Message):
    """The promise over the whole: a joint limit of the law, or the critical path as it was at opening.

    The budget of a path is its working time; its last day is that of the limits that it is made of.
    """

    type: Literal["JointClockStarted"] = "JointClockStarted"
    basis: Literal["cap", "critical_path"]
    budget: Budget
    anchored_at: AwareDatetime
    after_hours: AfterHours = AfterHours.RECEIPT
    due_at: AwareDatetime
    """The appointment: the operational end."""
    lawful_day: date | None = None
    lawful_end_at: AwareDatetime | None = None
    """24:00 of the last day; None: the promise has one end, or this is an older event."""


class ApplicationReleased(Message):
    """All that it needs is there: the application becomes a case, with its clock, from this instant on."""

    type: Literal["ApplicationReleased"] = "ApplicationReleased"
    name: str
    round: int
    application_id: str
    case_id: str
    released_at: AwareDatetime
    results: tuple[ResultReference, ...] = ()
    """The results of other offices that it stands on."""
    warnings: tuple[str, ...] = ()
    """Applications that had better been granted before: practical edges, which hold nothing back."""


class ApplicationEnded(Message):
    """Its case has ended."""

    type: Literal["ApplicationEnded"] = "ApplicationEnded"
    name: str
    round: int
    case_id: str
    outcome: CaseOutcome
    result_code: str | None = None
    valid_until: date | None = None
    ended_at: AwareDatetime
    reason: str | None = None
    """What somebody wrote; of older events also an English sentence of the engine's."""
    reason_code: ReasonCode | None = None
    """The engine's own reason."""
    refusal: Refusal | None = None
    """Why it never became a case: a code with its details."""
    time_shares: tuple[OwnedTime, ...] = ()


class BlockCause(Message):
    """Why an application cannot be released: what it needs, and what became of that."""

    needs: str
    """An application of the dossier, or the number of a result."""
    status: str
    reason: str | None = None
    reason_code: ReasonCode | None = None
    refusal: Refusal | None = None
    """As the end of that application has them."""


class ApplicationBlocked(Message):
    """Something that it must have will not come, or is lost."""

    type: Literal["ApplicationBlocked"] = "ApplicationBlocked"
    name: str
    causes: tuple[BlockCause, ...]


class ApplicationUnblocked(Message):
    """What blocked it is out of the way."""

    type: Literal["ApplicationUnblocked"] = "ApplicationUnblocked"
    name: str


class ResultRecorded(Message):
    """A result from elsewhere takes the place of an application's own, or of another from elsewhere that it stands on."""

    type: Literal["ResultRecorded"] = "ResultRecorded"
    name: str
    result: ResultReference
    replaces: str | None = None
    """The number of the result from elsewhere whose place it takes."""
    by: Actor


class ResultRevoked(Message):
    """A result was revoked: marked with the time, and kept (Decree 45/2020 art. 15)."""

    type: Literal["ResultRevoked"] = "ResultRevoked"
    name: str
    """The application that gave it, or that stands on it."""
    result_code: str | None = None
    from_elsewhere: bool = False
    """Not the application's own, but one that it stands on."""
    reason: str
    legal_basis: str
    by: Actor


class ResultExpired(Message):
    """A result that something depends on is no longer valid."""

    type: Literal["ResultExpired"] = "ResultExpired"
    name: str
    """The application that gave it, or that stands on it."""
    number: str
    valid_until: date


class CascadeEffect(Message):
    """What becomes of one application."""

    name: str
    effect: Literal["stopped", "kept", "reopened"]
    policy: CascadePolicy
    because: str
    """The prerequisite that is lost."""
    status: str
    """What it was before."""
    case_id: str | None = None
    """Its open case, which is withdrawn."""


class CascadeApplied(Message):
    """What the preview said was done, in one."""

    type: Literal["CascadeApplied"] = "CascadeApplied"
    name: str
    effects: tuple[CascadeEffect, ...]
    reason: str | None = None
    by: Actor


class DossierPromised(Message):
    """When the whole will be done as it looks now, along which applications, and who holds them up."""

    type: Literal["DossierPromised"] = "DossierPromised"
    operational_at: AwareDatetime | None = None
    """None: the calendar ends before."""
    lawful_day: date | None = None
    critical_path: tuple[str, ...] = ()
    holder: str | None = None


class DossierRungFired(Message):
    """A rung of the joint clock's ladder."""

    type: Literal["DossierRungFired"] = "DossierRungFired"
    escalation_id: str
    rung: str
    kind: Literal["warning", "past_appointment", "breach", "escalation"]
    level: int
    audience: str
    """As the ladder has it, see `RungFired`."""
    audience_department: str | None = None
    """The department whose role the audience is; None: an older event, which does not say."""
    lead: str
    holder: str | None = None
    due_at: AwareDatetime
    late_seconds: float


class DossierAppointmentPassed(Message):
    """The first of the joint promise's two ends passed: the appointment told to the applicant. The limit still runs."""

    type: Literal["DossierAppointmentPassed"] = "DossierAppointmentPassed"
    appointment_at: AwareDatetime


class DossierBreached(Message):
    """The joint promise is broken. Never erased. `blame` is the time along the chain that everything waited for."""

    type: Literal["DossierBreached"] = "DossierBreached"
    due_at: AwareDatetime
    """The end that passed: the lawful one, where the promise has two."""
    critical_path: tuple[str, ...]
    blame: tuple[OwnedTime, ...]
    two_ends: bool | None = None
    """Whether the promise has two ends; None: an older event, recorded at the appointment."""


class DossierBreachConfirmed(Message):
    """A breach that an older rule recorded at the appointment stands: the lawful end has passed as well."""

    type: Literal["DossierBreachConfirmed"] = "DossierBreachConfirmed"
    lawful_end_at: AwareDatetime


class DossierBreachSetAside(Message):
    """A breach of the joint promise on record does not count. It stays visible."""

    type: Literal["DossierBreachSetAside"] = "DossierBreachSetAside"
    due_at: AwareDatetime
    """The end that holds."""
    cause: Literal["lawful_end", "delayed_by_system"]
    """`lawful_end`: recorded at the appointment, under an older rule, before the lawful end had passed; the promise runs
    on. `delayed_by_system`: the last end was received in time and delivered after the breach was recorded; the promise
    counts as kept."""
    rungs: tuple[str, ...] = ()
    """For `lawful_end`: the rungs that fired too early, and may fire again."""


class DossierReopened(Message):
    """A result of a closed dossier was revoked: what depends on it is to be decided anew. The stream goes on.

    The verdict on the joint promise, given with the first end, stays.
    """

    type: Literal["DossierReopened"] = "DossierReopened"
    name: str
    """The application whose result it is, or that stands on it."""
    reason: str
    legal_basis: str
    by: Actor
    former_outcome: str
    former_closed_at: AwareDatetime


class DossierWithdrawn(Message):
    """The applicant took it back: what has not begun is stopped, open cases are withdrawn."""

    type: Literal["DossierWithdrawn"] = "DossierWithdrawn"
    by: Actor
    reason: str | None = None
    """Of older events only."""
    reason_ref: str | None = None
    """Where in the vault the applicant's reason lies."""


class JointResult(Message):
    """What one application came to."""

    name: str
    status: str
    result_code: str | None = None


class DossierClosed(Message):
    """The end, with the joint result; every elapsed second has one owner along the chain that everything waited for."""

    type: Literal["DossierClosed"] = "DossierClosed"
    outcome: Literal["granted", "partly_granted", "refused", "withdrawn"]
    closed_at: AwareDatetime
    results: tuple[JointResult, ...]
    promise_kept: bool
    """Of the lawful end, or the only one; after a re-opening as the first end had it."""
    appointment_kept: bool | None = None
    """None: the promise has one end, was given back with the dossier, or this is an older event."""
    elapsed_seconds: float
    time_shares: tuple[OwnedTime, ...]


DossierEvent = (
    DossierOpened
    | DossierAnnounced
    | JointClockStarted
    | ApplicationReleased
    | ApplicationEnded
    | ApplicationBlocked
    | ApplicationUnblocked
    | ResultRecorded
    | ResultRevoked
    | ResultExpired
    | CascadeApplied
    | DossierPromised
    | DossierRungFired
    | DossierAppointmentPassed
    | DossierBreached
    | DossierBreachConfirmed
    | DossierBreachSetAside
    | DossierReopened
    | DossierWithdrawn
    | DossierClosed
)
"""Every event of a dossier besides EscalationAcknowledged, which it has in common with the cases."""
