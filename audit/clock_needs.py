"""What each event of a clock needs (I2): a part of `audit.lawfulness`, stated apart from the rules that produce them."""

from __future__ import annotations

from collections.abc import Iterable

from cases.model import APPLICANT_HAS_IT, UNDECIDED, Case, CaseStatus, ClockState, ClockStatus
from cases.timetable import has_two_ends
from events.language import case_events as ev
from sla.definition import CalendarDefinition

PAUSED_AS: dict[str, tuple[CaseStatus, ...]] = {
    "suspension": (CaseStatus.IN_PROGRESS,),
    "payment": (CaseStatus.IN_PROGRESS,),
    "stop": (CaseStatus.IN_PROGRESS, *APPLICANT_HAS_IT),
    "supplement": (CaseStatus.AWAITING_SUPPLEMENT,),
    "explanation": (CaseStatus.AWAITING_EXPLANATION,),
}
"""How a case stands when its clocks are paused: what the applicant is asked for is said before."""

_RESUMED_AS: dict[str, CaseStatus] = {
    "suspension": CaseStatus.SUSPENDED,
    "payment": CaseStatus.AWAITING_PAYMENT,
    "stop": CaseStatus.STOPPED,
    "supplement": CaseStatus.IN_PROGRESS,
    "explanation": CaseStatus.IN_PROGRESS,
}


def started(case: Case, event: ev.ClockStarted) -> str | None:
    """Why no ClockStarted may follow on this case; None: it may."""
    if event.clock_id in case.clocks:
        return f"clock {event.clock_id} was started before"
    if event.calendar is not None and event.calendar not in case.definitions.calendar_ids.values():
        return f"{event.calendar} is the calendar of no department of the case"
    if event.calendar is not None and event.step_id is None:
        return f"clock {event.clock_id} is no department's, but runs on {event.calendar}"
    if event.first_appointment_at is not None and not has_two_ends(event.kind, event.budget):
        return f"clock {event.clock_id} has one end and no appointment"
    rival = next((c.id for c in case.clocks.values() if _same_measure(c, event) and not c.stopped), None)
    return f"clock {rival} still measures the same" if rival is not None else None


def _same_measure(state: ClockState, event: ev.ClockStarted) -> bool:
    return state.kind == event.kind and state.step_id == event.step_id


def paused(case: Case, event: ev.ClockPaused) -> str | None:
    """Why no ClockPaused may follow on this case; None: it may."""
    if case.status not in PAUSED_AS[event.cause]:
        return f"a case that is {case.status} is not paused by a {event.cause}"
    return _first(_running_unpaused(case, clock_id) for clock_id in event.clock_ids)


def resumed(case: Case, event: ev.ClockResumed) -> str | None:
    """Why no ClockResumed may follow on this case; None: it may."""
    if case.status is not _RESUMED_AS[event.cause]:
        return f"a case that is {case.status} is not resumed from a {event.cause}"
    for clock_id in event.clock_ids:
        state = case.clocks.get(clock_id)
        if state is None or state.stopped or not state.is_paused:
            return f"clock {clock_id} does not stand still"
    if event.work_until_at is not None and event.work_until_at < event.until_at:
        return "the work was given back before the suspension ended"
    return _first(None if i in event.clock_ids else f"clock {i} was not resumed" for i in event.work_ids)


def met(case: Case, event: ev.ClockMet) -> str | None:
    """Why no ClockMet may follow on this case; None: it may."""
    return _has_status(case, event.clock_id, *UNDECIDED)


def breached(case: Case, event: ev.ClockBreached) -> str | None:
    """Why no ClockBreached may follow on this case; None: it may."""
    return _stands_still(case, event.clock_id) or _has_status(case, event.clock_id, *UNDECIDED)


def passed(case: Case, event: ev.AppointmentPassed) -> str | None:
    """Why no AppointmentPassed may follow on this case; None: it may."""
    state = case.clocks.get(event.clock_id)
    if state is not None and not has_two_ends(state.kind, state.clock.budget):
        return f"clock {event.clock_id} has one end"
    if state is not None and state.appointment_passed_at is not None:
        return f"the appointment of {event.clock_id} passed before"
    still = _stands_still(case, event.clock_id)
    return still or _has_status(case, event.clock_id, ClockStatus.RUNNING, ClockStatus.BREACHED)


