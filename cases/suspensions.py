"""Standing still: by decision, with reason, legal basis and cap; and while a payment is awaited."""

from __future__ import annotations

from datetime import datetime

from cases.clocks import pause, resume, running
from cases.draft import Draft
from cases.model import APPLICANT_CLOCKS, Case, CaseStatus, StepStatus
from cases.senders import departments_of
from catalog.model import stop_rule
from events.language.case_events import (
    ClockPaused,
    ClockSuspended,
    PaymentConfirmed,
    PaymentRequested,
    SuspensionReviewDue,
)
from events.language.commands import (
    Actor,
    ActorKind,
    ConfirmPayment,
    PauseClock,
    RequestPayment,
    ResumeClock,
)
from events.language.reasons import ReasonCode
from events.language.refusals import Refusal, refuse
from sla.deadline import due
from sla.errors import CalendarRangeError
from sla.units import Budget


def suspend(draft: Draft, command: PauseClock) -> Refusal | None:
    """Stop the clocks from now on, from an earlier instant on, or note that they stood still for a while."""
    from_at = command.from_at or draft.at
    refusal = not_a_holder(draft.state, command.actor) or _unlawful_times(draft, from_at, command.until_at)
    if refusal is not None:
        return refusal
    if command.until_at is not None:
        return _note(draft, command, from_at, command.until_at)
    refusal = stands_still(draft.state)
    if refusal is not None:
        return refusal
    rule = draft.state.definitions.procedure.suspension
    draft.emit(
        ClockPaused(
            clock_ids=tuple(state.id for state in running(draft.state) if not state.is_paused),
            from_at=from_at,
            cause="suspension",
            reason=command.reason,
            legal_basis=command.legal_basis,
            ends_at=later(draft, rule.cap, from_at),
            review_at=None if rule.cap is not None else later(draft, rule.review_after, from_at),
            departments=draft.state.working_departments,
        )
    )
    return None


def stands_still(case: Case) -> Refusal | None:
    """Why the case is not being worked on; None: it is."""
    match case.status:
        case CaseStatus.SUSPENDED:
            return refuse("case_suspended", reason=case.suspension_reason or "")
        case CaseStatus.STOPPED:
            return refuse("case_stopped", reason=case.suspension_reason or "")
        case CaseStatus.AWAITING_PAYMENT:
            return refuse("awaiting_payment")
        case _:
            return applicant_has_it(case)


def applicant_has_it(case: Case, field: str | None = None) -> Refusal | None:
    """Why the case waits for the applicant; None: it does not."""
    match case.status:
        case CaseStatus.AWAITING_SUPPLEMENT:
            return refuse("awaiting_supplement", field)
        case CaseStatus.AWAITING_EXPLANATION:
            return refuse("awaiting_explanation", field)
        case _:
            return None


def later(draft: Draft, budget: Budget | None, from_at: datetime) -> datetime | None:
    """When so much time has passed on the case's calendar (UTC); None: no budget, or the calendar ends before."""
    if budget is None:
        return None
    try:
        return draft.utc(due(budget, from_at, draft.calendar).operational_at)
    except CalendarRangeError:
        return None  # beyond the calendar nothing can be said; that it ends is told by the clocks that stand without an end


def remind(draft: Draft, due_at: datetime) -> None:
    """Somebody must look at the suspension again; and again after as long, while nothing happens."""
    case = draft.state
    procedure = case.definitions.procedure
    stopped = case.status is CaseStatus.STOPPED
    again = stop_rule(procedure).review_after if stopped else procedure.suspension.review_after
    draft.emit(
        SuspensionReviewDue(
            since_at=case.suspended_since_at or due_at,
            due_at=due_at,
            next_at=later(draft, again, due_at),
            department=procedure.agency,
        )
    )


def end_by_itself(draft: Draft) -> None:
    """The longest time of a suspension, or the time set for a stop, has passed."""
    if draft.state.status is CaseStatus.STOPPED:
        resume(draft, "stop", code=ReasonCode.STOP_ENDED)
    else:
        resume(draft, "suspension", code=ReasonCode.SUSPENSION_CAP)


