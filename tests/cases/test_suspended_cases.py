"""Suspending a case: who may, what stands still, and what a late message means."""

from __future__ import annotations

from datetime import timedelta

from cases.model import CaseStatus
from cases.timetable import appointment_at, next_due
from events.language.commands import Actor, ActorKind
from tests.builders import MONDAY, a_pause, a_resumption, a_withdrawal, an_answer, an_open_life

HOUR = timedelta(hours=1)
AT = MONDAY + HOUR


def test_a_suspension_holds_every_clock() -> None:
    """No deadline, nothing due, and the time is nobody's but the suspension's."""
    life = an_open_life()
    life.do(a_pause(AT))
    assert life.case.status is CaseStatus.SUSPENDED
    assert all(state.is_paused for state in life.case.clocks.values())
    assert next_due(life.case) is None
    paused = life.of_type("ClockPaused")[0]
    assert (paused.reason, paused.legal_basis, paused.cause) == ("a flood", "form 05", "suspension")


def test_a_resumed_clock_goes_on_with_what_was_left() -> None:
    """A working day suspended moves the due instant by a working day."""
    life = an_open_life()
    before = appointment_at(life.case.clocks["statutory"], life.definitions)
    assert before is not None
    life.do(a_pause(AT))
    life.do(a_resumption(AT + 24 * HOUR))
    assert life.case.status is CaseStatus.IN_PROGRESS
    assert appointment_at(life.case.clocks["statutory"], life.definitions) == before + timedelta(days=1)


def test_pausing_twice_is_refused() -> None:
    """With the reason of the suspension that holds."""
    life = an_open_life()
    life.do(a_pause(AT))
    refusal = life.refused(a_pause(AT + HOUR))
    assert (refusal.code, refusal.details) == ("case_suspended", {"reason": "a flood"})


def test_only_a_suspended_case_is_resumed() -> None:
    """Resuming twice is refused."""
    life = an_open_life()
    assert life.refused(a_resumption(AT)).code == "not_suspended"
    life.do(a_pause(AT))
    life.do(a_resumption(AT + HOUR))
    assert life.refused(a_resumption(AT + HOUR)).code == "not_suspended"


def test_a_department_suspends_only_what_it_works_on() -> None:
    """The police cannot stop the clock of the one-stop shop, nor start it again."""
    police = Actor(kind=ActorKind.DEPARTMENT, id="police")
    one_stop = Actor(kind=ActorKind.DEPARTMENT, id="one-stop")
    life = an_open_life()
    refusal = life.refused(a_pause(AT, police))
    assert (refusal.code, refusal.details["owner"]) == ("wrong_department", "one-stop")
    life.do(a_pause(AT, one_stop))
    assert life.refused(a_resumption(AT + HOUR, police)).code == "wrong_department"
    life.do(a_resumption(AT + HOUR, one_stop))


def test_a_suspended_case_may_be_withdrawn() -> None:
    """Its clocks end where they stood."""
    life = an_open_life()
    life.do(a_pause(AT))
    life.do(a_withdrawal(AT + 50 * HOUR))
    assert life.case.outcome == "withdrawn"
    shares = {share.owner: share.seconds for share in life.of_type("CaseClosed")[0].time_shares}
    assert shares == {"one-stop": 3600, "suspension": 50 * 3600}


def test_a_resumption_that_was_sent_before_the_suspension_lasts_no_time() -> None:
    """A late message never makes a suspension end before it begins."""
    life = an_open_life()
    life.do(a_pause(AT))
    life.do(a_resumption(AT - HOUR), now=AT + HOUR)
    suspension = life.case.clocks["statutory"].clock.suspensions[0]
    assert (suspension.from_at, suspension.until_at) == (AT, AT)


def test_a_suspension_delivered_late_counts_from_its_receipt() -> None:
    """A warning that fired meanwhile has fired; the time since the receipt is given back."""
    life = an_open_life()
    half = next_due(life.case)
    assert half is not None
    life.live_until(half)
    life.do(a_pause(half - HOUR / 2), now=half + HOUR)
    life.do(a_resumption(half + HOUR))
    warned = [event.rung for event in life.of_type("RungFired")]
    assert warned == ["half"]
    assert next_due(life.case) > half + HOUR  # type: ignore[operator]


def test_a_breach_that_a_late_suspension_overtakes_is_set_aside_by_the_answer() -> None:
    """The clock was suspended over its due instant, and we did not know: the answer is in time."""
    life = an_open_life()
    due_at = appointment_at(life.case.clocks["step:intake"], life.definitions)
    assert due_at is not None
    life.live_until(due_at)
    assert life.case.clocks["step:intake"].counts_as_breached
    life.do(a_pause(due_at - HOUR / 2), now=due_at + HOUR)
    life.do(a_resumption(due_at + HOUR))
    life.do(an_answer("intake", "one-stop", due_at + HOUR + timedelta(minutes=1)))
    assert life.case.clocks["step:intake"].set_aside


def test_a_case_suspended_twice_has_both_suspensions() -> None:
    """Each with its own stretch."""
    life = an_open_life()
    for n in range(2):
        life.do(a_pause(AT + n * 10 * HOUR))
        life.do(a_resumption(AT + (n * 10 + 5) * HOUR))
    assert len(life.case.clocks["statutory"].clock.suspensions) == 2
