"""A case as of two instants: what is known, from when it counts, and what is left out. The definition is docs/replay.md."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from audit.replay.cases import case_at, remaining_seconds
from audit.replay.facts import Recorded, counts_from, known_by
from cases.decide import fold
from cases.model import Case
from cases.timetable import appointment_at
from cases.views import view_of
from events.language.case_events import EventRecord
from events.language.commands import PauseClock
from sla.units import Budget, Unit
from tests.builders import (
    MONDAY,
    Life,
    a_pause,
    a_resumption,
    a_submission,
    an_answer,
    an_open_life,
    the_definitions,
)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NOON = datetime.fromisoformat("2026-03-03T12:00:00+07:00")


def a_note(at: datetime, from_at: datetime, until_at: datetime | None = None) -> PauseClock:
    return a_pause(at).model_copy(update={"from_at": from_at, "until_at": until_at})


def then(life: Life, at: datetime | None, known_at: datetime | None = None) -> Case:
    """The case at an instant, by what was decided up to another."""
    rows = [Recorded(record, record.decided_at) for record in life.records]
    known = tuple(life.records) if known_at is None else known_by(rows, known_at)
    found = case_at(life.definitions, known, at)
    assert found is not None
    return found


def noted_late() -> Life:
    """The example of DESIGN 13: a pause from 3 March to 4 March, noted on 10 March."""
    life = an_open_life()
    from_at = datetime.fromisoformat("2026-03-03T08:00:00+07:00")
    noted_at = datetime.fromisoformat("2026-03-10T07:30:00+07:00")
    life.live_until(noted_at)
    life.do(a_note(noted_at, from_at, from_at + DAY))
    return life


def test_a_pause_noted_later_holds_then_and_was_not_known_then() -> None:
    """A pause 3/3 to 4/3 noted on 10/3: at 3/3 12:00 the case is paused; at 3/3 12:00 as known then it is not."""
    life = noted_late()
    today, unaware = then(life, NOON), then(life, None, NOON)
    assert view_of(today).status == "suspended"
    assert view_of(today).holder == "suspension"
    assert view_of(today).statutory_due_at is None
    assert today.clocks["statutory"].is_paused
    assert view_of(unaware).status == "in_progress"
    assert view_of(unaware).statutory_due_at is not None
    assert not unaware.clocks["statutory"].is_paused


def test_a_pause_noted_later_moves_the_end_from_its_own_end_on() -> None:
    """After the pause, before it was noted: the due date of today's knowledge, a day later than what was known then."""
    life, at = noted_late(), NOON + 2 * DAY
    known, unaware = view_of(then(life, at)), view_of(then(life, None, at))
    assert known.status == unaware.status == "in_progress"
    assert known.statutory_due_at is not None
    assert unaware.statutory_due_at is not None
    assert known.statutory_due_at - unaware.statutory_due_at == DAY


def test_what_is_noted_later_and_what_was_noted_in_time_show_the_same() -> None:
    """From the first instant of the pause on, until a breach is on record that today's knowledge knows to be none."""
    life, in_time = noted_late(), an_open_life()
    in_time.live_until(NOON - 4 * HOUR)
    in_time.do(a_pause(NOON - 4 * HOUR))
    for at in (NOON - 4 * HOUR, NOON - 2 * HOUR):
        one, other = then(life, at), then(in_time, at)
        assert view_of(one).model_copy(update={"sequence": 0, "next_due_at": None}) == view_of(other).model_copy(
            update={"sequence": 0, "next_due_at": None}
        )
        for name in other.clocks:
            left = [remaining_seconds(case.clocks[name], life.definitions, at) for case in (one, other)]
            assert left[0] == left[1]


def test_a_pause_entered_later_holds_from_its_beginning() -> None:
    """Still open, entered with an earlier beginning: by today's knowledge the clocks stand from then on."""
    life = an_open_life()
    life.do(a_note(MONDAY + 3 * HOUR, MONDAY + HOUR))
    assert view_of(then(life, MONDAY + 2 * HOUR)).status == "suspended"
    assert view_of(then(life, None, MONDAY + 2 * HOUR)).status == "in_progress"
    life.do(a_resumption(MONDAY + 5 * HOUR))
    assert view_of(then(life, MONDAY + 4 * HOUR)).status == "suspended"
    assert view_of(then(life, MONDAY + 5 * HOUR)).status == "in_progress"


