"""Clocks of a case: arming, pausing, ending, and what falls due. The arithmetic of time is in sla/."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from cases.draft import Draft
from cases.model import CASE_CLOCKS, Case, CaseStatus, ClockKind, ClockState, ClockStatus
from cases.promises import exceeds_statute, green_budget, minimum_cut
from cases.timetable import due_instant, next_due
from events.language.case_events import (
    BreachSetAside,
    ClockBreached,
    ClockCancelled,
    ClockMet,
    ClockPaused,
    ClockResumed,
    ClockStarted,
    ClockStopped,
    GreenPromiseDeclined,
)
from sla.clock import Clock
from sla.deadline import AfterHours, due
from sla.suspension import Suspension
from sla.units import Budget

__all__ = [
    "arm",
    "arm_case_clocks",
    "cancel",
    "due_instant",
    "finish",
    "given_beside",
    "next_due",
    "pause",
    "promised_budget",
    "resume",
    "running",
    "stop",
]


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

    Raises CalendarRangeError where the calendar ends before the limit does.
    """
    stem = f"{kind}:{step_id}" if step_id is not None else kind
    earlier = sum(c.kind == kind and c.step_id == step_id for c in draft.case.clocks.values())
    clock_id = stem if earlier == 0 else f"{stem}.{earlier + 1}"
    after_hours = draft.case.definitions.procedure.after_hours if kind in CASE_CLOCKS else AfterHours.RECEIPT
    calendar = draft.case.definitions.calendar_ids.get(department or "")
    if kind != "supplement":
        # A limit that ends after the calendar is refused while somebody can still publish a longer calendar; only the
        # applicant's own limit may stay open until then: that is in his favour.
        due(budget, anchored_at, draft.calendar_of(calendar), after_hours)
    draft.emit(
        ClockStarted(
            clock_id=clock_id,
            kind=kind,
            step_id=step_id,
            budget=budget,
            anchored_at=anchored_at,
            after_hours=after_hours,
            suspensions=_standing_still(draft),
            calendar=calendar,
        )
    )
    return clock_id


def _standing_still(draft: Draft) -> tuple[Suspension, ...]:
    # A clock that starts in a case that stands still (its procedure was migrated) stands still with the others.
    if draft.case.status not in (CaseStatus.SUSPENDED, CaseStatus.AWAITING_PAYMENT):
        return ()
    return (Suspension(from_at=draft.at, reason=draft.case.suspension_reason or "payment awaited"),)


def rearm(draft: Draft, kind: ClockKind, budget: Budget, former: ClockState, step_id: str | None = None) -> None:
    """Start a clock in the place of another: same anchor, same pauses, same calendar, another budget."""
    stem = f"{kind}:{step_id}" if step_id is not None else kind
    earlier = sum(c.kind == kind and c.step_id == step_id for c in draft.case.clocks.values())
    draft.emit(
        ClockStarted(
            clock_id=stem if earlier == 0 else f"{stem}.{earlier + 1}",
            kind=kind,
            step_id=step_id,
            budget=budget,
            anchored_at=former.clock.anchored_at,
            after_hours=former.clock.after_hours,
            suspensions=former.clock.suspensions,
            calendar=former.calendar,
        )
    )


def arm_case_clocks(draft: Draft) -> None:
    """Start the statutory clock and, where the lane promises more, the green one, both from the draft's instant."""
    definitions = draft.case.definitions
    statutory = definitions.procedure.limit
    if statutory is None:
        return
    armed = arm(draft, "statutory", statutory, draft.at)
    green = green_budget(definitions, draft.case.lane)
    if green is None:
        return
    promise = given_beside(draft.case.clocks[armed].clock, green, draft)
    if isinstance(promise, Budget):
        arm(draft, "green", promise, draft.at)
    else:
        draft.emit(promise)


