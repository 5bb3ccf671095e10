"""Due instants that passed: warnings, breaches and escalations, each exactly once and in order."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Final

from cases.clocks import breach, running, stop
from cases.closing import close
from cases.draft import Draft
from cases.model import APPLICANT_CLOCKS, Case, ClockState
from cases.suspensions import end_by_itself, remind
from cases.timetable import REVIEW, SUSPENSION, DueItem, ladder_of, next_item, timetable_of
from catalog.audiences import audience_of
from catalog.model import explanation_rule
from events.language.case_events import (
    AppointmentPassed,
    BreachConfirmed,
    BreachSetAside,
    CalendarExhausted,
    ConsultationLapsed,
    DefinitionRef,
    RungFired,
)
from events.language.commands import Tick
from events.language.reasons import ReasonCode
from sla.ladder import Rung

ALARMS: Final = ("breach", "escalation")
"""The kinds of rungs that a breach calls for: they are acknowledged, a warning is only read."""


def fire(draft: Draft, tick: Tick) -> None:
    """Fire everything due up to the tick's instant."""
    while not draft.state.is_closed:
        item = next_item(draft.state)
        if item is None or item.at > tick.due_at:
            return
        if item.clock_id == SUSPENSION:
            end_by_itself(draft)
        elif item.clock_id == REVIEW:
            remind(draft, item.at)
        else:
            _fire_of_clock(draft, draft.state.clocks[item.clock_id], item)


def _fire_of_clock(draft: Draft, state: ClockState, item: DueItem) -> None:
    match item.what:
        case "rung":
            _fire_rung(draft, state, item)
        case "appointment":
            draft.emit(AppointmentPassed(clock_id=state.id, appointment_at=item.at))
        case "breach":
            _breach(draft, state, item)
        case "set_aside":
            _set_aside_early(draft, state)
        case "calendar_end":
            _tell_end_of_calendar(draft, state)


def _breach(draft: Draft, state: ClockState, item: DueItem) -> None:
    breach(draft, state, item.at)
    if state.kind in APPLICANT_CLOCKS:
        rules = draft.state.definitions.procedure
        rule = rules.supplement if state.kind == "supplement" else explanation_rule(rules)
        stop(draft, state.id)
        close(draft, rule.on_expiry, code=ReasonCode.APPLICANT_LIMIT)
    elif state.kind == "consultation" and state.step_id is not None:
        step = draft.state.steps[state.step_id]
        asker = draft.state.steps[step.asked_by or state.step_id]
        draft.emit(
            ConsultationLapsed(
                step_id=step.id,
                asked_by=asker.id,
                department=step.department,
                asked_by_department=asker.department,
                silence=step.silence,
            )
        )


def _set_aside_early(draft: Draft, state: ClockState) -> None:
    table = timetable_of(state, draft.state.definitions)
    end_at, too_early = table.lawful_end_at, rungs_too_early(table.lawful_end_at, draft.now, state.fired, table.kinds)
    if too_early is None:
        draft.emit(BreachConfirmed(clock_id=state.id, lawful_end_at=end_at))
    else:
        draft.emit(
            BreachSetAside(clock_id=state.id, received_at=draft.now, due_at=end_at, cause="lawful_end", rungs=too_early)
        )


def rungs_too_early(
    lawful_end_at: datetime | None, now: datetime, fired: Iterable[str], kinds: Mapping[str, str]
) -> tuple[str, ...] | None:
    """The alarms that count no more, of a breach recorded before the law's end; None: that has passed, and the breach stands.

    An older rule took the appointment for the end: while the law's end has not passed there is no breach. Where it has,
    nobody is told a second time. `kinds`: by rung.
    """
    if lawful_end_at is not None and lawful_end_at < now:
        return None
    return tuple(rung for rung in fired if kinds.get(rung) in ALARMS)


def _tell_end_of_calendar(draft: Draft, state: ClockState) -> None:
    calendar = draft.state.definitions.calendar_of(state.calendar)
    beyond = tuple(
        other.id
        for other in running(draft.state)
        if other.calendar == state.calendar and timetable_of(other, draft.state.definitions).is_beyond_calendar
    )
    draft.emit(
        CalendarExhausted(
            calendar=DefinitionRef(id=calendar.id, version=calendar.version, digest=calendar.digest),
            last_day=calendar.last_day,
            clock_ids=beyond,
        )
    )


def _fire_rung(draft: Draft, state: ClockState, item: DueItem) -> None:
    definitions, rung = draft.state.definitions, _rung(draft.state, state, item.rung)
    department = _department(draft.state, state)
    draft.emit(
        RungFired(
            escalation_id=escalation_id_of(state.id, state.set_asides, rung),
            clock_id=state.id,
            clock_kind=state.kind,
            step_id=state.step_id,
            department=department,
            rung=rung.id,
            kind=rung.kind,
            level=rung.level,
            audience=rung.audience,
            audience_department=told_department(
                rung, department, definitions.procedure.agency, definitions.departments
            ),
            due_at=item.at,
            late_seconds=max(0.0, (draft.now - item.at).total_seconds()),
        )
    )


def escalation_id_of(clock_id: str, set_asides: int, rung: Rung) -> str:
    """The id of a rung that fires on a clock. After a breach that was set aside its rungs fire anew, under ids of their own."""
    again = f".{set_asides + 1}" if set_asides and rung.kind in ALARMS else ""
    return f"{clock_id}/{rung.id}{again}"


def _rung(case: Case, state: ClockState, rung_id: str | None) -> Rung:
    ladder = ladder_of(case.definitions, state.kind)
    rungs = () if ladder is None else ladder.rungs
    return next(rung for rung in rungs if rung.id == rung_id)


def told_department(rung: Rung, holder: str | None, agency: str, departments: Collection[str]) -> str | None:
    """The department whose role a rung tells; None: definitions of an early version do not say which departments there are."""
    return audience_of(rung.audience, holder, agency, departments)[0] if departments else None


def _department(case: Case, state: ClockState) -> str:
    step = case.steps.get(state.step_id or "")
    return step.department if step is not None else case.definitions.procedure.agency
