"""Payment, a new appointment, an extension, back-dated and capped suspensions: what they move, and every refusal."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from cases.model import CaseStatus, ClockStatus
from cases.timetable import appointment_at, lawful_end_at, next_due
from catalog.model import AppointmentRule, SuspensionRule
from events.language.case_events import AppointmentMoved, ClockExtended
from events.language.commands import (
    Actor,
    ActorKind,
    ConfirmPayment,
    ExtendLimit,
    MoveAppointment,
    PauseClock,
    RequestPayment,
)
from sla.units import Budget, Unit
from tests.builders import (
    MONDAY,
    SUPERVISOR,
    Life,
    a_pause,
    a_procedure,
    a_question,
    a_resumption,
    a_withdrawal,
    an_answer,
    an_open_life,
    the_definitions,
)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
AT = MONDAY + HOUR
ONE_STOP = Actor(kind=ActorKind.DEPARTMENT, id="one-stop")


def days(amount: int, unit: Unit = Unit.WORKING_DAYS) -> Budget:
    return Budget(amount=amount, unit=unit)


def command(kind: type, at: datetime, **given: Any) -> Any:
    return kind(**{"command_id": f"{kind.__name__}:{at.isoformat()}", "received_at": at, "actor": SUPERVISOR} | given)


def a_fee(at: datetime, **change: Any) -> RequestPayment:
    given = {"step_id": "intake", "department": "one-stop", "amount_vnd": 200_000, "reason": "the fee"}
    fee: RequestPayment = command(RequestPayment, at, **(given | change))
    return fee


def a_payment(at: datetime) -> ConfirmPayment:
    paid: ConfirmPayment = command(ConfirmPayment, at, receipt="BL-7")
    return paid


def a_move(at: datetime, by: Budget | None = None) -> MoveAppointment:
    moved: MoveAppointment = command(MoveAppointment, at, by=by or days(2), reason="the road is flooded")
    return moved


def an_extension(at: datetime, by: Budget | None = None) -> ExtendLimit:
    given = {"by": by or days(2), "reason": "complex", "legal_basis": "art. 7", "approved_by": "chairman-office"}
    extended: ExtendLimit = command(ExtendLimit, at, **given)
    return extended


def a_noted_pause(at: datetime, from_at: datetime | None, until_at: datetime | None = None) -> PauseClock:
    given = {"reason": "a flood", "legal_basis": "form 05", "from_at": from_at, "until_at": until_at}
    noted: PauseClock = command(PauseClock, at, **given)
    return noted


def statutory_due(life: Life) -> datetime | None:
    return appointment_at(life.case.clocks["statutory"], life.case.definitions)


def a_life(**procedure: Any) -> Life:
    return an_open_life(the_definitions(a_procedure(**procedure)))


# ---- payment


def test_while_a_payment_is_awaited_every_clock_stands_still() -> None:
    """The time is the applicant's, and what was left is left."""
    life = an_open_life()
    before = statutory_due(life)
    life.do(a_fee(AT))
    assert life.case.status is CaseStatus.AWAITING_PAYMENT
    assert next_due(life.case) is None
    life.do(a_payment(AT + DAY))
    assert life.case.status is CaseStatus.IN_PROGRESS
    assert before is not None
    assert statutory_due(life) == before + DAY
    life.do(a_withdrawal(AT + DAY + HOUR))
    shares = {share.owner: share.seconds for share in life.of_type("CaseClosed")[0].time_shares}
    assert shares == {"one-stop": 2 * 3600, "applicant": 24 * 3600}


def test_where_the_procedure_says_so_the_clocks_run_on() -> None:
    """The department goes on; that the fee was paid is confirmed and on record, once for each request."""
    life = a_life(payment_pauses=False)
    before = statutory_due(life)
    life.do(a_fee(AT))
    assert (life.case.status, statutory_due(life)) == (CaseStatus.IN_PROGRESS, before)
    assert [event.type for event in life.do(a_payment(AT + HOUR))] == ["PaymentConfirmed"]
    assert statutory_due(life) == before
    assert life.refused(a_payment(AT + 2 * HOUR)).code == "no_payment_awaited"


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"step_id": "nowhere"}, "step_unknown", "step_id"),
        ({"department": "police"}, "wrong_department", "step_id"),
        ({"step_id": "signing", "department": "culture"}, "step_not_assigned", "step_id"),
    ],
)
def test_only_the_department_of_an_assigned_step_asks_for_a_fee(change: dict[str, str], code: str, field: str) -> None:
    """Each refusal names the field."""
    refusal = an_open_life().refused(a_fee(AT, **change))
    assert (refusal.code, refusal.field) == (code, field)


