"""The escalations of a case and of a linked dossier as supervisors read them: which are open, whose they are, how late."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from cases.dossier.views import dossier_escalations_of
from cases.escalations import escalations_of
from cases.lateness import late_seconds
from cases.stream import fired_among
from cases.timetable import next_due
from cases.turn import EscalationItem, WorkItem
from cases.views import work_of
from sla.calendar import compiled
from sla.ladder import Ladder, Rung
from tests.builders import (
    MONDAY,
    Life,
    a_calendar,
    a_pause,
    a_question,
    a_reassignment,
    a_resumption,
    an_acknowledgement,
    an_answer,
    an_open_life,
    the_definitions,
)
from tests.cases.dossier import openings

CALENDAR = compiled(a_calendar())
HOUR = 3600
INTAKE = "step:intake"


def alarms(life: Life) -> dict[str, EscalationItem]:
    return {item.escalation_id: item for item in escalations_of(life.case, fired_among(life.records))}


def late_life() -> tuple[Life, datetime]:
    """The intake is late: the breach is told. Its limit is an instant of working time."""
    life = an_open_life()
    while f"{INTAKE}/breach" not in alarms(life):
        life.live_until(_next(life))
    limit_at = alarms(life)[f"{INTAKE}/breach"].limit_at
    assert limit_at is not None
    return life, limit_at


def _next(life: Life) -> datetime:
    due_at = next_due(life.case)
    assert due_at is not None
    return due_at


def late(item: EscalationItem | WorkItem, now: datetime) -> float | None:
    return late_seconds(item.late, CALENDAR, now)


def test_every_rung_after_a_breach_is_listed_and_no_warning() -> None:
    """With whose step it is, whose role is told, when, and from when on it is late; the reminders before it are only read."""
    life, limit_at = late_life()
    life.live_until(limit_at + timedelta(days=2))
    of_intake = [item for item in alarms(life).values() if item.clock_id == INTAKE]
    assert [item.escalation_id for item in of_intake] == [f"{INTAKE}/breach", f"{INTAKE}/first", f"{INTAKE}/second"]
    fired = {event.escalation_id: event.due_at for event in life.of_type("RungFired")}
    for item in of_intake:
        assert (item.department, item.holder, item.step_id, item.limit_at) == (
            "one-stop",
            "one-stop",
            "intake",
            limit_at,
        )
        assert (item.is_open, item.acknowledged, item.linked) == (True, False, False)
        assert item.fired_at == fired[item.escalation_id]
    assert [(item.kind, item.level, item.audience) for item in of_intake] == [
        ("breach", 0, "head"),
        ("escalation", 1, "head"),
        ("escalation", 2, "office"),
    ]


def test_lateness_is_working_time_since_the_limit() -> None:
    """Nights and weekends make nobody later; what is done stays as late as it was."""
    life, limit_at = late_life()
    item = alarms(life)[f"{INTAKE}/breach"]
    for hours in (1, 5, 24, 100):
        at = limit_at + timedelta(hours=hours)
        assert late(item, at) == CALENDAR.between(limit_at, at).total_seconds()
    assert (late(item, limit_at + timedelta(days=7)) or 0) < 7 * 8 * HOUR
    answered_at = CALENDAR.add(limit_at, timedelta(hours=2))
    life.do(an_answer("intake", "one-stop", answered_at))
    done = alarms(life)[f"{INTAKE}/breach"]
    assert late(done, answered_at + timedelta(days=30)) == 2 * HOUR
    assert (done.is_open, done.holder) == (False, None)


def test_nobody_is_later_for_a_suspension() -> None:
    """The clock stands still meanwhile, also the one of which the end has passed."""
    life, limit_at = late_life()
    paused_at = CALENDAR.add(limit_at, timedelta(hours=1))
    life.do(a_pause(paused_at))
    assert late(alarms(life)[f"{INTAKE}/breach"], paused_at + timedelta(days=10)) == HOUR
    life.do(a_resumption(paused_at + timedelta(days=10)))
    later_at = CALENDAR.add(paused_at + timedelta(days=10), timedelta(hours=3))
    assert late(alarms(life)[f"{INTAKE}/breach"], later_at) == 4 * HOUR
    (step,) = work_of(life.case)
    assert late(step, later_at) == 4 * HOUR


def test_one_acknowledgement_closes_the_chain_and_says_which_it_was() -> None:
    """The others of that clock wait for nobody any more; those of other clocks do."""
    life, limit_at = late_life()
    life.live_until(limit_at + timedelta(days=10))
    life.do(an_acknowledgement(f"{INTAKE}/first", limit_at + timedelta(days=10, seconds=1)))
    of_intake = [item for item in alarms(life).values() if item.clock_id == INTAKE]
    assert [(item.acknowledged, item.is_open) for item in of_intake] == [(False, False), (True, False), (False, False)]
    assert any(item.is_open for item in alarms(life).values() if item.clock_id == "statutory")


def test_a_step_that_was_given_to_another_is_the_others() -> None:
    """Whose turn it is changes with the step; when it fired does not."""
    life, limit_at = late_life()
    before = alarms(life)[f"{INTAKE}/breach"]
    life.do(a_reassignment("intake", limit_at + timedelta(minutes=5), department="culture"))
    after = alarms(life)[f"{INTAKE}/breach"]
    assert (after.department, after.holder, after.fired_at) == ("culture", "culture", before.fired_at)


def test_an_answer_that_came_in_time_leaves_nobody_late() -> None:
    """Delayed by the system: the breach is on record and does not count."""
    life, limit_at = late_life()
    answer = an_answer("intake", "one-stop", limit_at - timedelta(minutes=1))
    life.do(answer, now=limit_at + timedelta(minutes=1))
    item = alarms(life)[f"{INTAKE}/breach"]
    assert (item.late, item.limit_at, item.is_open) == (None, None, False)
    assert late(item, limit_at + timedelta(days=3)) == 0.0


def test_an_escalation_before_the_end_is_not_late() -> None:
    """A ladder may escalate at a share of the limit: somebody is told, nobody is late."""
    early = Ladder(
        id="step", version="1", rungs=(Rung(id="soon", percent=50, audience="head", kind="escalation", level=1),)
    )
    life = an_open_life(the_definitions(step_ladder=early))
    life.live_until(_next(life))
    item = alarms(life)[f"{INTAKE}/soon"]
    assert (item.is_open, item.late, late(item, item.fired_at)) == (True, None, 0.0)


@pytest.mark.parametrize("beyond", [datetime(2031, 1, 1, tzinfo=MONDAY.tzinfo)])
def test_beyond_the_calendar_nothing_is_made_up(beyond: datetime) -> None:
    """It is late, and nobody knows by how much."""
    life, _ = late_life()
    assert late(alarms(life)[f"{INTAKE}/breach"], beyond) is None


def test_a_linked_dossier_has_escalations_of_its_own() -> None:
    """Of the joint clock: told for whoever everything waits for, acknowledged as one chain."""
    life = openings.Life({"first": openings.days(1), "second": openings.days(1)})
    life.open(openings.an_application("first"), openings.an_application("second", "first"))
    life.live_until(MONDAY + timedelta(days=30))
    found = dossier_escalations_of(life.dossier, fired_among(life.records))
    fired = {event.escalation_id for event in life.of_type("DossierRungFired") if event.kind != "warning"}
    assert {item.escalation_id for item in found} == fired - {"joint/past-appointment"}
    for item in found:
        assert (item.linked, item.dossier_id, item.clock_id, item.dossier_code) == (True, "D-1", "joint", None)
        assert item.is_open
        assert item.department == item.holder == life.dossier.holder
        assert (late(item, MONDAY + timedelta(days=30)) or 0) > HOUR


def test_a_consulted_department_reads_the_question_and_who_asks() -> None:
    """Which step asks, of which department, and what; of a step of its own there is nothing of that."""
    life = an_open_life()
    life.do(an_answer("intake", "one-stop", MONDAY + timedelta(hours=1)))
    life.do(a_question("appraisal", "culture", MONDAY + timedelta(hours=2), "finance"))
    items = {item.department: item for item in work_of(life.case)}
    asked = items["finance"]
    assert (asked.asked_by, asked.asked_by_department, asked.question) == ("appraisal", "culture", "any objection?")
    own = items["police"]
    assert (own.asked_by, own.asked_by_department, own.question) == (None, None, None)
