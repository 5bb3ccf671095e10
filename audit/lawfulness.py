"""Which event may follow on which case (I2): what each one needs, stated apart from the rules that produce it.

The needs are weaker than the rules: they say what no rule may ever break, whatever its version.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cases.model import Case, CaseStatus, ClockState, ClockStatus, StepState, StepStatus
from catalog.model import ProcedureVersion
from events.language import case_events as ev
from events.language.case_events import CaseEvent
from sla.definition import CalendarDefinition


def unlawful(before: Case, event: CaseEvent) -> str | None:
    """Why this event may not follow on this case; None: it may."""
    if before.is_closed:
        return "nothing follows the end of a case"
    if (before.status is CaseStatus.NEW) is not isinstance(event, ev.ApplicationSubmitted):
        return "a case begins with its submission, and has but one"
    need = _NEEDS.get(type(event))
    return need(before, event) if need is not None else f"{event.type} is no event of a case"


def _nothing(_: Case, __: Any) -> str | None:
    return None


def _classified(case: Case, _: ev.ApplicationClassified) -> str | None:
    return "classified at submission only" if case.sequence != 1 else None


def _accepted(case: Case, _: ev.ApplicationAccepted) -> str | None:
    return "accepted once, before any clock runs" if case.received_at is not None or case.clocks else None


def _started(case: Case, event: ev.ClockStarted) -> str | None:
    if event.clock_id in case.clocks:
        return f"clock {event.clock_id} was started before"
    if event.calendar is not None and event.calendar not in case.definitions.calendar_ids.values():
        return f"{event.calendar} is the calendar of no department of the case"
    if event.calendar is not None and event.step_id is None:
        return f"clock {event.clock_id} is no department's, but runs on {event.calendar}"
    rival = next((c.id for c in case.clocks.values() if _same_measure(c, event) and not c.stopped), None)
    return f"clock {rival} still measures the same" if rival is not None else None


def _same_measure(state: ClockState, event: ev.ClockStarted) -> bool:
    return state.kind == event.kind and state.step_id == event.step_id


def _paused(case: Case, event: ev.ClockPaused) -> str | None:
    if event.cause != "supplement" and case.status is not CaseStatus.IN_PROGRESS:
        return f"a case that is {case.status} is not suspended"
    return _first(_running_unpaused(case, clock_id) for clock_id in event.clock_ids)


def _resumed(case: Case, event: ev.ClockResumed) -> str | None:
    stands = {"suspension": CaseStatus.SUSPENDED, "payment": CaseStatus.AWAITING_PAYMENT}.get(event.cause)
    if stands is not None and case.status is not stands:
        return f"a case that is {case.status} is not resumed"
    for clock_id in event.clock_ids:
        state = case.clocks.get(clock_id)
        if state is None or state.stopped or not state.is_paused:
            return f"clock {clock_id} does not stand still"
    return None


def _met(case: Case, event: ev.ClockMet) -> str | None:
    return _has_status(case, event.clock_id, ClockStatus.RUNNING)


def _breached(case: Case, event: ev.ClockBreached) -> str | None:
    state = case.clocks.get(event.clock_id)
    if state is not None and state.is_paused:
        return f"clock {event.clock_id} stands still"
    return _has_status(case, event.clock_id, ClockStatus.RUNNING)


def _ended_late(case: Case, event: ev.ClockStopped | ev.BreachSetAside) -> str | None:
    return _has_status(case, event.clock_id, ClockStatus.BREACHED)


def _cancelled(case: Case, event: ev.ClockCancelled) -> str | None:
    return _has_status(case, event.clock_id, ClockStatus.RUNNING)


def _assigned(case: Case, event: ev.StepAssigned) -> str | None:
    step = case.steps.get(event.step_id)
    if step is None:
        if event.kind == "consultation" and event.asked_by in case.steps:
            return None
        return f"there is no step {event.step_id}"
    if step.status in (StepStatus.DONE, StepStatus.CANCELLED):
        return f"step {step.id} is {step.status}"
    open_needs = [need for need in step.needs if case.steps[need].status is not StepStatus.DONE]
    if open_needs and step.status is StepStatus.WAITING:
        return f"step {step.id} needs {', '.join(open_needs)}"
    return None if event.round == step.round + 1 else f"round {event.round} follows on round {step.round}"


def _decided(case: Case, event: ev.StepDecided) -> str | None:
    if case.status in (CaseStatus.SUSPENDED, CaseStatus.AWAITING_PAYMENT):
        return f"the case is {case.status}"
    step = case.steps.get(event.step_id)
    if step is None or step.status is not StepStatus.ASSIGNED:
        return f"step {event.step_id} is not assigned"
    return None if event.department == step.department else f"step {step.id} belongs to {step.department}"


def _step_cancelled(case: Case, event: ev.StepCancelled) -> str | None:
    step = case.steps.get(event.step_id)
    return None if step is not None and step.is_open else f"step {event.step_id} is not open"


def _consulted(case: Case, event: ev.ConsultationRequested) -> str | None:
    return _is_assigned(case, event.step_id)


def _lapsed(case: Case, event: ev.ConsultationLapsed) -> str | None:
    step = case.steps.get(event.step_id)
    if step is None or step.kind != "consultation" or step.lapsed:
        return f"step {event.step_id} is no consultation that waits"
    return _is_assigned(case, event.step_id)


def _asked(case: Case, event: ev.SupplementRequested) -> str | None:
    if case.status is not CaseStatus.IN_PROGRESS:
        return f"a case that is {case.status} asks for no documents"
    if event.round != case.supplement_rounds + 1:
        return f"round {event.round} follows on round {case.supplement_rounds}"
    if event.round > case.definitions.procedure.supplement.rounds_max:
        return f"round {event.round} is more than the procedure allows"
    return _is_assigned(case, event.step_id)


def _received(case: Case, _: ev.SupplementReceived) -> str | None:
    return None if case.status is CaseStatus.AWAITING_SUPPLEMENT else "the case does not wait for documents"


def _restarted(case: Case, event: ev.StepsRestarted) -> str | None:
    missing = [step_id for step_id in event.step_ids if step_id not in case.steps]
    return f"there is no step {missing[0]}" if missing else None


def _reassigned(case: Case, event: ev.StepReassigned) -> str | None:
    step = case.steps.get(event.step_id)
    if step is None or not step.is_open:
        return f"step {event.step_id} is not open"
    return None if event.from_department == step.department else f"step {step.id} belongs to {step.department}"


def _rung(case: Case, event: ev.RungFired) -> str | None:
    state = case.clocks.get(event.clock_id)
    return None if state is not None else f"there is no clock {event.clock_id}"


def _acknowledged(case: Case, event: ev.EscalationAcknowledged) -> str | None:
    if event.escalation_id in case.acknowledged:
        return f"{event.escalation_id} was acknowledged before"
    clock_id, _, rung = event.escalation_id.rpartition("/")
    state = case.clocks.get(clock_id)
    return None if state is not None and rung in state.fired else f"{event.escalation_id} never fired"


def _closed(case: Case, event: ev.CaseClosed) -> str | None:
    running = [state.id for state in case.clocks.values() if not state.stopped]
    if running:
        return f"clock {running[0]} still runs"
    if case.open_steps:
        return f"step {case.open_steps[0].id} is still open"
    undone = [s.id for s in case.steps.values() if s.kind == "processing" and s.status is not StepStatus.DONE]
    if event.outcome == "issued" and undone:
        return f"issued, but step {undone[0]} is not done"
    return None


def _suspended(case: Case, event: ev.ClockSuspended) -> str | None:
    if event.until_at <= event.from_at:
        return "the suspension ends before it begins"
    return _first(_running_unpaused(case, clock_id) for clock_id in event.clock_ids)


def _extended(case: Case, event: ev.ClockExtended) -> str | None:
    if event.due_at < event.former_due_at:  # over days off an extension may end on the same day
        return f"clock {event.clock_id} was given less time"
    return _has_status(case, event.clock_id, ClockStatus.RUNNING)


def _lane_changed(case: Case, event: ev.LaneChanged) -> str | None:
    return None if event.from_lane is case.lane is not event.to_lane else f"the lane is {case.lane}"


def _payment_requested(case: Case, event: ev.PaymentRequested) -> str | None:
    return _is_assigned(case, event.step_id)


def _paid(case: Case, _: ev.PaymentConfirmed) -> str | None:
    return None if case.status is CaseStatus.AWAITING_PAYMENT else "no payment is awaited"


def _calendar_applied(case: Case, event: ev.CalendarApplied) -> str | None:
    kept = case.definitions.calendars.get(event.calendar.id)
    if kept is None:
        return f"{event.calendar.id} is no calendar of the case"
    return _follows(kept, event.former, event.calendar.id)


def _migrated(case: Case, event: ev.ProcedureMigrated) -> str | None:
    return _follows(case.definitions.procedure, event.former, event.procedure.id)


def _follows(kept: CalendarDefinition | ProcedureVersion, former: ev.DefinitionRef, latter_id: str) -> str | None:
    if (former.id, former.version, former.digest) != (kept.id, kept.version, kept.digest):
        return f"it follows {kept.id} {kept.version}, not {former.id} {former.version}"
    return None if latter_id == kept.id else f"{latter_id} is no version of {kept.id}"


def _has_status(case: Case, clock_id: str, status: ClockStatus) -> str | None:
    state = case.clocks.get(clock_id)
    if state is None:
        return f"there is no clock {clock_id}"
    if state.stopped:
        return f"clock {clock_id} has ended"
    return None if state.status is status else f"clock {clock_id} is {state.status}, not {status}"


def _running_unpaused(case: Case, clock_id: str) -> str | None:
    state = case.clocks.get(clock_id)
    if state is None or state.stopped:
        return f"clock {clock_id} does not run"
    return f"clock {clock_id} stands still already" if state.is_paused else None


def _is_assigned(case: Case, step_id: str) -> str | None:
    step: StepState | None = case.steps.get(step_id)
    return None if step is not None and step.status is StepStatus.ASSIGNED else f"step {step_id} is not assigned"


def _first(found: Any) -> str | None:
    return next((reason for reason in found if reason is not None), None)


_NEEDS: dict[type, Callable[[Case, Any], str | None]] = {
    ev.ApplicationSubmitted: _nothing,
    ev.ApplicationClassified: _classified,
    ev.ApplicationAccepted: _accepted,
    ev.GreenPromiseDeclined: _nothing,
    ev.ClockStarted: _started,
    ev.ClockPaused: _paused,
    ev.ClockResumed: _resumed,
    ev.ClockMet: _met,
    ev.ClockBreached: _breached,
    ev.ClockStopped: _ended_late,
    ev.ClockCancelled: _cancelled,
    ev.BreachSetAside: _ended_late,
    ev.StepAssigned: _assigned,
    ev.StepDecided: _decided,
    ev.StepCancelled: _step_cancelled,
    ev.ConsultationRequested: _consulted,
    ev.ConsultationLapsed: _lapsed,
    ev.SupplementRequested: _asked,
    ev.SupplementReceived: _received,
    ev.StepsRestarted: _restarted,
    ev.StepReassigned: _reassigned,
    ev.RungFired: _rung,
    ev.EscalationAcknowledged: _acknowledged,
    ev.ClockSuspended: _suspended,
    ev.PaymentRequested: _payment_requested,
    ev.PaymentConfirmed: _paid,
    ev.ClockExtended: _extended,
    ev.LaneChanged: _lane_changed,
    ev.CalendarApplied: _calendar_applied,
    ev.ProcedureMigrated: _migrated,
    ev.ApplicationWithdrawn: _nothing,
    ev.CaseClosed: _closed,
}
"""Every event of the language has its needs; a test compares the two lists."""