def _unlawful_times(draft: Draft, from_at: datetime, until_at: datetime | None) -> Refusal | None:
    if from_at > draft.at or (until_at is not None and until_at > draft.at):
        return refuse("suspension_future", "from_at" if from_at > draft.at else "until_at")
    if until_at is not None and until_at <= from_at:
        return refuse("suspension_reversed", "until_at")
    most = draft.state.definitions.procedure.suspension.backdate_max
    try:
        back_until = due(most, from_at, draft.calendar).operational_at
    except CalendarRangeError:
        return None  # it began within the last such time that the calendar covers
    if back_until < draft.at:
        return refuse("suspension_backdated", "from_at", most=f"{most.amount} {most.unit}")
    return None


def _note(draft: Draft, command: PauseClock, from_at: datetime, until_at: datetime) -> Refusal | None:
    # A breach that happened meanwhile stays on record; the clock's end moves all the same, and both are shown.
    draft.emit(
        ClockSuspended(
            # Also those that stand still now: what is noted first and what later comes to the same.
            clock_ids=tuple(state.id for state in running(draft.state) if state.kind not in APPLICANT_CLOCKS),
            from_at=from_at,
            until_at=until_at,
            reason=command.reason,
            legal_basis=command.legal_basis,
            departments=draft.state.working_departments,
        )
    )
    return None


def end_suspension(draft: Draft, command: ResumeClock) -> Refusal | None:
    """Let the clocks run again: a suspension ends, or a stop."""
    case = draft.state
    if case.status not in (CaseStatus.SUSPENDED, CaseStatus.STOPPED):
        return refuse("not_suspended")
    refusal = not_a_holder(case, command.actor)
    if refusal is None:
        resume(draft, "stop" if case.status is CaseStatus.STOPPED else "suspension", command.reason)
    return refusal


def not_a_holder(case: Case, actor: Actor) -> Refusal | None:
    """Why a department may not stop the case's clocks: it may only those of a case on which it works itself."""
    if actor.kind is not ActorKind.DEPARTMENT:
        return None
    holders = {step.department for step in case.open_steps}
    if actor.id in holders:
        return None
    if actor.id not in departments_of(case):
        return refuse("case_unknown", "case")
    return refuse("wrong_department", None, step="-", owner=", ".join(sorted(holders)) or "-", department=actor.id)


def not_of_department(case: Case, step_id: str, department: str) -> Refusal | None:
    """Why the department has no say on the step; who has no part in the case learns no more than of one that is not there."""
    step = case.steps.get(step_id)
    if step is not None and step.department == department:
        return None
    if department not in departments_of(case):
        return refuse("case_unknown", "case")
    if step is None:
        return refuse("step_unknown", "step_id", step=step_id, steps=shown_steps(case))
    return refuse("wrong_department", "step_id", step=step.id, owner=step.department, department=department)


def shown_steps(case: Case) -> str:
    """The ids of the steps, as many as a sentence holds."""
    shown = list(case.steps)[:20]
    return ", ".join(shown) + (" ..." if len(case.steps) > len(shown) else "")


def request_payment(draft: Draft, command: RequestPayment) -> Refusal | None:
    """Ask for the fee. The clocks stand still where the procedure's law says so."""
    case = draft.state
    refusal = not_of_department(case, command.step_id, command.department)
    if refusal is not None:
        return refusal
    step = case.steps[command.step_id]
    if case.status is not CaseStatus.IN_PROGRESS or step.status is not StepStatus.ASSIGNED:
        return refuse("step_not_assigned", "step_id", step=step.id)
    pauses = case.definitions.procedure.payment_pauses
    draft.emit(
        PaymentRequested(
            step_id=step.id,
            department=step.department,
            amount_vnd=command.amount_vnd,
            reason=command.reason,
            pauses=pauses,
        )
    )
    if pauses:
        # A fee that is never paid is looked at again as a suspension is: nothing waits for ever unseen.
        review_at = later(draft, case.definitions.procedure.suspension.review_after, draft.at)
        pause(draft, running(draft.state), "payment", command.reason, review_at=review_at)
    return None


def confirm_payment(draft: Draft, command: ConfirmPayment) -> Refusal | None:
    """The fee was paid: it is on record, and clocks that waited for it run again."""
    case = draft.state
    waits = case.status is CaseStatus.AWAITING_PAYMENT
    if not waits and case.payments_asked <= case.payments_confirmed:
        return refuse("no_payment_awaited")
    draft.emit(PaymentConfirmed(receipt=command.receipt, paid_at=draft.at))
    if waits:
        resume(draft, "payment", code=ReasonCode.PAYMENT_CONFIRMED)
    return None
