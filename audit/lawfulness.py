"""Which event may follow on which case (I2): what each one needs, stated apart from the rules that produce it.

The needs are weaker than the rules: they say what no rule may ever break, whatever its version.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from audit import clock_needs
from cases.model import Case, CaseStatus, StepState, StepStatus
from catalog.model import ProcedureVersion, explanation_rule, stop_rule
from events.language import case_events as ev
from events.language.case_events import EventRecord
from sla.definition import CalendarDefinition

NEWER = (
    *(ev.AppointmentPassed, ev.AppointmentMoved, ev.BreachConfirmed, ev.CalendarExhausted, ev.SuspensionReviewDue),
    *(ev.ExplanationRequested, ev.ExplanationReceived, ev.CaseStopped, ev.CaseReturned),
)
"""The events that no version wrote without saying who acted."""
BY_TWO = (ev.ClockExtended, ev.LaneChanged, ev.CaseStopped)
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
    return need(before, event) or _not_of_its_age(before, record) or _by_one_alone(record)


def _not_of_its_age(before: Case, record: EventRecord) -> str | None:
    """Why it is not of its version's age. An older event is not decided again: nothing newer may pose as one."""
    event = record.event
    if record.actor is None:
        return "it does not say who acted" if isinstance(event, NEWER) else None
    if isinstance(event, ev.SupplementReceived) and not event.missing and not event.declared_complete:
        brought = {document.kind for document in event.documents}
        lacking = [kind for kind in before.documents_awaited if kind not in brought]
        return f"taken as complete, and {lacking[0]} never came" if lacking else None
    return None


def _by_one_alone(record: EventRecord) -> str | None:
    """Why an act that needs a second person was done by one; of older events it is not on record who acted."""
    event = record.event
    if record.actor is None or not isinstance(event, BY_TWO):
        return None
    if isinstance(event, ev.ClockExtended) and event.cause != "extension":
        return None
    approved_by = getattr(event, "approved_by", None)
    return None if approved_by and approved_by != record.actor.id else f"{record.actor.id} alone did it"


def _nothing(_: Case, __: Any) -> str | None:
    return None


def _classified(case: Case, _: ev.ApplicationClassified) -> str | None:
    return "classified at submission only" if case.sequence != 1 else None


def _accepted(case: Case, _: ev.ApplicationAccepted) -> str | None:
    return "accepted once, before any clock runs" if case.received_at is not None or case.clocks else None


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
    if case.status not in clock_needs.PAUSED_AS["stop"]:
        return f"a case that is {case.status} is not stopped"
    ends = event.until_at is not None and event.until_at <= event.stopped_at
    return "the stop ends before it begins" if ends else None


def _returned(case: Case, _: ev.CaseReturned) -> str | None:
    if not stop_rule(case.definitions.procedure).return_allowed:
        return "the procedure allows no return"
    return None if case.status is CaseStatus.STOPPED else f"a case that is {case.status} is not given back"


def _review_due(case: Case, event: ev.SuspensionReviewDue) -> str | None:
    if case.status not in (CaseStatus.SUSPENDED, CaseStatus.STOPPED, CaseStatus.AWAITING_PAYMENT):
        return f"a case that is {case.status} stands still for no decision"
    if event.due_at != case.suspension_review_at:
        return f"no review was due at {event.due_at.isoformat()}"
    is_later = event.next_at is None or event.next_at > event.due_at
    return None if is_later else "the next review is due before this one"


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
    current = case.definitions.calendars.get(event.calendar.id)
    if current is None:
        return f"{event.calendar.id} is no calendar of the case"
    return _follows(current, event.former, event.calendar.id)


def _migrated(case: Case, event: ev.ProcedureMigrated) -> str | None:
    return _follows(case.definitions.procedure, event.former, event.procedure.id)


def _follows(current: CalendarDefinition | ProcedureVersion, former: ev.DefinitionRef, latter_id: str) -> str | None:
    if (former.id, former.version, former.digest) != (current.id, current.version, current.digest):
        return f"it follows {current.id} {current.version}, not {former.id} {former.version}"
    return None if latter_id == current.id else f"{latter_id} is no version of {current.id}"


def _is_assigned(case: Case, step_id: str) -> str | None:
    step: StepState | None = case.steps.get(step_id)
    return None if step is not None and step.status is StepStatus.ASSIGNED else f"step {step_id} is not assigned"


_NEEDS: dict[type, Callable[[Case, Any], str | None]] = {
    ev.ApplicationSubmitted: _nothing,
    ev.ApplicationClassified: _classified,
    ev.ApplicationAccepted: _accepted,
    ev.GreenPromiseDeclined: _nothing,
    ev.ClockStarted: clock_needs.started,
    ev.ClockPaused: clock_needs.paused,
    ev.ClockResumed: clock_needs.resumed,
    ev.ClockMet: clock_needs.met,
    ev.ClockBreached: clock_needs.breached,
    ev.ClockStopped: clock_needs.ended_late,
    ev.ClockCancelled: clock_needs.cancelled,
    ev.BreachSetAside: clock_needs.set_aside,
    ev.AppointmentPassed: clock_needs.passed,
    ev.AppointmentMoved: clock_needs.moved,
    ev.BreachConfirmed: clock_needs.confirmed,
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
    ev.CalendarExhausted: clock_needs.exhausted,
    ev.StepsRestarted: _restarted,
    ev.StepReassigned: _reassigned,
    ev.RungFired: _rung,
    ev.EscalationAcknowledged: _acknowledged,
    ev.ClockSuspended: clock_needs.suspended,
    ev.PaymentRequested: _payment_requested,
    ev.PaymentConfirmed: _paid,
    ev.ClockExtended: clock_needs.extended,
    ev.LaneChanged: _lane_changed,
    ev.CalendarApplied: _calendar_applied,
    ev.ProcedureMigrated: _migrated,
    ev.ApplicationWithdrawn: _nothing,
    ev.CaseClosed: _closed,
}
"""Every event of the language has its needs; a test compares the two lists."""
