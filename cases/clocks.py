"""Clocks of a case: arming, pausing, ending, and what falls due. The arithmetic of time is in sla/."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from cases.draft import Draft
from cases.model import (
    APPLICANT_CLOCKS,
    APPLICANT_HAS_IT,
    CASE_CLOCKS,
    Case,
    CaseStatus,
    ClockState,
    ClockStatus,
)
from cases.promises import exceeds_statute, green_budget, minimum_cut
from cases.timetable import end_at, has_two_ends, timetable_of
from catalog.model import explanation_rule
from events.language.case_events import (
    BreachSetAside,
    ClockBreached,
    ClockCancelled,
    ClockKind,
    ClockMet,
    ClockPaused,
    ClockResumed,
    ClockStarted,
    ClockStopped,
    GreenPromiseDeclined,
    PauseCause,
)
from events.language.reasons import ReasonCode
from sla.clock import Clock
from sla.deadline import AfterHours, Due, due
from sla.errors import CalendarRangeError
from sla.suspension import Suspension
from sla.units import Budget

APPLICANT_CAUSES: Final[tuple[PauseCause, ...]] = ("supplement", "explanation")
"""Where the request itself is told, a pause that holds no clock is not."""


def arm(
    draft: Draft,
    kind: ClockKind,
    budget: Budget,
    anchored_at: datetime,
    step_id: str | None = None,
    department: str | None = None,
) -> str:
    """Start a clock and return its id. A clock that is armed again gets a number: `statutory`, `statutory.2`.

    `department` is the one whose time it measures: it runs on the calendar that the department keeps.

    Raises CalendarRangeError where a case is opened, or an opinion asked, and the calendar ends before the limit does:
    somebody can still publish a longer one, or choose a shorter limit. In an open case the clock is armed without an end,
    and `CalendarExhausted` says so: nobody's answer is refused because of a calendar.
    """
    after_hours = draft.state.definitions.procedure.after_hours if kind in CASE_CLOCKS else AfterHours.RECEIPT
    calendar = draft.state.definitions.calendar_ids.get(department or "")
    started = ClockStarted(
        clock_id=_free_id(draft.state, kind, step_id),
        kind=kind,
        step_id=step_id,
        budget=budget,
        anchored_at=anchored_at,
        after_hours=after_hours,
        suspensions=_standing_still(draft, kind),
        calendar=calendar,
    )
    ends = _ends(started, draft)
    if ends is not None and kind in CASE_CLOCKS and has_two_ends(kind, budget):
        started = started.model_copy(update={"first_appointment_at": draft.utc(ends.operational_at)})
    draft.emit(started)
    return started.clock_id


def _ends(started: ClockStarted, draft: Draft) -> Due | None:
    """The ends of a clock as it will run; None: the calendar ends before."""
    try:
        return due(started.budget, started.anchored_at, draft.calendar_of(started.calendar), started.after_hours)
    except CalendarRangeError:
        # A limit that somebody sets himself is his to choose: he is told at once that the calendar does not reach so far.
        if draft.is_opening or started.kind == "consultation":
            raise
        return None


def _free_id(case: Case, kind: ClockKind, step_id: str | None) -> str:
    # The number goes on until the id is free: a declared step may be called `a.2`, and so meet the second clock of `a`.
    stem = f"{kind}:{step_id}" if step_id is not None else kind
    number = 1 + sum(c.kind == kind and c.step_id == step_id for c in case.clocks.values())
    while (clock_id := stem if number == 1 else f"{stem}.{number}") in case.clocks:
        number += 1
    return clock_id


def _standing_still(draft: Draft, kind: ClockKind) -> tuple[Suspension, ...]:
    """The pause in which a clock starts that is started while the case stands still, or while the applicant has it.

    No clock of the case runs then, those of steps and consultations neither: a department may go on working, and what it
    takes is not counted against it.
    """
    case = draft.state
    stands = case.status in (CaseStatus.SUSPENDED, CaseStatus.STOPPED, CaseStatus.AWAITING_PAYMENT)
    if case.status in APPLICANT_HAS_IT:
        runs_on = explanation_rule(case.definitions.procedure).clock == "RUN"
        stands = case.status is CaseStatus.AWAITING_SUPPLEMENT or not runs_on
    if kind in APPLICANT_CLOCKS or not stands:
        return ()
    return (Suspension(from_at=draft.at, reason=case.suspension_reason or _waits_for(case.status)),)


def _waits_for(status: CaseStatus) -> str:
    return ReasonCode.PAYMENT_AWAITED if status is CaseStatus.AWAITING_PAYMENT else status


def rearm(draft: Draft, kind: ClockKind, budget: Budget, former: ClockState, step_id: str | None = None) -> None:
    """Start a clock in the place of another: same anchor, same pauses, same calendar, another budget.

    The appointment first told stays the first one told, and a new appointment given with an apology stays given.
    """
    keeps = former.appointment_by is not None and former.appointment_by.unit is budget.unit
    draft.emit(
        ClockStarted(
            clock_id=_free_id(draft.state, kind, step_id),
            kind=kind,
            step_id=step_id,
            budget=budget,
            anchored_at=former.clock.anchored_at,
            after_hours=former.clock.after_hours,
            suspensions=former.clock.suspensions,
            calendar=former.calendar,
            first_appointment_at=former.first_appointment_at
            if former.kind == kind
            else _first_told(draft, budget, former),
            appointment_by=former.appointment_by if keeps and former.kind == kind else None,
        )
    )


def as_it_will_run(clock: Clock, at: datetime) -> Clock:
    """The clock, if what holds it now ended at the instant."""
    return clock.resume(max(at, clock.suspensions[-1].from_at)) if clock.is_open_ended else clock


def _first_told(draft: Draft, budget: Budget, beside: ClockState) -> datetime | None:
    if not has_two_ends("green", budget):
        return None
    runs = as_it_will_run(beside.clock.model_copy(update={"budget": budget}), draft.at)
    try:
        end = runs.due(draft.calendar_of(beside.calendar))
    except CalendarRangeError:
        return None
    return None if end is None else draft.utc(end.operational_at)


def arm_case_clocks(draft: Draft) -> None:
    """Start the statutory clock and, where the lane promises more, the green one, both from the draft's instant."""
    definitions = draft.state.definitions
    statutory = definitions.procedure.limit
    if statutory is None:
        return
    armed = arm(draft, "statutory", statutory, draft.at)
    green = green_budget(definitions, draft.state.lane)
    if green is None:
        return
    promise = given_beside(draft.state.clocks[armed].clock, green, draft)
    if isinstance(promise, Budget):
        arm(draft, "green", promise, draft.at)
    else:
        draft.emit(promise)


