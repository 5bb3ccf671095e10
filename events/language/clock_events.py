"""Events of a case's clocks: what was promised, what stood still, what passed, and what became of it."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import AwareDatetime

from events.language.commands import Message
from events.language.reasons import ReasonCode
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
    departments: tuple[str, ...] | None = None
    """Those that hold open steps: each is told on its work topic; None: an older event."""


class ClockSuspended(Message):
    """These clocks stood still from one instant to another: a suspension noted after it was over."""

    type: Literal["ClockSuspended"] = "ClockSuspended"
    clock_ids: tuple[str, ...]
    from_at: AwareDatetime
    until_at: AwareDatetime
    reason: str
    legal_basis: str
    departments: tuple[str, ...] | None = None
    """Those that hold open steps: each is told on its work topic; None: an older event."""


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
    departments: tuple[str, ...] | None = None
    """Those that hold open steps: each is told on its work topic; None: an older event."""


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


class RungFired(Message):
    """A rung of a clock's ladder: a warning, the breach, or an escalation."""

    type: Literal["RungFired"] = "RungFired"
    escalation_id: str
    clock_id: str
    clock_kind: ClockKind
    step_id: str | None = None
    department: str | None = None
    """Whose step it is; of a clock without a step, the agency in charge."""
    rung: str
    kind: Literal["warning", "past_appointment", "breach", "escalation"]
    level: int
    audience: str
    """As the ladder has it: a role, `lead-` and a role of the agency in charge, or a department's id."""
    audience_department: str | None = None
    """The department whose role the audience is; None: an older event, which does not say."""
    due_at: AwareDatetime
    """When the rung was due."""
    late_seconds: float
    """How long after that it was decided; above the timer's own fraction of a second only after an outage."""


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
