"""A breach that the version before recorded at the appointment, while the last day of the limit was still to end.

Karaoke, five working days, received on Monday 9 March at 06:30: the appointment is Friday 13 March 17:00, the limit ends on
Monday 16 March at 24:00.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import pytest

from cases.model import ClockStatus
from cases.timetable import next_due
from cases.views import view_of
from events.language.case_events import BreachSetAside
from events.language.commands import DocumentPart
from tests.builders import MONDAY, a_resumption, a_supplement, an_acknowledgement, an_answer
from tests.upgrade.going_on import GoingOn, local

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
MIDNIGHT = 15 * HOUR
"""From the builders' 09:00 in the province to 24:00."""


class Early(NamedTuple):
    """Which clock of a case was recorded as breached too early, and when it lawfully ends."""

    name: str
    clock_id: str
    lawful_end_at: datetime


EARLY = [
    Early("karaoke_breached", "statutory", local("17 00:00")),
    Early("karaoke_escalated", "statutory", local("17 00:00")),
    Early("karaoke_acknowledged", "statutory", local("17 00:00")),
    Early("karaoke_escalation_acknowledged", "statutory", local("17 00:00")),
    Early("karaoke_recorded_late", "statutory", local("17 00:00")),
    Early("green_breached", "green", MONDAY + 2 * DAY + MIDNIGHT),
    Early("both_breached", "statutory", MONDAY + 7 * DAY + MIDNIGHT),
    Early("breached_then_noted_suspended", "statutory", MONDAY + 7 * DAY + MIDNIGHT),
    Early("breached_then_calendar", "statutory", MONDAY + 8 * DAY + MIDNIGHT),
    Early("breached_then_migrated", "statutory", MONDAY + 7 * DAY + MIDNIGHT),
    Early("appointment_moved_and_breached", "statutory", MONDAY + 9 * DAY + MIDNIGHT),
    Early("limit_in_days_breached", "statutory", MONDAY + 10 * DAY + MIDNIGHT),
    Early("limit_in_months_breached", "statutory", datetime(2026, 4, 2, 17, tzinfo=UTC)),
]
every_early_breach = pytest.mark.parametrize("early", EARLY, ids=lambda early: early.name)


@every_early_breach
def test_it_is_set_aside_before_anything_else(early: Early) -> None:
    """The first turn of the program of today corrects the record; the clock runs on, past its appointment."""
    case = GoingOn(early.name)
    assert case.clock(early.clock_id).counts_as_breached
    first = next(e for e in case.take(now=case.stopped_at + MINUTE) if getattr(e, "clock_id", None) == early.clock_id)
    assert isinstance(first, BreachSetAside)
    assert (first.cause, first.due_at) == ("lawful_end", early.lawful_end_at)
    clock = case.clock(early.clock_id)
    assert clock.is_undecided
    assert not clock.stopped
    assert not clock.counts_as_breached


@every_early_breach
def test_it_falls_due_at_once(early: Early) -> None:
    """Whatever wakes the case: its worker has something to do, also where the old program left nothing to wait for."""
    case = GoingOn(early.name)
    due_at = next_due(case.case)
    assert due_at is not None
    assert due_at <= case.stopped_at


@every_early_breach
def test_the_limit_is_breached_when_it_lawfully_ends(early: Early) -> None:
    """Once, at 24:00 of the last day, and not a second before."""
    case = GoingOn(early.name)
    case.live_until(early.lawful_end_at - timedelta(seconds=1))
    assert early.clock_id not in {event.clock_id for event in case.new("ClockBreached")}
    assert view_of(case.case).model_dump()[f"{early.clock_id}_state"] == "past_appointment"
    case.live_until(early.lawful_end_at + 10 * DAY)
    breaches = [event.due_at for event in case.new("ClockBreached") if event.clock_id == early.clock_id]
    assert breaches == [early.lawful_end_at]
    assert case.clock(early.clock_id).counts_as_breached


@every_early_breach
def test_what_fired_too_early_fires_again_under_an_id_of_its_own(early: Early) -> None:
    """The breach and what escalates after it: at the lawful end and after it, with a number, each once; no warning again."""
    case = GoingOn(early.name)
    warned = {e.rung for e in case.of_type("RungFired") if e.clock_id == early.clock_id and e.kind == "warning"}
    case.live_until(early.lawful_end_at + 10 * DAY)
    fired = [event for event in case.new("RungFired") if event.clock_id == early.clock_id]
    late = [event for event in fired if event.kind in ("breach", "escalation")]
    assert [event.rung for event in late] == [
        rung.id for rung in case.case.definitions.case_ladder.rungs if rung.kind in ("breach", "escalation")
    ]
    assert late[0].due_at == early.lawful_end_at
    assert [event.escalation_id for event in late] == [f"{early.clock_id}/{event.rung}.2" for event in late]
    assert {event.rung for event in fired if event.kind == "warning"} & warned == set()
    ids = [event.escalation_id for event in case.of_type("RungFired")]
    assert len(ids) == len(set(ids))