def given_beside(statutory: Clock, green: Budget | str, draft: Draft) -> Budget | GreenPromiseDeclined:
    """What the lane promises beside the statutory clock, or why that is not given: whenever a green clock is to be armed."""
    if isinstance(green, str):
        return GreenPromiseDeclined(reason=green)
    promised = f"{green.amount} {green.unit}"
    if exceeds_statute(green, statutory, draft.calendar):
        limit = f"{statutory.budget.amount} {statutory.budget.unit}"
        return GreenPromiseDeclined(reason=f"{promised} would fall after the statutory {limit}")
    least = minimum_cut(green, draft.case.definitions.procedure, statutory.anchored_at, draft.calendar)
    if least is not None:
        cut = f"{least.amount} {least.unit}"
        return GreenPromiseDeclined(reason=f"{promised} would cut the steps' mandatory minimum of {cut}")
    return green


def promised_budget(case: Case) -> Budget | None:
    """The budget that the steps share: the green promise where one is given, else the statutory limit."""
    green = case.current_clock("green")
    if green is not None and green.status is not ClockStatus.CANCELLED:
        return green.clock.budget
    return case.definitions.procedure.limit


def running(case: Case) -> Iterable[ClockState]:
    """The clocks that are not over, breached ones included, paused or not."""
    return [state for state in case.clocks.values() if not state.stopped]


def pause(draft: Draft, states: Iterable[ClockState], cause: str, reason: str, legal_basis: str | None) -> None:
    """Suspend these clocks from the draft's instant on."""
    clock_ids = tuple(state.id for state in states if not state.is_paused)
    if clock_ids or cause != "supplement":
        draft.emit(
            ClockPaused.model_validate(
                {
                    "clock_ids": clock_ids,
                    "from_at": draft.at,
                    "cause": cause,
                    "reason": reason,
                    "legal_basis": legal_basis,
                }
            )
        )


def resume(draft: Draft, cause: str, reason: str) -> None:
    """Let every paused clock run again from the draft's instant on."""
    paused = [state for state in running(draft.case) if state.is_paused]
    # A message that was long under way may say it ended before we heard that it began: then it lasted no time at all.
    until_at = max([draft.at, *(state.clock.suspensions[-1].from_at for state in paused)])
    clock_ids = tuple(state.id for state in paused)
    if clock_ids or cause != "supplement":
        draft.emit(
            ClockResumed.model_validate(
                {"clock_ids": clock_ids, "until_at": until_at, "cause": cause, "reason": reason}
            )
        )


def finish(draft: Draft, clock_id: str | None) -> None:
    """What the clock measured is done at the draft's instant: met, set aside, or a breach that stays on record."""
    state = draft.case.clocks.get(clock_id or "")
    if state is None or state.stopped:
        return
    due_at = due_instant(state, draft.case.definitions)
    if state.status is ClockStatus.BREACHED:
        if due_at is not None and draft.at <= due_at:
            draft.emit(BreachSetAside(clock_id=state.id, received_at=draft.at, due_at=due_at))
        else:
            stop(draft, state.id)
    elif due_at is not None and draft.at > due_at:
        draft.emit(ClockBreached(clock_id=state.id, due_at=due_at))
        stop(draft, state.id)
    else:
        draft.emit(ClockMet(clock_id=state.id, ended_at=draft.at, consumed_seconds=_consumed_seconds(draft, state)))


def stop(draft: Draft, clock_id: str) -> None:
    """What a breached clock measured is over at the draft's instant; the breach stays."""
    consumed_seconds = _consumed_seconds(draft, draft.case.clocks[clock_id])
    draft.emit(ClockStopped(clock_id=clock_id, ended_at=draft.at, consumed_seconds=consumed_seconds))


def _consumed_seconds(draft: Draft, state: ClockState) -> float:
    return state.clock.consumed(draft.at, draft.calendar_of(state.calendar)).total_seconds()


def cancel(draft: Draft, clock_id: str | None, cause: str) -> None:
    """The clock ends without a verdict; a breach already on record stays and the clock only stops."""
    state = draft.case.clocks.get(clock_id or "")
    if state is None or state.stopped:
        return
    if state.status is ClockStatus.BREACHED:
        finish(draft, clock_id)
    else:
        draft.emit(ClockCancelled.model_validate({"clock_id": state.id, "ended_at": draft.at, "cause": cause}))
