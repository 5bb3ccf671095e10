"""Due instants that passed: warnings, breaches and escalations, each exactly once and in order."""

from __future__ import annotations

from datetime import datetime

from cases.clocks import resume, stop
from cases.closing import close
from cases.draft import Draft
from cases.model import Case, ClockState
from cases.timetable import SUSPENSION, DueItem, ladder_of, next_item
from events.language.case_events import ClockBreached, ConsultationLapsed, RungFired
from events.language.commands import Tick
from sla.ladder import Rung


def tick_of(due_at: datetime) -> Tick:
    """The command that a passed due instant is."""
    return Tick(due_at=due_at)


def fire(draft: Draft, tick: Tick) -> None:
    """Fire everything due up to the tick's instant."""
    while not draft.case.is_closed:
        item = next_item(draft.case)
        if item is None or item.at > tick.due_at:
            return
        if item.clock_id == SUSPENSION:
            resume(draft, "suspension", "the longest time that the procedure allows has passed")
            continue
        state = draft.case.clocks[item.clock_id]
        if item.rung is None:
            _breach(draft, state, item)
        else:
            _fire_rung(draft, state, item)


def _breach(draft: Draft, state: ClockState, item: DueItem) -> None:
    draft.emit(ClockBreached(clock_id=state.id, due_at=item.at))
    if state.kind == "supplement":
        rule = draft.case.definitions.procedure.supplement
        stop(draft, state.id)
        close(draft, rule.on_expiry, "the applicant's time limit passed")
    elif state.kind == "consultation" and state.step_id is not None:
        step = draft.case.steps[state.step_id]
        asker = draft.case.steps[step.asked_by or state.step_id]
        draft.emit(
            ConsultationLapsed(
                step_id=step.id,
                asked_by=asker.id,
                department=step.department,
                asked_by_department=asker.department,
                silence=step.silence,
            )
        )


def _fire_rung(draft: Draft, state: ClockState, item: DueItem) -> None:
    rung = _rung(draft.case, state, item.rung)
    draft.emit(
        RungFired(
            escalation_id=f"{state.id}/{rung.id}",
            clock_id=state.id,
            clock_kind=state.kind,
            step_id=state.step_id,
            department=_department(draft.case, state),
            rung=rung.id,
            kind=rung.kind,
            level=rung.level,
            audience=rung.audience,
            due_at=item.at,
            late_seconds=max(0.0, (draft.now - item.at).total_seconds()),
        )
    )


def _rung(case: Case, state: ClockState, rung_id: str | None) -> Rung:
    ladder = ladder_of(case.definitions, state.kind)
    rungs = () if ladder is None else ladder.rungs
    return next(rung for rung in rungs if rung.id == rung_id)


def _department(case: Case, state: ClockState) -> str:
    step = case.steps.get(state.step_id or "")
    return step.department if step is not None else case.definitions.procedure.agency