def test_nothing_else_happens_while_a_payment_is_awaited() -> None:
    """No answer, no second request, no suspension; a payment that nobody awaits is refused."""
    life = an_open_life()
    assert life.refused(a_payment(AT)).code == "no_payment_awaited"
    life.do(a_fee(AT))
    assert life.refused(an_answer("intake", "one-stop", AT + HOUR)).code == "awaiting_payment"
    assert life.refused(a_pause(AT + HOUR)).code == "awaiting_payment"
    assert life.refused(a_fee(AT + HOUR)).code == "step_not_assigned"


# ---- a new appointment


def test_a_new_appointment_keeps_both_dates_and_tells_the_departments() -> None:
    """Once, with an apology; whoever works on the case is named."""
    life = an_open_life()
    before = statutory_due(life)
    (event,) = life.do(a_move(AT))
    assert isinstance(event, AppointmentMoved)
    assert before is not None
    assert (event.former_appointment_at, event.appointment_at) == (before, before + 2 * DAY)
    assert event.departments == ("one-stop",)
    assert statutory_due(life) == event.appointment_at
    assert life.case.clocks["statutory"].clock.budget == days(5), "the limit stays where it is"
    refusal = life.refused(a_move(AT + HOUR))
    assert (refusal.code, refusal.details["times"]) == ("appointment_moved", "1")


def test_the_apology_must_come_a_day_before() -> None:
    """One second later is too late (Decree 61/2018 art. 19(9)); the day before is a working day."""
    last = an_open_life(at=MONDAY + DAY)
    due_at = statutory_due(last)
    assert due_at is not None
    last.do(a_move(due_at - DAY))
    late = an_open_life(at=MONDAY + DAY)
    assert late.refused(a_move(due_at - DAY + timedelta(seconds=1))).code == "appointment_late"


def test_a_notice_given_on_a_day_off_counts_from_the_next_opening() -> None:
    """Sunday 08:30 for Monday 09:00: nobody is told on a Sunday."""
    life = an_open_life()
    due_at = statutory_due(life)
    assert due_at == MONDAY + 7 * DAY
    assert life.refused(a_move(MONDAY + 6 * DAY - HOUR / 2)).code == "appointment_late"
    friday = MONDAY + 4 * DAY
    life.do(a_move(friday))


def test_a_new_appointment_has_a_bound() -> None:
    """300 working days are no new appointment: at most what the procedure says, else its own limit."""
    refusal = an_open_life().refused(a_move(AT, days(300)))
    assert (refusal.code, refusal.details["most"]) == ("appointment_too_far", "5 working_days")
    bounded = a_life(appointment=AppointmentRule(move_max=days(1)))
    assert bounded.refused(a_move(AT)).code == "appointment_too_far"
    bounded.do(a_move(AT, days(1)))


def test_an_appointment_moves_in_the_unit_of_its_limit() -> None:
    """And a clock that stands still, or that there is none of, is not moved."""
    life = an_open_life()
    refusal = life.refused(a_move(AT, days(2, Unit.DAYS)))
    assert (refusal.code, refusal.field) == ("unit_other", "by.unit")
    life.do(a_pause(AT))
    assert life.refused(a_move(AT + HOUR)).code == "no_clock"


def test_a_breach_is_not_moved_away() -> None:
    """Neither by a new appointment nor by an extension."""
    life = a_life(appointment=AppointmentRule(extension_max=days(5)))
    due_at = lawful_end_at(life.case.clocks["statutory"], life.case.definitions)
    assert due_at is not None
    life.live_until(due_at)
    assert life.case.clocks["statutory"].status is ClockStatus.BREACHED
    assert life.refused(a_move(due_at + HOUR)).code == "no_clock"
    assert life.refused(an_extension(due_at + HOUR)).code == "no_clock"


# ---- an extension


def test_an_extension_needs_a_law_that_allows_it() -> None:
    """The most counts over all extensions together."""
    assert an_open_life().refused(an_extension(AT)).code == "extension_refused"
    life = a_life(appointment=AppointmentRule(extension_max=days(3)))
    before = statutory_due(life)
    (event,) = life.do(an_extension(AT))
    assert isinstance(event, ClockExtended)
    assert (event.cause, event.legal_basis, event.approved_by) == ("extension", "art. 7", "chairman-office")
    assert (event.former_due_at, event.due_at) == (before, statutory_due(life))
    refusal = life.refused(an_extension(AT + HOUR))
    assert (refusal.code, refusal.field, refusal.details["most"]) == ("extension_refused", "by", "3 working_days")
    life.do(an_extension(AT + HOUR, days(1)))
    assert life.case.appointments_moved == 0


