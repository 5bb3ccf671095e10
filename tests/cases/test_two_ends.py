"""The two ends of a limit: the appointment told to the applicant, and the lawful end at 24:00 of the last day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from cases.decide import CASES
from cases.model import ClockStatus
from cases.promised import promises_of
from cases.timetable import appointment_at, lawful_end_at
from cases.views import view_of
from catalog.model import SupplementRule
from events.language.commands import MoveAppointment, Outcome
from sla.deadline import AfterHours
from sla.ladder import Ladder, Rung
from sla.units import Budget, Unit
from tests.builders import (
    MONDAY,
    PAUSE,
    SUPERVISOR,
    Life,
    a_pause,
    a_procedure,
    a_resumption,
    a_submission,
    a_supplement,
    an_answer,
    an_open_life,
    the_definitions,
)

SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
RECEIVED = datetime(2026, 3, 8, 20, 50, tzinfo=UTC)
"""Monday 9 March 2026, 03:50 in the province."""
APPOINTMENT = datetime(2026, 3, 13, 10, 0, tzinfo=UTC)
"""Friday 13 March, 17:00: five working days from Monday's opening."""
LAWFUL_END = datetime(2026, 3, 16, 17, 0, tzinfo=UTC)
"""Monday 16 March, 24:00: five working days, the day of receipt not counted."""


def a_night_life() -> Life:
    life = Life(the_definitions())
    life.do(a_submission(RECEIVED))
    return life


def finished(life: Life, at: datetime) -> Life:
    """Every step answered at one instant; what fell due before has passed."""
    life.live_until(at - SECOND)
    for step in ("intake", "appraisal", "fire", "signing"):
        life.do(an_answer(step, life.case.steps[step].department, at))
    return life


def test_a_limit_in_working_days_has_an_appointment_and_a_lawful_end() -> None:
    """The appointment is normalised to opening hours, the lawful end counts from the calendar date of receipt."""
    state = a_night_life().case.clocks["statutory"]
    definitions = the_definitions()
    assert appointment_at(state, definitions) == APPOINTMENT
    assert lawful_end_at(state, definitions) == LAWFUL_END
    assert state.first_appointment_at == APPOINTMENT


def test_a_case_closed_between_the_two_ends_is_met_with_its_appointment_missed() -> None:
    """Closed on Saturday 14 March it is past the appointment and not overdue in law; nothing is escalated as a breach."""
    life = finished(a_night_life(), datetime(2026, 3, 14, 3, 0, tzinfo=UTC))
    promise = promises_of(life.case).statutory
    assert promise is not None
    assert (promise.state, promise.appointment_kept) == ("met", False)
    assert promise.met_at == datetime(2026, 3, 14, 3, 0, tzinfo=UTC)
    assert [e.clock_id for e in life.of_type("ClockBreached") if e.clock_id == "statutory"] == []
    assert [e.appointment_at for e in life.of_type("AppointmentPassed")] == [APPOINTMENT]
    rungs = [(e.rung, e.due_at) for e in life.of_type("RungFired") if e.clock_id == "statutory"]
    assert rungs[-1] == ("past-appointment", APPOINTMENT)
    assert view_of(life.case).breaches == sum(c.counts_as_breached for c in life.case.clocks.values())


@pytest.mark.parametrize(
    ("at", "state", "kept"),
    [
        (APPOINTMENT - SECOND, "met", True),
        (APPOINTMENT, "met", True),
        (APPOINTMENT + SECOND, "met", False),
        (LAWFUL_END - SECOND, "met", False),
        (LAWFUL_END, "met", False),
        (LAWFUL_END + SECOND, "breached", False),
    ],
)
def test_at_each_end_a_second_decides(at: datetime, state: str, kept: bool) -> None:
    """An answer exactly at an end is in time."""
    promise = promises_of(finished(a_night_life(), at).case).statutory
    assert promise is not None
    assert (promise.state, promise.appointment_kept) == (state, kept)


def test_between_the_ends_the_clock_is_past_its_appointment_and_still_open() -> None:
    """Lists show it as a state of its own, and the green promise likewise."""
    life = a_night_life()
    life.live_until(APPOINTMENT)
    assert life.case.clocks["statutory"].status is ClockStatus.PAST_APPOINTMENT
    assert view_of(life.case).statutory_state == "past_appointment"
    life.live_until(LAWFUL_END)
    assert life.case.clocks["statutory"].status is ClockStatus.BREACHED
    breach = next(e for e in life.of_type("ClockBreached") if e.clock_id == "statutory")
    assert (breach.due_at, breach.two_ends) == (LAWFUL_END, True)