def given_beside(statutory: Clock, green: Budget | ReasonCode, draft: Draft) -> Budget | GreenPromiseDeclined:
    """What the lane promises beside the statutory clock, or why that is not given: whenever a green clock is to be armed."""
    if isinstance(green, ReasonCode):
        return GreenPromiseDeclined(code=green)
    promised = str(green)
    if exceeds_statute(green, statutory, draft.calendar):
        details = {"promise": promised, "limit": str(statutory.budget)}
        return GreenPromiseDeclined(code=ReasonCode.AFTER_STATUTE, details=details)
    least = minimum_cut(green, draft.state.definitions.procedure, statutory.anchored_at, draft.calendar)
    if least is not None:
        details = {"promise": promised, "minimum": str(least)}
        return GreenPromiseDeclined(code=ReasonCode.CUTS_MINIMUM, details=details)
    return green


def promised_budget(case: Case) -> Budget | None:
    """The budget that the steps share: the green promise where one is given, else the statutory limit."""
    green = case.current_clock("green")
    if green is not None and not green.stopped:
        return green.clock.budget
    return case.definitions.procedure.limit


def running(case: Case) -> Iterable[ClockState]:
    """The clocks that are not over, breached ones included, paused or not."""
    return [state for state in case.clocks.values() if not state.stopped]


def pause(
    draft: Draft,
    states: Iterable[ClockState],
    cause: PauseCause,
    reason: str,
    legal_basis: str | None = None,
    review_at: datetime | None = None,
) -> None:
    """Suspend these clocks from the draft's instant on; `review_at`: when somebody must look at it again."""
    clock_ids = tuple(state.id for state in states if not state.is_paused)
    if clock_ids or cause not in APPLICANT_CAUSES:
        draft.emit(
            ClockPaused(
                clock_ids=clock_ids,
                from_at=draft.at,
                cause=cause,
                reason=reason,
                legal_basis=legal_basis,
                review_at=review_at,
                departments=draft.state.working_departments,
            )
        )


def resume(draft: Draft, cause: PauseCause, reason: str | None = None, code: ReasonCode | None = None) -> None:
    """Let every paused clock run again: the case's from the draft's instant on, a department's from its turn on.

    What lies between is our own delay, and a department has its work again only when it is told.
    """
    paused = [s for s in running(draft.state) if s.is_paused and _is_held_by(cause, s, draft.state)]
    # A message that was long under way may say it ended before we heard that it began: then it lasted no time at all.
    until_at = max([draft.at, *(state.clock.suspensions[-1].from_at for state in paused)])
    work_until_at = max(until_at, draft.now)
    work = tuple(state.id for state in paused if state.kind not in CASE_CLOCKS) if work_until_at > until_at else ()
    clock_ids = tuple(state.id for state in paused)
    if clock_ids or cause not in APPLICANT_CAUSES:
        draft.emit(
            ClockResumed(
                clock_ids=clock_ids,
                until_at=until_at,
                cause=cause,
                reason=reason,
                code=code,
                work_ids=work,
                work_until_at=work_until_at if work else None,
                departments=draft.state.working_departments,
            )
        )