def test_an_extension_keeps_what_was_used_and_the_pauses() -> None:
    """The anchor stays where it was."""
    life = a_life(appointment=AppointmentRule(extension_max=days(3)))
    life.do(a_pause(AT))
    life.do(a_resumption(AT + DAY))
    before = life.case.clocks["statutory"].clock
    life.do(an_extension(AT + DAY + HOUR))
    after = life.case.clocks["statutory"].clock
    assert (after.anchored_at, after.suspensions) == (before.anchored_at, before.suspensions)


# ---- suspensions in the past


def test_a_suspension_may_begin_in_the_past() -> None:
    """Its time is the suspension's from then on, not the department's."""
    life = an_open_life()
    before = statutory_due(life)
    life.do(a_noted_pause(AT + DAY, AT))
    life.do(a_resumption(AT + DAY))
    assert before is not None
    assert statutory_due(life) == before + DAY
    life.do(a_withdrawal(AT + DAY))
    shares = {share.owner: share.seconds for share in life.of_type("CaseClosed")[0].time_shares}
    assert shares == {"one-stop": 3600, "suspension": 24 * 3600}


def test_a_suspension_that_is_over_is_noted() -> None:
    """The clocks run on, from a later end; the department has the rest of the time."""
    life = an_open_life()
    before = statutory_due(life)
    life.do(a_noted_pause(AT + DAY, AT, AT + HOUR))
    assert life.case.status is CaseStatus.IN_PROGRESS
    assert before is not None
    assert statutory_due(life) == before + HOUR
    life.do(a_withdrawal(AT + DAY))
    closed = life.of_type("CaseClosed")[0]
    shares = {share.owner: share.seconds for share in closed.time_shares}
    assert shares == {"one-stop": 24 * 3600, "suspension": 3600}
    assert sum(shares.values()) == closed.elapsed_seconds


def test_noting_a_suspension_never_erases_a_breach() -> None:
    """It stays on record although the end moves behind it."""
    life = an_open_life()
    due_at = lawful_end_at(life.case.clocks["statutory"], life.case.definitions)
    assert due_at is not None
    life.live_until(due_at)
    life.do(a_noted_pause(due_at + HOUR, due_at - DAY, due_at - HOUR))
    assert life.case.clocks["statutory"].status is ClockStatus.BREACHED
    assert len([event for event in life.of_type("ClockBreached") if event.clock_id == "statutory"]) == 1


@pytest.mark.parametrize(
    ("from_at", "until_at", "code", "field"),
    [
        (AT + 2 * DAY, None, "suspension_future", "from_at"),
        (AT, AT + 2 * DAY, "suspension_future", "until_at"),
        (AT, AT - HOUR, "suspension_reversed", "until_at"),
        (AT, AT, "suspension_reversed", "until_at"),
        (AT - 30 * DAY, None, "suspension_backdated", "from_at"),
    ],
)
def test_unlawful_times_of_a_suspension_are_refused(
    from_at: datetime, until_at: datetime | None, code: str, field: str
) -> None:
    """In the future, reversed, or too far back."""
    refusal = an_open_life().refused(a_noted_pause(AT + DAY, from_at, until_at))
    assert (refusal.code, refusal.field) == (code, field)


def test_a_capped_suspension_ends_by_itself() -> None:
    """To the second, and the clocks run again without anybody."""
    life = a_life(suspension=SuspensionRule(cap=days(2)))
    before = statutory_due(life)
    life.do(a_pause(AT))
    ends_at = next_due(life.case)
    assert ends_at == AT + 2 * DAY
    life.live_until(AT + 2 * DAY - timedelta(seconds=1))
    assert life.case.status is CaseStatus.SUSPENDED
    life.live_until(AT + 2 * DAY)
    assert life.case.status is CaseStatus.IN_PROGRESS
    assert before is not None
    assert statutory_due(life) == before + 2 * DAY
    assert life.refused(a_resumption(AT + 3 * DAY)).code == "not_suspended"


def test_a_suspension_that_began_in_the_past_is_capped_from_its_beginning() -> None:
    """The cap is a length, not a date."""
    life = a_life(suspension=SuspensionRule(cap=days(2)))
    life.do(a_noted_pause(AT + DAY, AT))
    assert next_due(life.case) == AT + 2 * DAY


def test_a_consultation_stands_still_with_its_case() -> None:
    """A limit given to another department is no exception."""
    life = an_open_life()
    life.do(a_question("intake", "one-stop", AT, "finance", limit=days(1)))
    life.do(a_fee(AT + HOUR))
    assert next_due(life.case) is None