def test_escalations_count_from_the_lawful_end() -> None:
    """Two and four working hours after it: Tuesday 09:00 and 11:00."""
    case = GoingOn("karaoke_escalated")
    case.live_until(local("17 12:00"))
    late = [event for event in case.new("RungFired") if event.clock_id == "statutory" and event.kind == "escalation"]
    assert [(event.escalation_id, event.due_at) for event in late] == [
        ("statutory/escalation-one-stop.2", local("17 09:00")),
        ("statutory/escalation-chairman.2", local("17 11:00")),
    ]


def test_an_acknowledgement_of_the_early_breach_silences_nothing_of_the_lawful_one() -> None:
    """Who had seen the first alert has not seen the second; acknowledging that one stops its chain."""
    case = GoingOn("karaoke_acknowledged")
    case.live_until(local("17 00:00"))
    assert [event.escalation_id for event in case.new("RungFired") if event.kind == "breach"] == ["statutory/breach.2"]
    case.take(an_acknowledgement("statutory/breach.2", local("17 08:00")))
    case.live_until(local("17 12:00"))
    assert [e for e in case.new("RungFired") if e.clock_id == "statutory" and e.kind == "escalation"] == []


@pytest.mark.parametrize("name", ["karaoke_breached", "karaoke_escalated", "karaoke_acknowledged"])
def test_a_command_finds_it_set_aside_already(name: str) -> None:
    """Also where nothing else wakes the case: what was due comes before what is asked."""
    case = GoingOn(name)
    events = case.take(an_answer("signing", "culture", local("16 13:45")))
    assert [event.type for event in events[:1]] == ["BreachSetAside"]
    assert "StepDecided" in [event.type for event in events]


@pytest.mark.parametrize("closing_at", [local("16 14:00"), local("17 00:00")])
def test_closed_by_the_lawful_end_is_met_with_the_appointment_missed(closing_at: datetime) -> None:
    """An answer exactly at the end is in time; the report counts no breach of law."""
    case = GoingOn("karaoke_escalated")
    case.take(an_answer("signing", "culture", local("16 13:45")))
    case.live_until(closing_at - MINUTE)
    case.take(an_answer("return", "one-stop", closing_at))
    clock = case.clock("statutory")
    assert (case.case.outcome, clock.status, clock.counts_as_breached) == ("issued", ClockStatus.MET, False)
    assert [event.appointment_kept for event in case.new("ClockMet") if event.clock_id == "statutory"] == [False]
    assert view_of(case.case).statutory_state == "met"


def test_closed_after_the_lawful_end_is_breached() -> None:
    """A minute past midnight."""
    case = GoingOn("karaoke_escalated")
    case.take(an_answer("signing", "culture", local("16 13:45")))
    case.live_until(local("17 00:01"))
    case.take(an_answer("return", "one-stop", local("17 00:01")))
    assert case.clock("statutory").counts_as_breached
    assert len(case.new("ClockBreached")) == 1


# ---- what was right stays


@pytest.mark.parametrize(
    ("name", "clock_id", "now"),
    [
        ("karaoke_breached", "statutory", local("17 08:00")),
        ("karaoke_escalated", "statutory", local("17 08:00")),
        ("karaoke_past_both_ends", "statutory", local("17 08:30")),
        ("karaoke_recorded_after_both_ends", "statutory", local("17 08:30")),
        ("both_breached", "green", MONDAY + 7 * DAY + HOUR),
    ],
)
def test_a_case_past_both_ends_stays_breached(name: str, clock_id: str, now: datetime) -> None:
    """No turn says otherwise: whoever looks at the case after the upgrade finds it overdue in law."""
    case = GoingOn(name)
    case.take(now=now)
    assert case.clock(clock_id).counts_as_breached


