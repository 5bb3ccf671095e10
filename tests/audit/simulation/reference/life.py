"""What the model remembers of one case, and what it says happened. A second statement of the law, slow and plain."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from catalog.model import Definitions, LaneId, ProcedureVersion
from sla.definition import CalendarDefinition
from sla.units import Budget
from tests.audit.simulation.reference.hours import Hours, OffTheCalendarError, instant
from tests.audit.simulation.reference.limits import Ends, Limit

Fact = tuple[Any, ...]
"""Something that happened, in words that both the model and the core's events can be put into."""

CASE_KINDS = ("statutory", "green")
APPLICANT_KINDS = ("supplement", "explanation")
TWO_ENDED_KINDS = (*CASE_KINDS, *APPLICANT_KINDS)
WAITING_STATUSES = ("awaiting_supplement", "awaiting_explanation", "awaiting_payment", "suspended", "stopped")


class RefusedError(Exception):
    """The command is not taken, for one of these reasons: which of several is told first is no rule of law."""

    def __init__(self, *codes: str) -> None:
        super().__init__(*codes)
        self.codes = frozenset(codes)


@dataclass
class Step:
    """One department's work."""

    key: str
    department: str
    needs: tuple[str, ...] = ()
    status: str = "waiting"
    round: int = 0
    clock: str | None = None
    assigned_at: int = 0
    taken_at: int = 0
    """Since when its department has it: what makes it the holder."""
    asked_by: str | None = None
    lapsed: bool = False
    escalates: bool = False
    """Its silence is no consent: who asked waits on."""

    @property
    def is_open(self) -> bool:
        return self.status in ("assigned", "awaiting_supplement", "awaiting_explanation")


@dataclass
class Clock:
    """One limit that somebody is held to."""

    key: str
    kind: str
    step: str | None
    limit: Limit
    calendar: str
    status: str = "running"
    stopped: bool = False
    set_aside: bool = False
    acknowledged: bool = False
    passed: bool = False
    """The passing of its appointment is on record."""
    breached_at: int = 0
    held_by: str = ""
    """Why it stands still now."""
    fired: list[str] = field(default_factory=list)
    first_appointment: int | None = None

    @property
    def has_two_ends(self) -> bool:
        return self.kind in TWO_ENDED_KINDS and self.limit.unit.value in ("working_days", "days", "months")

    @property
    def undecided(self) -> bool:
        return self.status in ("running", "past_appointment")

    @property
    def counts_as_breached(self) -> bool:
        return self.status == "breached" and not self.set_aside

    def ends(self) -> Ends | None:
        """Its ends; None while it stands still, or where its calendar does not reach."""
        try:
            ends = self.limit.ends()
        except OffTheCalendarError:
            return None
        moved = self.limit.moved
        return ends if ends is None or self.has_two_ends or moved else Ends(ends.appointment_at, None)

    def ends_as_of(self, at: int) -> Ends | None:
        """Its ends; of a clock that stands still, where they would be if it ran on from an instant."""
        running = tuple((begins, max(begins, at) if ends is None else ends) for begins, ends in self.limit.held)
        return replace(self, limit=self.limit._replace(held=running)).ends()

    def take_over(self, other: Clock) -> None:
        """Stand still as long as the one whose place it takes."""
        self.held_by = other.held_by

    def change(self, **change: Any) -> None:
        """Run under another limit from now on."""
        self.limit = self.limit._replace(**change)