def test_escalations_after_a_breach_count_from_the_lawful_end() -> None:
    """Four and eight working hours after Monday's midnight, not after Friday's closing."""
    life = a_night_life()
    life.live_until(LAWFUL_END + 2 * DAY)
    fired = {e.rung: e.due_at for e in life.of_type("RungFired") if e.clock_id == "statutory"}
    assert fired["breach"] == LAWFUL_END
    assert fired["first"] == datetime(2026, 3, 17, 4, 0, tzinfo=UTC)
    assert fired["second"] == datetime(2026, 3, 17, 10, 0, tzinfo=UTC)


def test_a_rung_may_count_from_the_appointment() -> None:
    """Where it says `from: appointment`."""
    rung = {"id": "ask", "delay": {"amount": 1, "unit": "working_hours"}, "from": "appointment"}
    ladder = Ladder(
        id="case", version="2", rungs=(Rung.model_validate(rung | {"audience": "head", "kind": "warning"}),)
    )
    life = Life(the_definitions(case_ladder=ladder))
    life.do(a_submission(RECEIVED))
    life.live_until(LAWFUL_END)
    fired = [e.due_at for e in life.of_type("RungFired") if e.clock_id == "statutory"]
    assert fired == [datetime(2026, 3, 16, 1, 0, tzinfo=UTC)]


@pytest.mark.parametrize("unit", [Unit.HOURS, Unit.WORKING_HOURS])
def test_a_limit_in_hours_ends_at_its_instant(unit: Unit) -> None:
    """It has one end: no passing of an appointment, no rung for it, a breach at once."""
    life = an_open_life(the_definitions(a_procedure(limit=Budget(amount=8, unit=unit))))
    state = life.case.clocks["statutory"]
    ends_at = appointment_at(state, life.definitions)
    assert ends_at is not None
    assert lawful_end_at(state, life.definitions) is None
    life.live_until(ends_at)
    assert life.case.clocks["statutory"].status is ClockStatus.BREACHED
    assert not life.of_type("AppointmentPassed")
    assert "past-appointment" not in life.case.clocks["statutory"].fired


def test_the_end_of_an_applicants_own_limit_is_the_end_of_its_day() -> None:
    """Documents half an hour after the operational instant of the last day are in time; a second after midnight not."""
    rule = SupplementRule(applicant_limit=Budget(amount=90, unit=Unit.WORKING_DAYS))
    for seconds, status in ((-1, "in_progress"), (0, "in_progress"), (1, "closed")):
        life = an_open_life(the_definitions(a_procedure(supplement=rule)))
        life.do(an_answer("intake", "one-stop", MONDAY + HOUR, Outcome.REQUEST_SUPPLEMENT, documents=("lease",)))
        state = life.case.clocks["supplement"]
        midnight = lawful_end_at(state, life.definitions)
        told_at = appointment_at(state, life.definitions)
        assert midnight is not None
        assert told_at is not None
        assert told_at + HOUR / 2 < midnight
        at = midnight + seconds * SECOND
        life.live_until(at - SECOND)
        if seconds <= 0:
            life.do(a_supplement(at))
        assert life.case.status == status


def test_a_suspension_moves_both_ends() -> None:
    """A whole day: the appointment by its working time, the lawful end by a day."""
    life = a_night_life()
    life.do(a_pause(datetime(2026, 3, 10, 0, 0, tzinfo=UTC)))
    assert promises_of(life.case).statutory is not None
    promise = promises_of(life.case).statutory
    assert promise is not None
    assert (promise.appointment_at, promise.lawful_end_at, promise.state) == (None, None, "running")
    life.do(a_resumption(datetime(2026, 3, 11, 0, 0, tzinfo=UTC)))
    state = life.case.clocks["statutory"]
    assert appointment_at(state, life.definitions) == datetime(2026, 3, 16, 10, 0, tzinfo=UTC)
    assert lawful_end_at(state, life.definitions) == LAWFUL_END + DAY
    assert state.first_appointment_at == APPOINTMENT, "what was first told stays on record"


