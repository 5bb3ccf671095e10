"""Standing still: by decision, with reason, legal basis and cap; and while a payment is awaited."""

from __future__ import annotations

from datetime import datetime

from cases.clocks import pause, resume, running
from cases.draft import Draft
from cases.model import Case, CaseStatus, StepStatus
from events.language.case_events import ClockPaused, ClockSuspended, PaymentConfirmed, PaymentRequested
from events.language.commands import (
    ActorKind,
    Command,
    ConfirmPayment,
    PauseClock,
    RequestPayment,
    ResumeClock,
)
from events.language.refusals import Refusal, refuse
from sla.deadline import due
from sla.errors import CalendarRangeError


def suspend(draft: Draft, command: PauseClock) -> Refusal | None:
    """Stop the clocks from now on, from an earlier instant on, or note that they stood still for a while."""
    from_at = command.from_at or draft.at
    refusal = _not_a_holder(draft.case, command) or _unlawful_times(draft, from_at, command.until_at)
    if refusal is not None:
        return refusal
    if command.until_at is not None:
        return _note(draft, command, from_at, command.until_at)
    if draft.case.status is CaseStatus.SUSPENDED:
        return refuse("case_suspended", reason=draft.case.suspension_reason or "")
    if draft.case.status is CaseStatus.AWAITING_SUPPLEMENT:
        return refuse("awaiting_supplement")
    if draft.case.status is CaseStatus.AWAITING_PAYMENT:
        return refuse("awaiting_payment")
    cap = draft.case.definitions.procedure.suspension.cap
    draft.emit(
        ClockPaused(
            clock_ids=tuple(state.id for state in running(draft.case) if not state.is_paused),
            from_at=from_at,
            cause="suspension",
            reason=command.reason,
            legal_basis=command.legal_basis,
            ends_at=None if cap is None else draft.utc(due(cap, from_at, draft.calendar).operational_at),
        )
    )
    return None


def _unlawful_times(draft: Draft, from_at: datetime, until_at: datetime | None) -> Refusal | None:
    if from_at > draft.at or (until_at is not None and until_at > draft.at):
        return refuse("suspension_future", "from_at" if from_at > draft.at else "until_at")
    if until_at is not None and until_at <= from_at:
        return refuse("suspension_reversed", "until_at")
    most = draft.case.definitions.procedure.suspension.backdate_max
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
            clock_ids=tuple(state.id for state in running(draft.case) if not state.is_paused),
            from_at=from_at,
            until_at=until_at,
            reason=command.reason,
            legal_basis=command.legal_basis,
        )
    )
    return None


def end_suspension(draft: Draft, command: ResumeClock) -> Refusal | None:
    """Let the clocks run again."""
    if draft.case.status is not CaseStatus.SUSPENDED:
        return refuse("not_suspended")
    refusal = _not_a_holder(draft.case, command)
    if refusal is None:
        resume(draft, "suspension", command.reason)
    return refusal


def _not_a_holder(case: Case, command: Command) -> Refusal | None:
    # A department may stop the clocks only of a case on which it works itself.
    if command.actor.kind is not ActorKind.DEPARTMENT:
        return None
    holders = {step.department for step in case.steps.values() if step.status is StepStatus.ASSIGNED}
    if command.actor.id in holders:
        return None
    owners = ", ".join(sorted(holders))
    return refuse("wrong_department", None, step="-", owner=owners or "-", department=command.actor.id)


def request_payment(draft: Draft, command: RequestPayment) -> Refusal | None:
    """Ask for the fee. The clocks stand still where the procedure's law says so."""
    step = draft.case.steps.get(command.step_id)
    if step is None:
        return refuse("step_unknown", "step_id", step=command.step_id, steps=", ".join(draft.case.steps))
    if step.department != command.department:
        return refuse("wrong_department", "step_id", step=step.id, owner=step.department, department=command.department)
    if draft.case.status is not CaseStatus.IN_PROGRESS or step.status is not StepStatus.ASSIGNED:
        return refuse("step_not_assigned", "step_id", step=step.id)
    draft.emit(
        PaymentRequested(
            step_id=step.id, department=step.department, amount_vnd=command.amount_vnd, reason=command.reason
        )
    )
    if draft.case.definitions.procedure.payment_pauses:
        pause(draft, running(draft.case), "payment", command.reason, None)
    return None


def confirm_payment(draft: Draft, command: ConfirmPayment) -> Refusal | None:
    """The fee was paid: the clocks run again."""
    if draft.case.status is not CaseStatus.AWAITING_PAYMENT:
        return refuse("no_payment_awaited")
    draft.emit(PaymentConfirmed(receipt=command.receipt, paid_at=draft.at))
    resume(draft, "payment", "payment confirmed")
    return None
