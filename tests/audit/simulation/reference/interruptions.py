"""When the clocks stand still: suspension, stop, payment; who may, for how long, and what is due meanwhile."""

from __future__ import annotations

from events.language.commands import (
    Actor,
    ActorKind,
    ConfirmPayment,
    PauseClock,
    RequestPayment,
    ResumeClock,
    ReturnCase,
    StopCase,
)
from sla.units import Budget
from tests.audit.simulation.reference.closing import close, hand_over, stood_still
from tests.audit.simulation.reference.hours import OffTheCalendarError, instant
from tests.audit.simulation.reference.life import Life, RefusedError, hours_of
from tests.audit.simulation.reference.limits import Limit

NOT_NOW = {
    "suspended": "case_suspended",
    "stopped": "case_stopped",
    "awaiting_supplement": "awaiting_supplement",
    "awaiting_explanation": "awaiting_explanation",
    "awaiting_payment": "awaiting_payment",
}
"""What is said to somebody who wants to act while the case waits."""


def pause(life: Life, command: PauseClock, at: int, turn: int) -> None:
    """Form 05 of TT 03/2025: with reason and basis. Noted afterwards it counts all the same, within what may be back-dated."""
    reasons = []
    over = command.until_at is not None
    if life.status in NOT_NOW and not over:
        reasons.append(NOT_NOW[life.status])
    if _is_elsewhere(life, command.actor):
        reasons.append("wrong_department")
    since = at if command.from_at is None else instant(command.from_at)
    until = None if command.until_at is None else instant(command.until_at)
    reasons += _wrong_times(life, since, until, at)
    if reasons:
        raise RefusedError(*reasons)
    if until is not None:
        _note(life, since, until)
        return
    rule = life.procedure.suspension
    life.held_since = since
    life.held_until = None if rule.cap is None else _after(life, since, rule.cap)
    if life.held_until is None and rule.review_after is not None:
        life.review_at = _after(life, since, rule.review_after)
    life.hold("suspension", since)
    life.status = "suspended"
    hand_over(life, at, turn)
    stood_still(life, since, None)


def _is_elsewhere(life: Life, actor: Actor) -> bool:
    """A department may stop and start only what it works on itself."""
    return actor.kind is ActorKind.DEPARTMENT and all(step.department != actor.id for step in life.open_steps)


def _wrong_times(life: Life, since: int, until: int | None, at: int) -> list[str]:
    reasons = []
    if since > at or (until is not None and until > at):
        reasons.append("suspension_future")
    if until is not None and until <= since:
        reasons.append("suspension_reversed")
    back = life.procedure.suspension.backdate_max
    assert back.unit.value == "hours", back
    if since < at - back.amount * 3600 * 1_000_000:
        reasons.append("suspension_backdated")
    return reasons


def _note(life: Life, since: int, until: int) -> None:
    """Over already: the clocks run on, from a later end; the same whether noted before, during or after another one."""
    for clock in life.live_clocks:
        if clock.kind not in ("supplement", "explanation"):
            held = clock.limit.held
            open_last = held[-1:] if held and held[-1][1] is None else ()
            clock.change(held=(*held[: len(held) - len(open_last)], (since, until), *open_last))
    stood_still(life, since, until)


def resume(life: Life, command: ResumeClock, at: int, turn: int) -> None:
    """The clocks run again: the law's from the receipt, the departments' from the turn that gives the work back."""
    if life.status not in ("suspended", "stopped"):
        raise RefusedError("not_suspended", "not_stopped")
    if _is_elsewhere(life, command.actor):
        raise RefusedError("wrong_department")
    end_hold(life, at)


def end_hold(life: Life, at: int) -> None:
    """A suspension or a stop ends: by somebody, or by its cap, to the second."""
    at = max(at, life.held_since or 0)
    life.release("stop" if life.status == "stopped" else "suspension", at)
    life.held_since = life.held_until = life.review_at = None
    life.released_at = at
    life.asked_at = max(life.asked_at, life.turn)  # whoever was to answer hears at the turn that he is awaited again
    life.status, life.stopped_from = life.stopped_from, "in_progress"
    hand_over(life, at, life.turn)