def moved(case: Case, event: ev.AppointmentMoved) -> str | None:
    """Why no AppointmentMoved may follow on this case; None: it may."""
    if event.appointment_at < event.former_appointment_at:
        return f"the appointment of {event.clock_id} was moved back"
    return _stands_still(case, event.clock_id) or _has_status(case, event.clock_id, ClockStatus.RUNNING)


def confirmed(case: Case, event: ev.BreachConfirmed) -> str | None:
    """Why no BreachConfirmed may follow on this case; None: it may."""
    return _has_status(case, event.clock_id, ClockStatus.BREACHED) or _recorded_early(case, event.clock_id)


def ended_late(case: Case, event: ev.ClockStopped) -> str | None:
    """Why no ClockStopped may follow on this case; None: it may."""
    return _has_status(case, event.clock_id, ClockStatus.BREACHED)


def set_aside(case: Case, event: ev.BreachSetAside) -> str | None:
    """Why no BreachSetAside may follow on this case; None: it may."""
    reason = _has_status(case, event.clock_id, ClockStatus.BREACHED)
    if reason is not None or event.cause != "lawful_end":
        return reason
    return _stands_still(case, event.clock_id) or _recorded_early(case, event.clock_id)


def _recorded_early(case: Case, clock_id: str) -> str | None:
    early = case.clocks[clock_id].breached_early
    return None if early else f"the breach of {clock_id} was not recorded at the appointment"


def cancelled(case: Case, event: ev.ClockCancelled) -> str | None:
    """Why no ClockCancelled may follow on this case; None: it may."""
    return _has_status(case, event.clock_id, *UNDECIDED)


def suspended(case: Case, event: ev.ClockSuspended) -> str | None:
    """Why no ClockSuspended may follow on this case; None: it may."""
    if event.until_at <= event.from_at:
        return "the suspension ends before it begins"
    return _first(_running(case, clock_id) for clock_id in event.clock_ids)


def extended(case: Case, event: ev.ClockExtended) -> str | None:
    """Why no ClockExtended may follow on this case; None: it may."""
    if event.due_at < event.former_due_at:  # over days off an extension may end on the same day
        return f"clock {event.clock_id} was given less time"
    return _stands_still(case, event.clock_id) or _has_status(case, event.clock_id, *UNDECIDED)


def exhausted(case: Case, event: ev.CalendarExhausted) -> str | None:
    """Why no CalendarExhausted may follow on this case; None: it may."""
    calendar = case.definitions.calendars.get(event.calendar.id)
    if calendar is None or calendar.digest != event.calendar.digest or calendar.last_day != event.last_day:
        return f"the case has no calendar {event.calendar.id} {event.calendar.version} that ends so"
    return _first(_runs_on(case, clock_id, calendar) for clock_id in event.clock_ids)


def _runs_on(case: Case, clock_id: str, calendar: CalendarDefinition) -> str | None:
    state = case.clocks.get(clock_id)
    if state is None or state.stopped:
        return f"clock {clock_id} does not run"
    runs = case.definitions.calendar_of(state.calendar).id == calendar.id
    return None if runs else f"clock {clock_id} runs on another calendar"


def _has_status(case: Case, clock_id: str, *statuses: ClockStatus) -> str | None:
    state = case.clocks.get(clock_id)
    if state is None:
        return f"there is no clock {clock_id}"
    if state.stopped:
        return f"clock {clock_id} has ended"
    return None if state.status in statuses else f"clock {clock_id} is {state.status}, not {' or '.join(statuses)}"


def _stands_still(case: Case, clock_id: str) -> str | None:
    state = case.clocks.get(clock_id)
    return f"clock {clock_id} stands still" if state is not None and state.is_paused else None


def _running(case: Case, clock_id: str) -> str | None:
    state = case.clocks.get(clock_id)
    return f"clock {clock_id} does not run" if state is None or state.stopped else None


def _running_unpaused(case: Case, clock_id: str) -> str | None:
    state = case.clocks.get(clock_id)
    still = state is not None and state.is_paused
    return _running(case, clock_id) or (f"clock {clock_id} stands still already" if still else None)


def _first(reasons: Iterable[str | None]) -> str | None:
    return next((reason for reason in reasons if reason is not None), None)