def test_at_the_instant_of_knowledge_it_is_the_plain_fold() -> None:
    """Nothing is left out or cut: what `show` shows."""
    life = noted_late()
    for count in range(1, len(life.records) + 1):
        known = life.records[:count]
        assert case_at(life.definitions, known, None) == fold(life.case.case_id, life.definitions, known)


def test_an_answer_counts_from_its_receipt() -> None:
    """Received before the end, decided after the breach was recorded: at that instant it was done in time."""
    life = an_open_life()
    due_at = view_due(life.case)
    received_at = due_at - HOUR
    life.live_until(due_at + DAY)
    life.do(an_answer("intake", "one-stop", received_at), now=due_at + DAY)
    answered = then(life, due_at - HOUR / 2)
    assert answered.steps["intake"].status == "done"
    assert (answered.clocks["step:intake"].status, answered.clocks["step:intake"].set_aside) == ("met", False)
    unaware = then(life, None, due_at + HOUR)
    assert (unaware.steps["intake"].status, unaware.clocks["step:intake"].status) == ("assigned", "breached")
    later = then(life, due_at + 2 * DAY).clocks["step:intake"]
    assert (later.status, later.set_aside) == ("breached", True)


def view_due(case: Case) -> datetime:
    due_at = appointment_at(case.clocks["step:intake"], case.definitions)
    assert due_at is not None
    return due_at


def test_a_department_has_its_work_when_it_is_told() -> None:
    """While the worker was away nobody had the next step, whatever the answer before it counts from."""
    life = an_open_life()
    life.do(an_answer("intake", "one-stop", MONDAY + HOUR), now=MONDAY + 3 * HOUR)
    between, told = then(life, MONDAY + 2 * HOUR), then(life, MONDAY + 3 * HOUR)
    assert (between.steps["intake"].status, between.steps["appraisal"].status) == ("done", "waiting")
    assert "step:appraisal" not in between.clocks
    assert told.steps["appraisal"].status == "assigned"
    assert told.steps["appraisal"].clock_id in told.clocks


def test_before_the_opening_there_was_nothing() -> None:
    """Neither before it counts, nor before it was known."""
    life = Life()
    life.do(a_submission(MONDAY), now=MONDAY + HOUR)
    assert case_at(life.definitions, life.records, MONDAY - HOUR) is None
    assert case_at(life.definitions, (), None) is None
    assert case_at(life.definitions, life.records, MONDAY) is not None


def test_known_is_what_was_recorded_by_then_in_order() -> None:
    """At the very instant of recording it is known; after a gap nothing is, though a later event has an earlier instant."""
    records: list[EventRecord] = list(an_open_life().records)[:3]
    rows = [Recorded(r, MONDAY + minutes * HOUR) for r, minutes in zip(records, (0, 2, 1), strict=True)]
    assert known_by(rows, MONDAY) == (records[0],)
    assert known_by(rows, MONDAY + HOUR) == (records[0],)
    assert known_by(rows, MONDAY + 2 * HOUR) == tuple(records)


@pytest.mark.parametrize(
    ("unit", "left"),
    [(Unit.WORKING_DAYS, 37.5), (Unit.HOURS, 2), (Unit.DAYS, 7 * 24 - 3)],
)
def test_what_is_left_is_counted_in_the_clocks_own_measure(unit: Unit, left: float) -> None:
    """Five of each: working days of eight hours less two and a half; days up to Monday; none once it is over."""
    procedure = the_definitions().procedure.model_copy(update={"limit": Budget(amount=5, unit=unit)})
    life = an_open_life(the_definitions(procedure))
    found = remaining_seconds(life.case.clocks["statutory"], life.definitions, MONDAY + 3 * HOUR)
    assert found == left * 3600
    over = life.case.clocks["statutory"].changed({"stopped": True})
    assert remaining_seconds(over, life.definitions, MONDAY) is None


def test_events_count_from_what_they_say() -> None:
    """Most from their `at`; a pause from its beginning."""
    life = an_open_life()
    life.do(a_note(MONDAY + 3 * HOUR, MONDAY + HOUR))
    by_type = {record.event.type: counts_from(record) for record in life.records}
    assert by_type["ApplicationSubmitted"] == MONDAY
    assert by_type["ClockPaused"] == MONDAY + HOUR
