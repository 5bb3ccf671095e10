"""The case: the state that a fold of `evolve` over its ledger yields. Values only."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal, NamedTuple, Self

from pydantic import BaseModel, ConfigDict

from catalog.dossier import Silence
from catalog.model import Definitions, LaneId
from events.language.case_events import ClockKind
from events.language.commands import Application, DocumentPart
from sla.clock import Clock
from sla.units import Budget


class CaseStatus(StrEnum):
    """Where a case stands."""

    NEW = "new"
    IN_PROGRESS = "in_progress"
    AWAITING_SUPPLEMENT = "awaiting_supplement"
    AWAITING_EXPLANATION = "awaiting_explanation"
    AWAITING_PAYMENT = "awaiting_payment"
    SUSPENDED = "suspended"
    STOPPED = "stopped"
    CLOSED = "closed"


class StepStatus(StrEnum):
    """Where a step stands."""

    WAITING = "waiting"
    ASSIGNED = "assigned"
    AWAITING_SUPPLEMENT = "awaiting_supplement"
    AWAITING_EXPLANATION = "awaiting_explanation"
    DONE = "done"
    CANCELLED = "cancelled"


WITH_APPLICANT = (StepStatus.AWAITING_SUPPLEMENT, StepStatus.AWAITING_EXPLANATION)
"""The step waits for what it asked of the applicant."""


class ClockStatus(StrEnum):
    """How a clock ended, or that it has not. I5: exactly one of met, breached, cancelled at the end."""

    RUNNING = "running"
    PAST_APPOINTMENT = "past_appointment"
    """The appointment told to the applicant passed; the limit still runs."""
    MET = "met"
    BREACHED = "breached"
    CANCELLED = "cancelled"


CASE_CLOCKS: tuple[ClockKind, ...] = ("statutory", "green")
APPLICANT_CLOCKS: tuple[ClockKind, ...] = ("supplement", "explanation")
"""The applicant's own limits."""
APPLICANT_HAS_IT = (CaseStatus.AWAITING_SUPPLEMENT, CaseStatus.AWAITING_EXPLANATION)
"""The applicant is to answer: no clock of the case runs meanwhile."""
UNDECIDED = (ClockStatus.RUNNING, ClockStatus.PAST_APPOINTMENT)
"""Neither met nor breached yet."""


FIRST = "_first"
"""What is kept beside a state under this name holds for that very state only: a changed copy has it not."""


class State(BaseModel):
    """A frozen part of the case."""

    model_config = ConfigDict(frozen=True)

    def changed(self, change: dict[str, Any]) -> Self:
        """A copy with other values in some fields. The values are trusted, as with `model_copy`, at a fifth of its cost."""
        copy = self.__class__.__new__(self.__class__)
        values = self.__dict__ | change
        values.pop(FIRST, None)
        told = self.__pydantic_fields_set__
        object.__setattr__(copy, "__dict__", values)
        object.__setattr__(copy, "__pydantic_fields_set__", told if change.keys() <= told else told | change.keys())
        object.__setattr__(copy, "__pydantic_extra__", None)
        object.__setattr__(copy, "__pydantic_private__", None)
        return copy


class StepState(State):
    """One step of this case."""

    id: str
    name_vi: str
    name_en: str
    department: str
    needs: tuple[str, ...] = ()
    kind: Literal["processing", "consultation"] = "processing"
    status: StepStatus = StepStatus.WAITING
    round: int = 0
    """How often it was assigned."""
    clock_id: str | None = None
    assigned_at: datetime | None = None
    asked_by: str | None = None
    """For a consultation: the step that asks."""
    question: str | None = None
    lapsed: bool = False
    """For a consultation: its limit passed without an opinion."""
    silence: Silence | None = None
    """For a consultation: what that means."""
    officer: str | None = None

    @property
    def is_open(self) -> bool:
        """Assigned and not answered, or waiting for the documents it asked for."""
        return self.status is StepStatus.ASSIGNED or self.status in WITH_APPLICANT


