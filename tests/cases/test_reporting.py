"""Who used the time, to the second; and promised against used."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.model import CaseStatus
from cases.reporting import Reckoning, Tally, reckoning_of, summed
from events.language.commands import ConfirmPayment, MoveAppointment, Outcome, PauseClock, RequestPayment
from events.language.refusals import Refusal
from sla.units import Budget, Unit
from tests.builders import (
    MONDAY,
    SUPERVISOR,
    Life,
    a_closed_life,
    a_pause,
    a_reassignment,
    a_resumption,
    a_submission,
    a_supplement,
    a_withdrawal,
    an_answer,
    an_open_life,
)
from tests.cases.reckonings import RULES, reckoning
from tests.upgrade.fixtures import the_ledger

SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)


def test_promised_against_used_in_working_time() -> None:
    """Five working days were promised, two hours used; the steps' times are their departments'."""
    life = a_closed_life()
    found = reckoning(life)
    assert (found.whole.closed, found.whole.clocks, found.whole.met, found.whole.breached) == (1, 1, 1, 0)
    assert found.whole.promised_seconds == 5 * 8 * 3600
    assert found.whole.used_seconds == 2 * 3600
    assert found.departments["one-stop"].used_seconds == 30 * 60
    assert found.departments["culture"].clocks == 2
    assert sum(tally.held_seconds for tally in found.departments.values()) == 2 * 3600


def test_suspended_time_is_not_used_time() -> None:
    """Neither the department's nor the promise's."""
    life = an_open_life()
    life.do(a_pause(MONDAY + HOUR))
    life.do(a_resumption(MONDAY + DAY))
    life.do(an_answer("intake", "one-stop", MONDAY + DAY + HOUR, Outcome.REFUSE))
    found = reckoning(life)
    assert found.whole.used_seconds == 2 * 3600
    assert found.departments["one-stop"].held_seconds == 2 * 3600
    assert found.owners == {"one-stop": 2 * 3600, "suspension": 23 * 3600}


def test_breaches_and_escalations_are_counted() -> None:
    """Warnings too; a case that is withdrawn after its breach stays breached."""
    life = an_open_life()
    life.live_until(MONDAY + 9 * DAY)
    life.do(a_withdrawal(MONDAY + 9 * DAY))
    found = reckoning(life)
    assert (found.whole.breached, found.whole.met) == (1, 0)
    assert found.whole.escalations == 4, "two of the case's ladder, two of the step's"
    assert found.departments["one-stop"].escalations == 2
    assert found.whole.used_seconds > found.whole.promised_seconds
    assert (found.whole.used_share or 0) > 1


RECEIVED = datetime(2026, 3, 8, 20, 50, tzinfo=UTC)
"""Monday 9 March 2026, 03:50 in the province."""
APPOINTMENT = datetime(2026, 3, 13, 10, 0, tzinfo=UTC)
"""Friday 13 March, 17:00."""
LAWFUL_END = datetime(2026, 3, 16, 17, 0, tzinfo=UTC)
"""Monday 16 March, 24:00."""


@pytest.mark.parametrize(
    ("now", "past", "missed", "breached"),
    [
        (APPOINTMENT - SECOND, 0, 0, 0),
        (APPOINTMENT + SECOND, 1, 1, 0),
        (LAWFUL_END - SECOND, 1, 1, 0),
        (LAWFUL_END + SECOND, 0, 1, 1),
    ],
)
def test_an_appointment_that_passed_is_no_breach(now: datetime, past: int, missed: int, breached: int) -> None:
    """Open between the two ends: past its appointment; only the lawful end breaks the limit. Whoever had it then is told."""
    life = Life()
    life.do(a_submission(RECEIVED))
    life.live_until(now)
    found = reckoning(life, now)
    for tally in (found.whole, found.departments["one-stop"]):
        assert (tally.past_appointment, tally.appointments_missed) == (past, missed)
    assert found.whole.breached == breached


def test_what_was_answered_between_the_ends_is_met_and_its_appointment_missed() -> None:
    """Neither past anything now, nor overdue ever; another department answered, but this one let the appointment pass."""
    life = Life()
    life.do(a_submission(RECEIVED))
    life.live_until(LAWFUL_END - HOUR)
    for step in ("intake", "appraisal", "fire", "signing"):
        life.do(an_answer(step, life.case.steps[step].department, LAWFUL_END - HOUR))
    found = reckoning(life, LAWFUL_END + DAY)
    whole = found.whole
    assert (whole.met, whole.breached, whole.past_appointment, whole.appointments_missed) == (1, 0, 0, 1)
    assert [name for name, tally in found.departments.items() if tally.appointments_missed] == ["one-stop"]


@pytest.mark.parametrize(
    ("name", "breached", "met", "missed"),
    [
        ("karaoke_closed_between", 0, 1, 1),
        ("karaoke_closed_past_both_ends", 1, 0, 1),
        ("green_closed_between", 0, 1, 1),
    ],
)
def test_an_older_breach_counts_where_the_lawful_end_had_passed(
    name: str, breached: int, met: int, missed: int
) -> None:
    """An older version recorded it at the appointment: a case that ended before the day was over kept its limit."""
    old = the_ledger(name)
    found = reckoning_of(old.definitions, old.records, RULES, old.records[-1].at)
    assert found is not None
    whole = found.whole
    assert (whole.breached, whole.met, whole.appointments_missed, whole.set_aside) == (breached, met, missed, met)


@pytest.mark.parametrize("name", ["today", "appointment_moved", "appointment_moved_and_breached"])
def test_new_appointments_are_counted(name: str) -> None:
    """Also those of an older version, which moved the limit with them; by the departments that had an open step."""
    if name == "today":
        life = an_open_life()
        by = Budget(amount=2, unit=Unit.WORKING_DAYS)
        common: dict[str, Any] = {"command_id": "m", "received_at": MONDAY + DAY, "actor": SUPERVISOR}
        life.do(MoveAppointment(**common, by=by, reason="the road is flooded"))
        found: Reckoning | None = reckoning(life)
    else:
        old = the_ledger(name)
        found = reckoning_of(old.definitions, old.records, RULES, old.records[-1].at)
    assert found is not None
    assert found.whole.new_appointments == 1
    assert sum(tally.new_appointments for tally in found.departments.values()) >= 1


def test_our_own_delay_is_an_owner_among_the_departments() -> None:
    """What lay between an answer and its turn is the system's, so that the groups sum to the whole and nobody pays for it."""
    life = an_open_life()
    life.do(an_answer("intake", "one-stop", MONDAY + HOUR), now=MONDAY + HOUR + timedelta(minutes=20))
    now = MONDAY + 2 * HOUR
    found = reckoning(life, now)
    held = {name: tally.held_seconds for name, tally in found.departments.items() if tally.held_seconds}
    assert held == {"one-stop": 3600, "system": 1200, "culture": 2400}
    assert sum(held.values()) == found.whole.held_seconds == 2 * 3600
    assert found.owners == held, "all of it was working time"
    assert summed([found, found], "department")["system"].held_seconds == 2400


