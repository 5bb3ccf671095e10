"""Every rung of both ladders, on every kind of clock, a second before its instant, at it, and a second after."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from audit.invariants import check_case
from cases.decide import CASES
from cases.model import ClockState
from cases.timetable import timetable_of
from cases.turn import Turn
from catalog.model import Definitions
from events.language.commands import Outcome
from sla.ladder import Ladder, Rung
from sla.units import Budget, Unit
from tests.builders import (
    MONDAY,
    PAUSE,
    Life,
    a_pause,
    a_procedure,
    a_question,
    a_resumption,
    a_supplement,
    an_answer,
    an_open_life,
    the_definitions,
)
from tests.timetables import due_items

SECOND = timedelta(seconds=1)


def a_full_ladder(name: str) -> Ladder:
    """Warnings, the appointment, the breach, and escalations in three units of delay."""
    passed = Rung(id="past-appointment", percent=100, audience="lead-head", kind="past_appointment")
    return Ladder(
        id=name,
        version="1",
        rungs=(
            *(Rung(id=f"at-{n}", percent=n, audience="officer", kind="warning") for n in (50, 75, 90, 100)),
            *((passed,) if name == "case" else ()),
            Rung(id="breach", percent=100, audience="head", kind="breach", level=1),
            *(
                Rung(id=f"late-{unit}", delay=Budget(amount=n, unit=unit), audience="x", kind="escalation", level=n)
                for n, unit in ((2, Unit.WORKING_HOURS), (9, Unit.HOURS), (2, Unit.WORKING_DAYS))
            ),
        ),
    )


def definitions(**change: object) -> Definitions:
    return the_definitions(a_procedure(**change), step_ladder=a_full_ladder("step"), case_ladder=a_full_ladder("case"))


def plain(limit: Budget) -> Life:
    return an_open_life(definitions(limit=limit))


def after_a_pause() -> Life:
    life = plain(Budget(amount=5, unit=Unit.WORKING_DAYS))
    life.do(a_pause(MONDAY + timedelta(minutes=7)))
    life.do(a_resumption(MONDAY + timedelta(days=2, minutes=11)))
    return life


def after_a_supplement() -> Life:
    life = an_open_life(definitions(clock_policy=PAUSE))
    life.do(an_answer("intake", "one-stop", MONDAY + timedelta(minutes=7), Outcome.REQUEST_SUPPLEMENT))
    life.do(a_supplement(MONDAY + timedelta(days=3, minutes=1)))
    return life


def in_the_green_lane() -> Life:
    return an_open_life(definitions(), facts={"project": "ring-road-4"})


def with_an_opinion_asked() -> Life:
    life = plain(Budget(amount=5, unit=Unit.WORKING_DAYS))
    life.do(
        a_question("intake", "one-stop", MONDAY + SECOND, "finance", limit=Budget(amount=3, unit=Unit.WORKING_HOURS))
    )
    return life


def waiting_for_the_applicant() -> Life:
    life = an_open_life(definitions())
    life.do(an_answer("intake", "one-stop", MONDAY + SECOND, Outcome.REQUEST_SUPPLEMENT))
    return life


LIVES: dict[str, tuple[Callable[[], Life], str]] = {
    "statutory, working days": (lambda: plain(Budget(amount=5, unit=Unit.WORKING_DAYS)), "statutory"),
    "statutory, working hours": (lambda: plain(Budget(amount=11, unit=Unit.WORKING_HOURS)), "statutory"),
    "statutory, hours": (lambda: plain(Budget(amount=30, unit=Unit.HOURS)), "statutory"),
    "statutory, days": (lambda: plain(Budget(amount=6, unit=Unit.DAYS)), "statutory"),
    "statutory, months": (lambda: plain(Budget(amount=1, unit=Unit.MONTHS)), "statutory"),
    "statutory, paused before": (after_a_pause, "statutory"),
    "green": (in_the_green_lane, "green"),
    "step, working minutes": (lambda: plain(Budget(amount=5, unit=Unit.WORKING_DAYS)), "step:intake"),
    "step, minutes": (in_the_green_lane, "step:intake"),
    "step, held for a supplement": (after_a_supplement, "step:intake"),
    "consultation": (with_an_opinion_asked, "consultation:intake.opinion-1"),
    "supplement": (waiting_for_the_applicant, "supplement"),
}


@pytest.mark.parametrize("name", LIVES)
def test_each_instant_of_a_clock_to_the_second(name: str) -> None:
    """A second before nothing of it fires, at the instant it does, a second later it has: once, never early."""
    make, clock_id = LIVES[name]
    state = make().case.clocks[clock_id]
    items = _items(state, make().definitions)
    both_ends = timetable_of(state, make().definitions).two_ends
    assert len(items) == (1 if clock_id == "supplement" else 11 if both_ends else 9)
    for at, rung in items:
        life = make()
        life.live_until(at - timedelta(microseconds=1))
        assert not _has_fired(life, clock_id, rung), f"{rung} before {at}"
        early = CASES.take_turn(life.case, [], at - SECOND)
        assert early is None or (clock_id, rung) not in _fired_by(early)
        on_time = CASES.take_turn(life.case, [], at)
        assert on_time is not None
        assert _fired_by(on_time).count((clock_id, rung)) == 1
        late = CASES.take_turn(life.case, [], at + SECOND)
        assert late is not None
        assert _fired_by(late).count((clock_id, rung)) == 1
        assert check_case(life.definitions, [*life.records, *late.records]) == []


@pytest.mark.parametrize("name", LIVES)
def test_a_whole_ladder_fires_once_and_in_order_however_the_time_is_cut(name: str) -> None:
    """One turn after a long outage fires what many turns in time fire, at the same due instants."""
    make, clock_id = LIVES[name]
    end = MONDAY + timedelta(days=120)
    in_time = make()
    in_time.live_until(end)
    outage = make()
    turn = CASES.take_turn(outage.case, [], end)
    assert turn is not None
    wanted = [(r.event.type, r.at) for r in in_time.records if r.command_id.startswith("tick:")]
    assert [(r.event.type, r.at) for r in turn.records] == wanted
    mine = [r.event for r in turn.records if r.event.type == "RungFired" and r.event.clock_id == clock_id]
    assert all(earlier.due_at <= later.due_at for earlier, later in pairwise(mine))
    assert all(event.late_seconds > 0 for event in mine)
    assert check_case(outage.definitions, [*outage.records, *turn.records]) == []


@pytest.mark.parametrize(("seconds", "breached"), [(-1, False), (0, False), (1, True)])
def test_an_answer_around_the_due_instant(seconds: int, breached: bool) -> None:
    """At the instant itself the answer is in time, and no breach is recorded."""
    life = an_open_life(definitions())
    at = life.of_type("StepAssigned")[0].due_at + timedelta(seconds=seconds)
    turn = CASES.take_turn(life.case, [an_answer("intake", "one-stop", at)], at)
    assert turn is not None
    types = [(r.event.type, getattr(r.event, "clock_id", None)) for r in turn.records]
    assert (("ClockBreached", "step:intake") in types) is breached
    assert (("ClockMet", "step:intake") in types) is not breached


def test_the_last_second_of_a_suspended_clock_is_kept() -> None:
    """Paused a second before its end, a clock has that second left when it runs again."""
    life = an_open_life(definitions())
    due_at = life.of_type("StepAssigned")[0].due_at
    life.live_until(due_at - SECOND)
    life.do(a_pause(due_at - SECOND))
    resumed_at = due_at + timedelta(days=1)
    life.do(a_resumption(resumed_at))
    assert due_items(life.case)[0].at == resumed_at + SECOND


def _items(state: ClockState, given: Definitions) -> list[tuple[datetime, str]]:
    table = timetable_of(state, given)
    ends = {"appointment": "AppointmentPassed", "breach": "ClockBreached"}
    return [(item.at, item.rung or ends[item.what]) for item in (*table.until_end, *table.after_end)]


def _has_fired(life: Life, clock_id: str, name: str) -> bool:
    of_clock = [event for event in life.records if getattr(event.event, "clock_id", None) == clock_id]
    return name in life.case.clocks[clock_id].fired or any(record.event.type == name for record in of_clock)


def _fired_by(turn: Turn) -> list[tuple[str, str]]:
    events = [record.event for record in turn.records]
    return [
        (event.clock_id, event.rung if event.type == "RungFired" else event.type)
        for event in events
        if event.type in ("RungFired", "ClockBreached", "AppointmentPassed")
    ]
