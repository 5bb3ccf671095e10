"""The core's own words put into the model's: what its events say happened, and where its case stands."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from cases.model import Case
from cases.timetable import appointment_at, end_at, next_due
from events.language import case_events as ev
from events.language.case_events import EventRecord
from tests.audit.simulation.reference.hours import instant
from tests.audit.simulation.reference.life import Fact, Life
from tests.audit.simulation.reference.player import Player

State = dict[str, Any]


class Names:
    """Clocks and opinions by what they are, not by what the core calls them."""

    def __init__(self, case: Case) -> None:
        self.steps: dict[str, str] = {}
        opinions: dict[str, int] = {}
        for step in case.steps.values():
            self.steps[step.id] = step.id
            if step.asked_by is not None:
                opinions[step.asked_by] = opinions.get(step.asked_by, 0) + 1
                self.steps[step.id] = f"{step.asked_by}?{opinions[step.asked_by]}"
        self.clocks: dict[str, str] = {}
        self.anchors = {state.id: instant(state.clock.anchored_at) for state in case.clocks.values()}
        numbers: dict[tuple[str, str], int] = {}
        for state in case.clocks.values():
            about = (state.kind, self.steps.get(state.step_id or "", ""))
            numbers[about] = numbers.get(about, 0) + 1
            self.clocks[state.id] = f"{state.kind}:{about[1]}#{numbers[about]}"

    def step(self, step_id: str) -> str:
        return self.steps.get(step_id, step_id)

    def clock(self, clock_id: str) -> str:
        return self.clocks.get(clock_id, clock_id)


def facts_of(records: Iterable[EventRecord], case: Case) -> list[Fact]:
    """What the core says happened."""
    names = Names(case)
    told = (_fact(record.event, names) for record in records)
    return [fact for fact in told if fact is not None]


def _at(at: datetime | None) -> int | None:
    return None if at is None else instant(at)


def _fact(event: Any, names: Names) -> Fact | None:
    teller = _TELLERS.get(type(event))
    return None if teller is None else teller(event, names)


def _used(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds * 1_000_000)


_TELLERS: dict[type, Any] = {
    ev.ApplicationClassified: lambda e, n: ("classified", e.lane.value),
    ev.GreenPromiseDeclined: lambda e, n: ("declined",),
    ev.ClockStarted: lambda e, n: (
        "started",
        n.clock(e.clock_id),
        _at(e.anchored_at),
        e.budget.amount,
        e.budget.unit.value,
    ),
    ev.ClockMet: lambda e, n: (
        "met",
        n.clock(e.clock_id),
        _at(e.ended_at),
        _used(e.consumed_seconds),
        e.appointment_kept,
    ),
    ev.ClockStopped: lambda e, n: (
        "stopped",
        n.clock(e.clock_id),
        _at(e.ended_at),
        _used(e.consumed_seconds),
        e.appointment_kept,
    ),
    ev.ClockCancelled: lambda e, n: (
        "cancelled",
        n.clock(e.clock_id),
        max(_at(e.ended_at) or 0, n.anchors[e.clock_id]),
    ),
    ev.ClockBreached: lambda e, n: ("breached", n.clock(e.clock_id), _at(e.due_at)),
    ev.BreachSetAside: lambda e, n: ("aside", n.clock(e.clock_id), e.cause),
    ev.AppointmentPassed: lambda e, n: ("passed", n.clock(e.clock_id), _at(e.appointment_at)),
    ev.AppointmentMoved: lambda e, n: (
        "moved",
        n.clock(e.clock_id),
        _at(e.former_appointment_at),
        _at(e.appointment_at),
    ),
    ev.ClockExtended: lambda e, n: ("extended", n.clock(e.clock_id), _at(e.former_due_at), _at(e.due_at)),
    ev.RungFired: lambda e, n: ("rung", n.clock(e.clock_id), e.rung, _at(e.due_at)),
    ev.StepAssigned: lambda e, n: ("assigned", n.step(e.step_id), e.department, e.round, _at(e.due_at)),
    ev.StepDecided: lambda e, n: ("decided", n.step(e.step_id), e.outcome.value, _at(e.decided_at), e.late),
    ev.StepCancelled: lambda e, n: ("step cancelled", n.step(e.step_id)),
    ev.StepReassigned: lambda e, n: ("reassigned", n.step(e.step_id), e.to_department),
    ev.ConsultationRequested: lambda e, n: ("consulted", n.step(e.step_id)),
    ev.ConsultationLapsed: lambda e, n: ("lapsed", n.step(e.step_id)),
    ev.SupplementRequested: lambda e, n: ("documents asked", e.round, e.late, _at(e.notice_due_at)),
    ev.SupplementReceived: lambda e, n: ("documents came", _at(e.received_at), bool(e.missing)),
    ev.ExplanationRequested: lambda e, n: ("explanation asked", e.round, e.late, _at(e.notice_due_at)),
    ev.ExplanationReceived: lambda e, n: ("explanation came", _at(e.received_at)),
    ev.CaseStopped: lambda e, n: ("stopped case", _at(e.stopped_at)),
    ev.CaseReturned: lambda e, n: ("returned case",),
    ev.SuspensionReviewDue: lambda e, n: ("review", _at(e.due_at)),
    ev.PaymentRequested: lambda e, n: ("fee asked", n.step(e.step_id)),
    ev.PaymentConfirmed: lambda e, n: ("fee paid",),
    ev.LaneChanged: lambda e, n: ("lane", e.to_lane.value),
    ev.CalendarApplied: lambda e, n: ("calendar", e.calendar.version),
    ev.ProcedureMigrated: lambda e, n: ("migrated", e.procedure.version),
    ev.EscalationAcknowledged: lambda e, n: ("seen", n.clock(e.clock_id), e.escalation_id.rpartition("/")[2]),
    ev.CaseClosed: lambda e, n: (
        "closed",
        e.outcome,
        _at(e.closed_at),
        *sorted((share.owner, _used(share.seconds)) for share in e.time_shares),
    ),
}


def state_of_case(case: Case) -> State:
    """Where the core's case stands."""
    names, definitions = Names(case), case.definitions
    found: State = {
        "status": case.status.value,
        "outcome": case.outcome,
        "lane": case.lane.value,
        "rounds": (case.supplement_rounds, case.explanation_rounds, case.appointments_moved, case.extended_by),
        "next": _at(next_due(case)),
    }
    for step in case.steps.values():
        found[f"step {names.step(step.id)}"] = (step.department, step.status.value, step.round)
    for state in case.clocks.values():
        ends = (None, None) if state.stopped else (appointment_at(state, definitions), end_at(state, definitions))
        found[f"clock {names.clock(state.id)}"] = (
            state.status.value,
            state.stopped,
            state.set_aside,
            _at(ends[0]),
            _at(ends[1]),
            _at(state.first_appointment_at),
        )
    return found


def state_of_model(player: Player) -> State:
    """Where the model's case stands."""
    life: Life = player.life
    found: State = {
        "status": life.status,
        "outcome": life.outcome,
        "lane": life.lane.value,
        "rounds": (life.supplements, life.explanations, life.moves, life.extended),
        "next": player.next_due(),
    }
    for step in life.steps.values():
        found[f"step {step.key}"] = (step.department, step.status, step.round)
    for clock in life.clocks.values():
        ends = None if clock.stopped else clock.ends()
        found[f"clock {clock.key}"] = (
            clock.status,
            clock.stopped,
            clock.set_aside,
            None if ends is None else ends.appointment_at,
            None if ends is None else ends.end_at,
            clock.first_appointment,
        )
    return found