class ClockState(State):
    """One clock of this case with what its ladder has done."""

    id: str
    kind: ClockKind
    step_id: str | None
    clock: Clock
    status: ClockStatus = ClockStatus.RUNNING
    stopped: bool = False
    """What it measured is over; nothing of it fires any more."""
    fired: tuple[str, ...] = ()
    acknowledged: bool = False
    set_aside: bool = False
    """A breach is on record and does not count: the clock counts as met."""
    set_asides: int = 0
    """How many breaches were recorded too early, and set aside while the clock ran on."""
    breached_at: datetime | None = None
    """The end whose passing is on record."""
    breached_early: bool = False
    """By an older rule, which took the appointment for the end."""
    appointment_by: Budget | None = None
    """How far new appointments moved the appointment, in all."""
    first_appointment_at: datetime | None = None
    """As first told to the applicant; None: the clock has one end, or was started by an older version."""
    appointment_passed_at: datetime | None = None
    appointment_kept: bool | None = None
    ended_at: datetime | None = None
    """When what it measured was over."""
    told_beyond: str | None = None
    """The digest of the calendar that ends before this clock does, once that was told."""
    level: int = 0
    calendar: str | None = None
    """The id of the calendar on which it runs; None: the case's own."""

    @property
    def is_paused(self) -> bool:
        """Whether a suspension of it is open."""
        return bool(self.clock.suspensions) and self.clock.suspensions[-1].until_at is None

    @property
    def is_undecided(self) -> bool:
        """Neither met nor breached nor cancelled yet."""
        return self.status in UNDECIDED

    @property
    def counts_as_breached(self) -> bool:
        """On record as breached and not set aside."""
        return self.status is ClockStatus.BREACHED and not self.set_aside


class Span(NamedTuple):
    """From `started_at` on, `owner` has the case, until the next span."""

    owner: str
    started_at: datetime


class Case(State):
    """One case. Every instant is a business instant in UTC."""

    case_id: str
    definitions: Definitions
    sequence: int = 0
    status: CaseStatus = CaseStatus.NEW
    outcome: str | None = None
    application: Application | None = None
    lane: LaneId = LaneId.STANDARD
    dossier_code: str | None = None
    result_code: str | None = None
    opened_at: datetime | None = None
    received_at: datetime | None = None
    """From when the limit for a supplement notice counts: acceptance, or the latest receipt of supplements."""
    closed_at: datetime | None = None
    steps: dict[str, StepState] = {}
    clocks: dict[str, ClockState] = {}
    supplement_rounds: int = 0
    supplement_step: str | None = None
    documents_awaited: tuple[str, ...] = ()
    """The kinds of documents that were asked for and have not come."""
    supplements: tuple[DocumentPart, ...] | None = ()
    """What came after the application, the latest at the end and bounded; None: an older run, which did not keep it."""
    documents_given: int = 0
    """How many documents ever came."""
    explanation_rounds: int = 0
    explanation_step: str | None = None
    payments_asked: int = 0
    payments_confirmed: int = 0
    suspension_reason: str | None = None
    suspension_ends_at: datetime | None = None
    """When the open suspension or stop ends by itself, where something ends it."""
    suspension_review_at: datetime | None = None
    """When somebody must look at the open suspension or stop again."""
    suspended_since_at: datetime | None = None
    stopped_from: CaseStatus | None = None
    """Where the case stood when it was stopped, and stands again when that ends."""
    appointments_moved: int = 0
    extended_by: int = 0
    """Extensions so far, in the unit of the limit."""
    acknowledged: tuple[str, ...] = ()
    spans: tuple[Span, ...] = ()

    @property
    def stream_id(self) -> str:
        """The id of its stream in the ledger."""
        return self.case_id

    @property
    def is_closed(self) -> bool:
        """Whether the case has ended."""
        return self.status is CaseStatus.CLOSED

    @property
    def open_steps(self) -> list[StepState]:
        """The steps that wait for an answer, in the order of the procedure."""
        return [step for step in self.steps.values() if step.is_open]

    @property
    def working_departments(self) -> tuple[str, ...]:
        """The departments that hold open steps, each once, by id."""
        return tuple(sorted({step.department for step in self.open_steps}))

    def current_clock(self, kind: ClockKind) -> ClockState | None:
        """The latest clock of a kind: after a restart the new one."""
        return next((clock for clock in reversed(self.clocks.values()) if clock.kind == kind), None)

    def number_of(self, kind: ClockKind) -> int:
        """How many clocks of a kind were ever started."""
        return sum(clock.kind == kind for clock in self.clocks.values())


def blank(case_id: str, definitions: Definitions) -> Case:
    """The case before its first event."""
    return Case(case_id=case_id, definitions=definitions)


def holder(status: CaseStatus, steps: Mapping[str, StepState]) -> str:
    """Who has an open case now; every minute has exactly one owner.

    Of several departments at once, the one that has held its step longest: it is the one whose answer is awaited longest.
    """
    if status in APPLICANT_HAS_IT or status is CaseStatus.AWAITING_PAYMENT:
        return "applicant"
    if status in (CaseStatus.SUSPENDED, CaseStatus.STOPPED):
        return "suspension"
    held = [
        (step.kind != "processing", step.assigned_at, step.department)
        for step in steps.values()
        if step.status is StepStatus.ASSIGNED and step.assigned_at is not None
    ]
    return min(held, key=lambda entry: entry[:2])[2] if held else "between_steps"