def look_again(life: Life) -> None:
    """Nothing ends it by itself: somebody must look at it again, and again as long as it lasts."""
    assert life.review_at is not None
    life.say("review", life.review_at)
    rule = life.procedure.stop if life.status == "stopped" else life.procedure.suspension
    again = rule.review_after if rule is not None else None
    life.review_at = None if again is None else _after(life, life.review_at, again)


def _after(life: Life, at: int, budget: Budget) -> int | None:
    try:
        ends = Limit(hours_of(life.definitions.calendar), budget.unit, budget.amount, at, False, ()).ends()
    except OffTheCalendarError:
        return None
    return None if ends is None else ends.appointment_at


def stop_case(life: Life, command: StopCase, at: int, turn: int) -> None:
    """A decision of two persons; it ends in resumption, on its day, or in return."""
    reasons = []
    if life.status in ("suspended", "stopped", "awaiting_payment"):
        reasons.append(NOT_NOW[life.status])
    if command.approved_by is None or command.approved_by == command.actor.id:
        reasons.append("second_person")
    if _is_elsewhere(life, command.actor):
        reasons.append("wrong_department")
    until = None if command.until_at is None else instant(command.until_at)
    if until is not None and until <= at:
        reasons.append("stop_past")
    if reasons:
        raise RefusedError(*reasons)
    rule = life.procedure.stop
    cap = None if rule is None or rule.cap is None else _after(life, at, rule.cap)
    ends = [end for end in (until, cap) if end is not None]
    life.held_since, life.held_until = at, min(ends, default=None)
    if not ends and rule is not None and rule.review_after is not None:
        life.review_at = _after(life, at, rule.review_after)
    life.hold("stop", at)
    life.stopped_from, life.status = life.status, "stopped"
    hand_over(life, at, turn)
    stood_still(life, at, None)
    life.say("stopped case", at)


def return_case(life: Life, command: ReturnCase, at: int, turn: int) -> None:
    """A stopped dossier goes back to the applicant without a result, in writing."""
    if _is_elsewhere(life, command.actor):
        raise RefusedError("wrong_department", *(() if life.status == "stopped" else ("not_stopped",)))
    if life.status != "stopped":
        raise RefusedError("not_stopped")
    if life.procedure.stop is not None and not life.procedure.stop.return_allowed:
        raise RefusedError("return_not_allowed")
    life.say("returned case")
    close(life, "returned", at)


def ask_for_fee(life: Life, command: RequestPayment, at: int, turn: int) -> None:
    """The time to pay is the applicant's where sector law says so; else the clocks run on."""
    step = life.steps.get(command.step_id)
    if step is None:
        raise RefusedError("step_unknown")
    reasons = []
    if step.department != command.department:
        reasons.append("wrong_department")
    if step.status != "assigned":
        reasons.append("step_not_assigned")
    if life.status in NOT_NOW:
        reasons += [NOT_NOW[life.status], "step_not_assigned"]
    if reasons:
        raise RefusedError(*reasons)
    at = max(at, step.assigned_at)
    life.fees += 1
    life.say("fee asked", step.key)
    if life.procedure.payment_pauses:
        life.hold("payment", at)
        again = life.procedure.suspension.review_after
        life.review_at = None if again is None else _after(life, at, again)
        life.asked_at = max(at, turn)
        life.status = "awaiting_payment"
        hand_over(life, at, turn)


def fee_paid(life: Life, command: ConfirmPayment, at: int, turn: int) -> None:
    """A payment that was asked for is confirmed and on record, whether the clocks stood still for it or not."""
    if not life.fees:
        raise RefusedError("no_payment_awaited")
    life.fees -= 1
    life.say("fee paid")
    if life.status == "awaiting_payment":
        at = max(at, life.asked_at)  # nobody pays before he hears that he must
        life.release("payment", at)
        life.review_at = None
        life.status = "in_progress"
        hand_over(life, at, turn)