@pytest.mark.parametrize(
    ("name", "clock_id", "now"),
    [
        ("karaoke_past_both_ends", "statutory", local("17 08:30")),
        ("karaoke_recorded_after_both_ends", "statutory", local("17 08:30")),
        ("both_breached", "green", MONDAY + 7 * DAY + HOUR),
    ],
)
def test_a_breach_past_both_ends_is_not_told_again(name: str, clock_id: str, now: datetime) -> None:
    """It is right by both rules: nothing of it is set aside, and nobody is called a second time."""
    case = GoingOn(name)
    fired = set(case.clock(clock_id).fired)
    case.live_until(now)
    case.take(now=now)
    assert clock_id not in {event.clock_id for event in case.new("BreachSetAside")}
    assert {event.rung for event in case.new("RungFired") if event.clock_id == clock_id} & fired == set()


@pytest.mark.parametrize(
    ("name", "clock_id"),
    [
        ("limit_in_hours_breached", "statutory"),
        ("step_escalated", "step:intake"),
        ("consultation_lapsed", "consultation:"),
        ("open_warned", "step:fire"),
    ],
)
def test_a_breach_of_a_clock_with_one_end_stays(name: str, clock_id: str) -> None:
    """A limit in hours, a step, a consultation: the old rule is the rule."""
    case = GoingOn(name)
    clock_id = next(found for found in case.case.clocks if found.startswith(clock_id))
    fired = set(case.clock(clock_id).fired)
    case.live_until(case.stopped_at + DAY)
    assert clock_id not in {event.clock_id for event in case.new("BreachSetAside")}
    assert clock_id not in {event.clock_id for event in case.new("ClockBreached")}
    assert case.clock(clock_id).counts_as_breached
    assert {event.rung for event in case.new("RungFired") if event.clock_id == clock_id} & fired == set()


@pytest.mark.parametrize(
    "name",
    [
        "karaoke_closed_between",
        "karaoke_closed_past_both_ends",
        "green_closed_between",
        "supplement_limit_passed",
        "supplement_limit_passed_refused",
        "issued",
        "refused",
        "withdrawn",
    ],
)
def test_a_closed_case_stays_as_it_was_closed(name: str) -> None:
    """Nothing follows the end of a case; what it was told then is what is on record."""
    case = GoingOn(name)
    assert next_due(case.case) is None
    assert case.take(now=case.stopped_at + 100 * DAY) == []


def test_a_breach_that_an_answer_had_set_aside_is_not_set_aside_again() -> None:
    """The old reason stands: delayed by the system."""
    case = GoingOn("step_breach_set_aside")
    case.live_until(case.stopped_at + 2 * DAY)
    assert [event.cause for event in case.of_type("BreachSetAside")] == ["delayed_by_system"]


# ---- while a clock stands still


def test_a_suspended_clock_is_corrected_when_it_runs_again() -> None:
    """While suspended there is no end and nothing falls due; its last day is two working days later."""
    case = GoingOn("breached_then_suspended")
    at = MONDAY + 9 * DAY + HOUR
    assert [event.type for event in case.live_until(at)] in ([], ["BreachSetAside"])
    case.take(a_resumption(at))
    case.live_until(at + MINUTE)
    assert len(case.new("BreachSetAside")) == 1
    assert not case.clock("statutory").counts_as_breached
    case.live_until(at + 10 * DAY)
    assert [e.due_at for e in case.new("ClockBreached") if e.clock_id == "statutory"] == [MONDAY + 9 * DAY + MIDNIGHT]


def test_a_clock_that_waits_for_documents_is_corrected_when_they_come() -> None:
    """PAUSE: the same."""
    case = GoingOn("breached_then_paused")
    at = MONDAY + 8 * DAY + HOUR
    documents = (DocumentPart(kind="lease"),)
    case.take(a_supplement(at).model_copy(update={"documents": documents}))
    case.live_until(at + MINUTE)
    assert [event.clock_id for event in case.new("BreachSetAside")] == ["statutory"]
    assert not case.clock("statutory").counts_as_breached


@pytest.mark.parametrize(
    ("name", "clock_id"), [("breached_then_restarted", "statutory"), ("green_breached_and_revoked", "green")]
)
def test_a_clock_that_was_stopped_before_its_lawful_end_does_not_count(name: str, clock_id: str) -> None:
    """Documents were asked for, or the lane was revoked, on the last day: in law the limit had not passed."""
    case = GoingOn(name)
    assert case.clock(clock_id).stopped
    others = sum(clock.counts_as_breached for clock in case.case.clocks.values() if clock.id != clock_id)
    case.live_until(case.stopped_at + MINUTE)
    case.take(now=case.stopped_at + MINUTE)
    assert view_of(case.case).breaches == others