def test_a_department_that_gave_its_step_away_keeps_what_it_held() -> None:
    """The step is another's now; the hours before were not."""
    life = an_open_life()
    life.do(a_reassignment("intake", MONDAY + HOUR, department="finance"))
    found = reckoning(life, MONDAY + 2 * HOUR)
    assert found.departments["one-stop"].held_seconds == 3600
    assert found.departments["finance"].held_seconds == 3600


def test_accounts_add_up_by_whatever_they_are_grouped() -> None:
    """Lane, procedure, department."""
    reckonings = [reckoning(a_closed_life()), reckoning(a_closed_life())]
    whole = Tally()
    for found in reckonings:
        whole.add(found.whole)
    assert summed(reckonings, "lane")["standard"] == whole
    assert summed(reckonings, "procedure")["karaoke"] == whole
    departments = summed(reckonings, "department")
    assert departments["culture"].cases == 2
    assert sum(tally.held_seconds for tally in departments.values()) == whole.held_seconds


def _acts(life: Life, choice: int, at: datetime) -> Any:
    """What the n-th thing is that may happen; the rules refuse what may not."""
    common: dict[str, Any] = {"command_id": f"{choice}:{at.isoformat()}", "received_at": at, "actor": SUPERVISOR}
    step = next(iter(life.case.open_steps), None)
    pay = {"step_id": step.id if step else "intake", "department": step.department if step else "one-stop"}
    back = at - timedelta(seconds=7919 * (choice + 1))
    acts = [
        lambda: a_pause(at),
        lambda: a_resumption(at),
        lambda: a_supplement(at),
        lambda: RequestPayment(**common, **pay, amount_vnd=1, reason="fee"),
        lambda: ConfirmPayment(**common, receipt="B"),
        lambda: PauseClock(**common, reason="late", legal_basis="05", from_at=back),
        lambda: PauseClock(**common, reason="was", legal_basis="05", from_at=back, until_at=at - HOUR),
        lambda: an_answer(pay["step_id"], pay["department"], at),
        lambda: an_answer(pay["step_id"], pay["department"], at, Outcome.REQUEST_SUPPLEMENT, documents=("form",)),
    ]
    return acts[choice % len(acts)]()


@settings(deadline=None)  # a loaded machine is no fault of the rules
@given(st.lists(st.tuples(st.integers(0, 8), st.integers(1, 20_000)), max_size=25))
def test_every_second_has_one_owner(story: list[tuple[int, int]]) -> None:
    """Whatever happens, in whatever order: the shares sum to the whole life, and none is negative."""
    life, at = an_open_life(), MONDAY
    for choice, seconds in story:
        at += timedelta(seconds=seconds)
        life.live_until(at)
        if life.case.is_closed:
            break
        decided = life.attempt(_acts(life, choice, at))
        assert isinstance(decided, Refusal) or decided
    if not life.case.is_closed:
        at += timedelta(seconds=1)
        life.live_until(at)
    if not life.case.is_closed:
        life.do(a_withdrawal(at))
    closed = life.of_type("CaseClosed")[0]
    shares = [share.seconds for share in closed.time_shares]
    elapsed = (closed.closed_at - MONDAY).total_seconds()
    assert all(seconds > 0 for seconds in shares)
    assert sum(shares) == elapsed == closed.elapsed_seconds
    assert life.case.status is CaseStatus.CLOSED
    assert sum(reckoning(life).owners.values()) == elapsed