@dataclass
class Life:
    """One case."""

    definitions: Definitions
    status: str = "new"
    outcome: str | None = None
    lane: LaneId = LaneId.STANDARD
    opened: int = 0
    received: int = 0
    """From when the limit for telling the applicant counts: acceptance, or the last receipt of documents."""
    steps: dict[str, Step] = field(default_factory=dict)
    clocks: dict[str, Clock] = field(default_factory=dict)
    supplements: int = 0
    explanations: int = 0
    asking: str | None = None
    """The step that awaits the applicant."""
    asked_at: int = 0
    asked_for: frozenset[str] = frozenset()
    arrived: frozenset[str] = frozenset()
    asked_policy: str = "RESTART"
    applicant_holds: bool = False
    """The applicant has the case, and no clock of it runs."""
    held_since: int | None = None
    held_until: int | None = None
    """When the open suspension or stop ends by itself."""
    review_at: int | None = None
    released_at: int = 0
    """When the last suspension or stop ended."""
    stopped_from: str = "in_progress"
    """Where the case stood when it was stopped, and stands again."""
    noted: list[tuple[int, int]] = field(default_factory=list)
    fee_pauses: bool | None = None
    fees: int = 0
    moves: int = 0
    extended: int = 0
    seen: set[str] = field(default_factory=set)
    spans: list[tuple[int, str]] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    holding: Step | None = None
    """The work of whoever has the case, if it is a department's."""
    turn: int = 0
    """The instant of the turn: when what it gives out is heard."""

    @property
    def procedure(self) -> ProcedureVersion:
        return self.definitions.procedure

    @property
    def open_steps(self) -> list[Step]:
        return [step for step in self.steps.values() if step.is_open]

    @property
    def live_clocks(self) -> Iterator[Clock]:
        """The clocks of which something may still fire."""
        return (clock for clock in list(self.clocks.values()) if not clock.stopped)

    def say(self, *fact: Any) -> None:
        """Put on record that something happened."""
        self.facts.append(fact)

    def current(self, kind: str) -> Clock | None:
        """The latest clock of a kind."""
        return next((clock for clock in reversed(self.clocks.values()) if clock.kind == kind), None)

    def start(
        self, kind: str, step: str | None, budget: Budget, at: int, *, calendar: str | None = None, **limit: Any
    ) -> Clock:
        """Arm a clock."""
        held = limit.pop("held", ())
        number = 1 + sum(clock.kind == kind and clock.step == step for clock in self.clocks.values())
        own = self.definitions.calendar_of(calendar)
        of_case = kind in CASE_KINDS
        opening = of_case and self.procedure.after_hours.value == "next_opening"
        limit_ = Limit(hours_of(own), budget.unit, budget.amount, at, opening, held)
        clock = Clock(f"{kind}:{step or ''}#{number}", kind, step, limit_, own.id)
        clock.acknowledged = False
        self.clocks[clock.key] = clock
        self.say("started", clock.key, at, budget.amount, budget.unit.value)
        return clock

    def stop(self, clock: Clock, at: int) -> None:
        """What it measured is done: in time up to and including its end, set aside where a breach was recorded too soon."""
        if clock.stopped:
            return
        at = max(at, clock.limit.anchored)  # a stale answer does not end a clock before it began
        ends = clock.ends_as_of(at)
        in_time = ends is None or at <= ends.end_at
        kept = None if not clock.has_two_ends else ends is None or at <= ends.appointment_at
        if clock.has_two_ends and clock.limit.stands_still:
            kept = not clock.passed  # no appointment holds now; one that had passed before stays missed
        clock.stopped = True
        if clock.undecided:
            # Nothing may have passed unseen: an end that lies behind was recorded as a breach when it passed.
            clock.status = "met"
            self.say("met", clock.key, at, clock.limit.used(at), kept)
        elif in_time:
            clock.set_aside = True
            # Either it was received before the end that was recorded, or that end was moved by what was noted later.
            self.say("aside", clock.key, "delayed_by_system" if at <= clock.breached_at else "suspended")
        else:
            self.say("stopped", clock.key, at, clock.limit.used(at), kept)

    def cancel(self, clock: Clock, at: int) -> None:
        """It ends without a verdict; a breach stays on record."""
        if clock.stopped:
            return
        if not clock.undecided:
            self.stop(clock, at)  # also what is set aside since its end has moved
            return
        at = max(at, clock.limit.anchored)
        clock.stopped, clock.status = True, "cancelled"
        self.say("cancelled", clock.key, at)

    def hold(self, cause: str, since: int) -> None:
        """Let what runs stand still: no deadline, nothing due. The applicant's own time only where the handling is stopped."""
        for clock in self.live_clocks:
            if not clock.limit.stands_still and (cause == "stop" or clock.kind not in APPLICANT_KINDS):
                clock.change(held=(*clock.limit.held, (since, None)))
                clock.held_by = cause

    def release(self, cause: str, at: int) -> None:
        """Let it run again: the law's limits from the receipt, the time of whoever is to hear of it from the turn that tells."""
        for clock in self.live_clocks:
            if clock.limit.stands_still and clock.held_by == cause:
                until = at if clock.kind in CASE_KINDS else max(at, self.turn)
                *before, (since, _) = clock.limit.held
                clock.change(held=(*before, (since, max(since, until))))
                clock.held_by = ""


_hours: dict[str, Hours] = {}


def hours_of(definition: CalendarDefinition) -> Hours:
    """The walker of a calendar, one for each content."""
    found = _hours.get(definition.digest)
    if found is None:
        found = _hours[definition.digest] = Hours(definition)
    return found


__all__ = ["Clock", "Fact", "Life", "RefusedError", "Step", "hours_of", "instant"]
