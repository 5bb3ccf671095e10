"""Which event may follow on which case (I2): what each one needs, stated apart from the rules that produce it.

The needs are weaker than the rules: they say what no rule may ever break, whatever its version.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cases.model import APPLICANT_HAS_IT, UNDECIDED, Case, CaseStatus, ClockState, ClockStatus, StepState, StepStatus
from cases.timetable import has_two_ends
from catalog.model import ProcedureVersion, explanation_rule, stop_rule
from events.language import case_events as ev
from events.language.case_events import EventRecord
from sla.definition import CalendarDefinition

STANDS_STILL = (CaseStatus.SUSPENDED, CaseStatus.STOPPED, CaseStatus.AWAITING_PAYMENT)


def unlawful(before: Case, record: EventRecord) -> str | None:
    """Why this event may not follow on this case; None: it may."""
    event = record.event
    if before.is_closed:
        return "nothing follows the end of a case"
    if (before.status is CaseStatus.NEW) is not isinstance(event, ev.ApplicationSubmitted):
        return "a case begins with its submission, and has but one"
    need = _NEEDS.get(type(event))
    if need is None:
        return f"{event.type} is no event of a case"
    return need(before, event) or _by_one_alone(record)


def _by_one_alone(record: EventRecord) -> str | None:
    """Why an act that needs a second person was done by one; of older events it is not on record who acted."""
    event = record.event
    is_extension = isinstance(event, ev.ClockExtended) and event.cause == "extension"
    if record.actor is None or not (is_extension or isinstance(event, ev.LaneChanged | ev.CaseStopped)):
        return None
    approved_by = getattr(event, "approved_by", None)
    return None if approved_by and approved_by != record.actor.id else f"{record.actor.id} alone did it"


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
    if event.first_appointment_at is not None and not has_two_ends(event.kind, event.budget):
        return f"clock {event.clock_id} has one end and no appointment"
    rival = next((c.id for c in case.clocks.values() if _same_measure(c, event) and not c.stopped), None)
    return f"clock {rival} still measures the same" if rival is not None else None


def _same_measure(state: ClockState, event: ev.ClockStarted) -> bool:
    return state.kind == event.kind and state.step_id == event.step_id


_PAUSED_AS: dict[str, tuple[CaseStatus, ...]] = {
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


def _paused(case: Case, event: ev.ClockPaused) -> str | None:
    if case.status not in _PAUSED_AS[event.cause]:
        return f"a case that is {case.status} is not paused by a {event.cause}"
    return _first(_running_unpaused(case, clock_id) for clock_id in event.clock_ids)


def _resumed(case: Case, event: ev.ClockResumed) -> str | None:
    if case.status is not _RESUMED_AS[event.cause]:
        return f"a case that is {case.status} is not resumed from a {event.cause}"
    for clock_id in event.clock_ids:
        state = case.clocks.get(clock_id)
        if state is None or state.stopped or not state.is_paused:
            return f"clock {clock_id} does not stand still"
    if event.work_until_at is not None and event.work_until_at < event.until_at:
        return "the work was given back before the suspension ended"
    return _first(None if i in event.clock_ids else f"clock {i} was not resumed" for i in event.work_ids)


def _met(case: Case, event: ev.ClockMet) -> str | None:
    return _has_status(case, event.clock_id, *UNDECIDED)


def _breached(case: Case, event: ev.ClockBreached) -> str | None:
    return _stands_still(case, event.clock_id) or _has_status(case, event.clock_id, *UNDECIDED)


def _passed(case: Case, event: ev.AppointmentPassed) -> str | None:
    state = case.clocks.get(event.clock_id)
    if state is not None and not has_two_ends(state.kind, state.clock.budget):
        return f"clock {event.clock_id} has one end"
    if state is not None and state.appointment_passed_at is not None:
        return f"the appointment of {event.clock_id} passed before"
    still = _stands_still(case, event.clock_id)
    return still or _has_status(case, event.clock_id, ClockStatus.RUNNING, ClockStatus.BREACHED)


def _moved(case: Case, event: ev.AppointmentMoved) -> str | None:
    if event.appointment_at < event.former_appointment_at:
        return f"the appointment of {event.clock_id} was moved back"
    return _stands_still(case, event.clock_id) or _has_status(case, event.clock_id, ClockStatus.RUNNING)


def _confirmed(case: Case, event: ev.BreachConfirmed) -> str | None:
    return _has_status(case, event.clock_id, ClockStatus.BREACHED) or _recorded_early(case, event.clock_id)


def _ended_late(case: Case, event: ev.ClockStopped) -> str | None:
    return _has_status(case, event.clock_id, ClockStatus.BREACHED)


def _set_aside(case: Case, event: ev.BreachSetAside) -> str | None:
    reason = _has_status(case, event.clock_id, ClockStatus.BREACHED)
    if reason is not None or event.cause != "lawful_end":
        return reason
    return _stands_still(case, event.clock_id) or _recorded_early(case, event.clock_id)


def _recorded_early(case: Case, clock_id: str) -> str | None:
    early = case.clocks[clock_id].breached_early
    return None if early else f"the breach of {clock_id} was not recorded at the appointment"


def _cancelled(case: Case, event: ev.ClockCancelled) -> str | None:
    return _has_status(case, event.clock_id, *UNDECIDED)


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
    if case.status in STANDS_STILL:
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


def _received(case: Case, event: ev.SupplementReceived) -> str | None:
    if case.status is not CaseStatus.AWAITING_SUPPLEMENT:
        return "the case does not wait for documents"
    if event.round != case.supplement_rounds:
        return f"round {event.round} was answered in round {case.supplement_rounds}"
    unasked = [kind for kind in event.missing if kind not in case.documents_awaited]
    if unasked:
        return f"{unasked[0]} was not asked for"
    if event.missing and (event.declared_complete or event.missing == case.documents_awaited):
        return "it brings nothing that was asked for"
    return None


def _questioned(case: Case, event: ev.ExplanationRequested) -> str | None:
    rule = explanation_rule(case.definitions.procedure)
    if case.status is not CaseStatus.IN_PROGRESS:
        return f"a case that is {case.status} asks for no explanation"
    if event.round != case.explanation_rounds + 1:
        return f"round {event.round} follows on round {case.explanation_rounds}"
    if event.round > rule.rounds_max:
        return f"round {event.round} is more than the procedure allows"
    if rule.steps and event.step_id not in rule.steps:
        return f"at {event.step_id} the procedure allows no such question"
    return _is_assigned(case, event.step_id)


def _explained(case: Case, event: ev.ExplanationReceived) -> str | None:
    if case.status is not CaseStatus.AWAITING_EXPLANATION:
        return "the case does not wait for an explanation"
    asked = case.explanation_rounds
    return None if event.round == asked else f"round {event.round} was answered in round {asked}"


def _case_stopped(case: Case, event: ev.CaseStopped) -> str | None:
    if case.status not in _PAUSED_AS["stop"]:
        return f"a case that is {case.status} is not stopped"
    ends = event.until_at is not None and event.until_at <= event.stopped_at
    return "the stop ends before it begins" if ends else None


def _returned(case: Case, _: ev.CaseReturned) -> str | None:
    if not stop_rule(case.definitions.procedure).return_allowed:
        return "the procedure allows no return"
    return None if case.status is CaseStatus.STOPPED else f"a case that is {case.status} is not given back"


def _review_due(case: Case, event: ev.SuspensionReviewDue) -> str | None:
    if case.status not in (CaseStatus.SUSPENDED, CaseStatus.STOPPED):
        return f"a case that is {case.status} stands still for no decision"
    if event.due_at != case.suspension_review_at:
        return f"no review was due at {event.due_at.isoformat()}"
    is_later = event.next_at is None or event.next_at > event.due_at
    return None if is_later else "the next review is due before this one"


def _exhausted(case: Case, event: ev.CalendarExhausted) -> str | None:
    kept = case.definitions.calendars.get(event.calendar.id)
    if kept is None or kept.digest != event.calendar.digest or kept.last_day != event.last_day:
        return f"the case has no calendar {event.calendar.id} {event.calendar.version} that ends so"
    return _first(_runs_on(case, clock_id, kept) for clock_id in event.clock_ids)


def _runs_on(case: Case, clock_id: str, calendar: CalendarDefinition) -> str | None:
    state = case.clocks.get(clock_id)
    if state is None or state.stopped:
        return f"clock {clock_id} does not run"
    runs = case.definitions.calendar_of(state.calendar).id == calendar.id
    return None if runs else f"clock {clock_id} runs on another calendar"


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
    if state is not None and state.set_asides:
        rung = rung.removesuffix(f".{state.set_asides + 1}")
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
    return _first(_running(case, clock_id) for clock_id in event.clock_ids)


def _extended(case: Case, event: ev.ClockExtended) -> str | None:
    if event.due_at < event.former_due_at:  # over days off an extension may end on the same day
        return f"clock {event.clock_id} was given less time"
    return _stands_still(case, event.clock_id) or _has_status(case, event.clock_id, *UNDECIDED)


def _lane_changed(case: Case, event: ev.LaneChanged) -> str | None:
    if (event.entitlement == "rule") is (event.rule is None):
        return "entitled by a rule that is not named" if event.rule is None else "entitled by another way than its rule"
    return None if event.from_lane is case.lane is not event.to_lane else f"the lane is {case.lane}"


def _payment_requested(case: Case, event: ev.PaymentRequested) -> str | None:
    return _is_assigned(case, event.step_id)


def _paid(case: Case, _: ev.PaymentConfirmed) -> str | None:
    awaited = case.status is CaseStatus.AWAITING_PAYMENT or case.payments_asked > case.payments_confirmed
    return None if awaited else "no payment is awaited"


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
    ev.BreachSetAside: _set_aside,
    ev.AppointmentPassed: _passed,
    ev.AppointmentMoved: _moved,
    ev.BreachConfirmed: _confirmed,
    ev.StepAssigned: _assigned,
    ev.StepDecided: _decided,
    ev.StepCancelled: _step_cancelled,
    ev.ConsultationRequested: _consulted,
    ev.ConsultationLapsed: _lapsed,
    ev.SupplementRequested: _asked,
    ev.SupplementReceived: _received,
    ev.ExplanationRequested: _questioned,
    ev.ExplanationReceived: _explained,
    ev.CaseStopped: _case_stopped,
    ev.CaseReturned: _returned,
    ev.SuspensionReviewDue: _review_due,
    ev.CalendarExhausted: _exhausted,
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