def test_a_new_appointment_moves_what_was_told_and_never_the_limit() -> None:
    """The breach comes at the first limit's lawful end; both dates are on record."""
    life = a_night_life()
    at = datetime(2026, 3, 9, 3, 0, tzinfo=UTC)
    life.do(
        MoveAppointment(
            command_id="move",
            received_at=at,
            actor=SUPERVISOR,
            by=Budget(amount=2, unit=Unit.WORKING_DAYS),
            reason="the road is flooded",
        )
    )
    promise = promises_of(life.case).statutory
    assert promise is not None
    assert (promise.first_appointment_at, promise.appointment_at) == (APPOINTMENT, APPOINTMENT + 4 * DAY)
    assert promise.lawful_end_at == LAWFUL_END
    life.live_until(LAWFUL_END)
    assert life.case.clocks["statutory"].status is ClockStatus.BREACHED
    assert life.case.clocks["statutory"].clock.budget.amount == 5
    kept = finished(life, APPOINTMENT + 4 * DAY)
    promise = promises_of(kept.case).statutory
    assert promise is not None
    assert (promise.state, promise.appointment_kept) == ("breached", True)


def test_an_answer_received_in_time_and_delivered_late_is_met() -> None:
    """The breach that was recorded meanwhile is set aside, and the appointment is kept if it was."""
    life = finished(a_night_life(), datetime(2026, 3, 9, 3, 0, tzinfo=UTC))
    assert life.case.is_closed
    late = a_night_life()
    for step in ("intake", "appraisal", "fire"):
        late.do(an_answer(step, late.case.steps[step].department, datetime(2026, 3, 9, 3, 0, tzinfo=UTC)))
    late.live_until(LAWFUL_END + HOUR)
    answered_at = APPOINTMENT - HOUR
    late.do(an_answer("signing", "culture", answered_at), now=LAWFUL_END + 2 * HOUR)
    promise = promises_of(late.case).statutory
    assert promise is not None
    assert (promise.state, promise.set_aside, promise.appointment_kept) == ("met", True, True)
    aside = next(e for e in late.of_type("BreachSetAside") if e.clock_id == "statutory")
    assert aside.cause == "delayed_by_system"


def test_an_application_received_after_hours_counts_from_the_opening_where_the_procedure_says_so() -> None:
    """Decree 297/2025: the next opening is the day of receipt, for both ends."""
    procedure = a_procedure(after_hours=AfterHours.NEXT_OPENING)
    life = Life(the_definitions(procedure))
    sunday = datetime(2026, 3, 8, 3, 0, tzinfo=UTC)
    life.do(a_submission(sunday))
    assert lawful_end_at(life.case.clocks["statutory"], life.definitions) == LAWFUL_END
    receipt = Life(the_definitions())
    receipt.do(a_submission(sunday))
    assert lawful_end_at(receipt.case.clocks["statutory"], receipt.definitions) == LAWFUL_END - 3 * DAY


def test_a_pause_procedure_keeps_the_first_appointment_and_a_restart_begins_a_new_one() -> None:
    """`first_appointment_at` is the first told of the clock that now runs."""
    for policy, same in ((PAUSE, True), (None, False)):
        change = {} if policy is None else {"clock_policy": policy}
        life = an_open_life(the_definitions(a_procedure(**change)))
        first = promises_of(life.case).statutory
        life.do(an_answer("intake", "one-stop", MONDAY + HOUR, Outcome.REQUEST_SUPPLEMENT, documents=("lease",)))
        life.do(a_supplement(MONDAY + DAY))
        again = promises_of(life.case).statutory
        assert first is not None
        assert again is not None
        assert (again.first_appointment_at == first.first_appointment_at) is same


def test_a_turn_tells_the_read_model_both_ends() -> None:
    """What machines read is a fold of the ledger."""
    life = Life(the_definitions())
    turn = CASES.take_turn(life.case, [a_submission(RECEIVED)], RECEIVED)
    assert turn is not None
    view = turn.view
    assert view is not None
    assert view.promises.statutory.lawful_end_at == LAWFUL_END  # type: ignore[union-attr]
    assert view.statutory_due_at == APPOINTMENT  # type: ignore[union-attr]