def _is_held_by(cause: PauseCause, state: ClockState, case: Case) -> bool:
    of_applicant = state.kind in APPLICANT_CLOCKS
    if cause != "stop":
        return not of_applicant
    # A stop while the applicant was to answer held the applicant's own limit; the case's clocks were held by the request
    # already, and still are, unless they run on beside an explanation.
    runs_on = explanation_rule(case.definitions.procedure).clock == "RUN"
    awaited = case.stopped_from is CaseStatus.AWAITING_SUPPLEMENT
    awaited = awaited or (case.stopped_from is CaseStatus.AWAITING_EXPLANATION and not runs_on)
    return of_applicant or not awaited


def finish(draft: Draft, clock_id: str | None) -> None:
    """What the clock measured is done at the draft's instant: met, set aside, or a breach that stays on record."""
    state = draft.state.clocks.get(clock_id or "")
    if state is None or state.stopped:
        return
    ends_at = end_at(state, draft.state.definitions)
    if state.status is ClockStatus.BREACHED:
        # It may stand still, from before the end on record perhaps: its end is where it would be if it ran on from now.
        runs = state.changed({"clock": as_it_will_run(state.clock, draft.at)})
        would_end_at = end_at(runs, draft.state.definitions)
        if would_end_at is not None and draft.at <= would_end_at:
            _set_aside(draft, state, ends_at)
        else:
            stop(draft, state.id)
    elif ends_at is not None and draft.at > ends_at:
        breach(draft, state, ends_at)
        stop(draft, state.id)
    else:
        draft.emit(
            ClockMet(
                clock_id=state.id,
                ended_at=_ended_at(draft, state),
                consumed_seconds=_consumed_seconds(draft, state),
                appointment_kept=_appointment_kept(draft, state),
            )
        )


def _set_aside(draft: Draft, state: ClockState, ends_at: datetime | None) -> None:
    # Received before the end that was recorded as passed: it was we who were late. Else the end itself has moved since.
    in_time = state.breached_at is not None and draft.at <= state.breached_at
    draft.emit(
        BreachSetAside(
            clock_id=state.id,
            received_at=draft.at,
            due_at=ends_at,
            cause="delayed_by_system" if in_time else "suspended",
            appointment_kept=_appointment_kept(draft, state),
        )
    )


def _appointment_kept(draft: Draft, state: ClockState) -> bool | None:
    table = timetable_of(state, draft.state.definitions)
    if not table.two_ends:
        return None
    if table.appointment_at is None:
        # It stands still, so no appointment holds now; one that had passed before stays missed.
        return state.appointment_passed_at is None
    return draft.at <= table.appointment_at


def breach(draft: Draft, state: ClockState, ends_at: datetime) -> None:
    """Record that the end of the clock passed."""
    two_ends = has_two_ends(state.kind, state.clock.budget)
    draft.emit(ClockBreached(clock_id=state.id, due_at=ends_at, two_ends=two_ends))


def stop(draft: Draft, clock_id: str) -> None:
    """What a breached clock measured is over at the draft's instant; the breach stays."""
    state = draft.state.clocks[clock_id]
    draft.emit(
        ClockStopped(
            clock_id=clock_id,
            ended_at=_ended_at(draft, state),
            consumed_seconds=_consumed_seconds(draft, state),
            appointment_kept=_appointment_kept(draft, state),
        )
    )


def _ended_at(draft: Draft, state: ClockState) -> datetime:
    # An end that was received before the turn that armed the clock: it did not run at all, nor backwards.
    return max(draft.at, draft.utc(state.clock.anchored_at))


def _consumed_seconds(draft: Draft, state: ClockState) -> float | None:
    try:
        return state.clock.consumed(draft.at, draft.calendar_of(state.calendar)).total_seconds()
    except CalendarRangeError:
        return None


def cancel(draft: Draft, clock_id: str | None, cause: str) -> None:
    """The clock ends without a verdict; a breach already on record stays and the clock only stops."""
    state = draft.state.clocks.get(clock_id or "")
    if state is None or state.stopped:
        return
    if state.status is ClockStatus.BREACHED:
        finish(draft, clock_id)
    else:
        draft.emit(
            ClockCancelled.model_validate({"clock_id": state.id, "ended_at": _ended_at(draft, state), "cause": cause})
        )
