"""Clocks on the calendars that departments keep: due instants, rungs, pauses, reports, slack, and what the audit sees."""

from __future__ import annotations

from datetime import datetime
from itertools import cycle
from typing import Any

import pytest

from audit.invariants import check_case, replay_decisions
from cases.model import ClockStatus
from cases.reporting import reckoning_of
from cases.slack import shares_of
from cases.timetable import appointment_at
from cases.views import work_of
from catalog.model import DepartmentCalendar, LaneId
from events.language.case_events import ClockStarted, EventRecord, canonical_json
from events.language.commands import ChangeLane, Outcome
from sla.calendar import compiled
from sla.units import Budget, Unit
from tests.audit.simulation import people
from tests.audit.simulation.rulebooks import later_calendar, rulebooks
from tests.builders import (
    PAUSE,
    RESTART,
    SUPERVISOR,
    Life,
    a_calendar,
    a_pause,
    a_question,
    a_reassignment,
    a_resumption,
    a_submission,
    a_supplement,
    an_answer,
    the_definitions,
)
from tests.department_calendars import (
    HOUR,
    KEPT,
    NO_MONDAYS,
    POLICE_DESK,
    another_calendar,
    definitions,
    due_of,
    is_sound,
    local,
    on_friday_afternoon,
)


def a_grant(at: datetime) -> ChangeLane:
    said: dict[str, Any] = {"command_id": "lane", "received_at": at, "actor": SUPERVISOR, "reason": "listed"}
    return ChangeLane(**said, lane=LaneId.GREEN_60, legal_basis="a decision", approved_by="second", override=True)


# ---- on which calendar


def test_a_steps_clock_runs_on_its_departments_calendar() -> None:
    """The police use Saturday morning, culture no Monday, the one-stop centre the case's calendar."""
    life = on_friday_afternoon()
    assert due_of(life, "step:fire") == local("09 11:30")
    assert due_of(life, "step:appraisal") == local("12 10:00")
    assert due_of(life, "statutory") == local("13 14:00")
    assert {item.step_id: item.due_at for item in work_of(life.case)} == {
        "fire": local("09 11:30"),
        "appraisal": local("12 10:00"),
    }
    plain = on_friday_afternoon(the_definitions())
    assert due_of(plain, "step:fire") == local("10 08:00")
    assert due_of(plain, "step:appraisal") == local("11 10:00")
    assert due_of(plain, "statutory") == due_of(life, "statutory")
    assert is_sound(life)


def test_the_event_names_the_calendar_where_it_is_not_the_cases() -> None:
    """Of the case and of a department that keeps its calendar it says nothing, as ever."""
    life = on_friday_afternoon()
    named = {event.clock_id: event.calendar for event in life.of_type("ClockStarted")}
    assert named == {
        "statutory": None,
        "step:intake": None,
        "step:appraisal": "no-mondays",
        "step:fire": "police-desk",
    }


def test_nothing_changes_where_all_keep_the_cases_calendar() -> None:
    """The definitions have the digest they had, and the ledger is the same, byte for byte."""
    own = DepartmentCalendar(calendar=a_calendar(), departments=("police", "culture"))
    assert the_definitions().digest == the_definitions(department_calendars=()).digest
    plain, kept = on_friday_afternoon(the_definitions()), Life(the_definitions(department_calendars=(own,)))
    kept.do(a_submission(local("06 14:00")))
    kept.do(an_answer("intake", "one-stop", local("06 16:00")))
    assert [canonical_json(r) for r in plain.records][1:] == [canonical_json(r) for r in kept.records][1:]
    assert not any('"calendar"' in canonical_json(r) for r in plain.records[1:])


def test_an_opinion_is_due_on_the_calendar_of_who_is_asked() -> None:
    """Eight hours asked of the police on Friday at 16:00 end on Monday, not on Tuesday."""
    life = on_friday_afternoon()
    limit = Budget(amount=8, unit=Unit.WORKING_HOURS)
    life.do(a_question("appraisal", "culture", local("06 16:00"), "police", "finance", limit=limit))
    assert due_of(life, "consultation:appraisal.opinion-1") == local("09 09:30")
    assert due_of(life, "consultation:appraisal.opinion-2") == local("09 16:00")
    assert is_sound(life)


def test_a_step_that_is_given_away_keeps_its_clock_as_it_started() -> None:
    """Its due instant stands. A clock that starts later runs on the calendar of who has the step then."""
    life = on_friday_afternoon(definitions(clock_policy=RESTART))
    due_at = due_of(life, "step:fire")
    life.do(a_reassignment("fire", local("06 16:30"), department="finance"))
    assert due_of(life, "step:fire") == due_at
    assert life.of_type("StepAssigned")[-1].due_at == due_at
    life.live_until(local("09 09:00"))
    life.do(an_answer("fire", "finance", local("09 09:00"), Outcome.REQUEST_SUPPLEMENT))
    life.live_until(local("13 16:00"))
    life.do(a_supplement(local("13 16:00")))
    assert life.case.clocks["step:fire.2"].calendar is None
    assert is_sound(life)


def test_a_new_share_stays_on_the_calendar_of_the_clock_that_it_replaces() -> None:
    """A lane granted on Friday gives the fire check four hours: they end on Saturday morning."""
    life = on_friday_afternoon()
    life.do(a_grant(local("06 16:30")))
    assert life.case.clocks["step:fire.2"].clock.budget == Budget(amount=240, unit=Unit.WORKING_MINUTES)
    assert due_of(life, "step:fire.2") == local("07 10:00")
    assert is_sound(life)


def test_a_new_share_that_is_past_on_the_departments_calendar_is_not_given() -> None:
    """On Saturday noon the four hours are over for the police, whatever the case's calendar says; the clock stays."""
    life = on_friday_afternoon()
    life.live_until(local("07 12:00"))
    life.do(a_grant(local("07 12:00")))
    assert not life.case.clocks["step:fire"].stopped
    assert "step:appraisal.2" in life.case.clocks
    assert is_sound(life)


def test_equal_clocks_on_two_calendars_are_two() -> None:
    """What was worked out for one is not taken for the other, though all but the calendar is the same."""
    life = on_friday_afternoon()
    state, given = life.case.clocks["step:fire"], life.case.definitions
    ends = [appointment_at(state.changed({"calendar": name}), given) for name in ("police-desk", None, "no-mondays")]
    assert ends == [local("09 11:30"), local("10 08:00"), local("11 08:00")]


# ---- what a clock does on it


def test_the_rungs_are_at_shares_of_the_departments_time() -> None:
    """Half of the police's ten hours is used up on Saturday at 11:00: they are warned then, and the audit agrees."""
    life = on_friday_afternoon()
    fired = [
        (event.escalation_id, event.due_at)
        for event in life.live_until(local("11 12:00"))
        if event.type == "RungFired" and event.step_id == "fire"
    ]
    assert fired == [
        ("step:fire/half", local("07 11:00")),
        ("step:fire/late-warning", local("09 10:30")),
        ("step:fire/breach", local("09 11:30")),
        ("step:fire/first", local("10 07:30")),
        ("step:fire/second", local("10 11:30")),
    ]
    assert is_sound(life)


def test_late_is_late_on_the_departments_calendar() -> None:
    """Wednesday at 16:00 is in time for an office that was closed on Monday; on the case's calendar it was not."""
    life = on_friday_afternoon()
    life.live_until(local("11 16:00"))
    life.do(an_answer("appraisal", "culture", local("11 16:00")))
    assert not life.of_type("StepDecided")[-1].late
    assert life.case.clocks["step:appraisal"].status is ClockStatus.MET
    plain = on_friday_afternoon(the_definitions())
    plain.live_until(local("11 16:00"))
    assert plain.case.clocks["step:appraisal"].status is ClockStatus.BREACHED
    assert is_sound(life)


def test_a_pause_takes_what_the_department_would_have_worked() -> None:
    """Over Saturday morning the police lose four hours and a half; what was used is their working time."""
    life = on_friday_afternoon()
    life.do(a_pause(local("06 16:30")))
    life.do(a_resumption(local("09 08:00")))
    assert due_of(life, "step:fire") == local("10 09:30")
    life.do(an_answer("fire", "police", local("09 09:00")))
    (met,) = [event for event in life.of_type("ClockMet") if event.clock_id == "step:fire"]
    assert met.consumed_seconds == 1.5 * 3600
    assert is_sound(life)


def test_a_breach_is_set_aside_on_the_departments_calendar() -> None:
    """An answer received before the department's own end was in time, though it reached the case after the breach."""
    life = on_friday_afternoon()
    life.live_until(local("12 12:00"))
    assert life.case.clocks["step:appraisal"].status is ClockStatus.BREACHED
    life.do(an_answer("appraisal", "culture", local("12 09:00")), now=local("12 12:01"))
    (set_aside,) = life.of_type("BreachSetAside")
    assert set_aside.due_at == local("12 10:00")
    assert replay_decisions(life.definitions, life.records) == []


def test_a_report_counts_a_department_in_its_own_time() -> None:
    """The police were promised ten hours and used five and a half, Saturday morning included."""
    life = on_friday_afternoon()
    life.live_until(local("09 07:00"))
    life.do(an_answer("fire", "police", local("09 07:00")))
    reckoning = reckoning_of(life.definitions, life.records, None, local("09 08:00"))
    assert reckoning is not None
    police = reckoning.departments["police"]
    assert (police.promised_seconds, police.used_seconds) == (10 * 3600, 5.5 * 3600)


# ---- the promise and the shares


def test_slack_is_below_zero_where_a_calendar_takes_a_path_beyond_the_promise() -> None:
    """Intake ends on Monday at 16:00; of what follows, the hour that is left of that Monday is none for culture."""
    given_ = definitions()
    promised = Budget(amount=5, unit=Unit.WORKING_DAYS)
    shares = {s.step.id: s for s in shares_of(given_, promised, local("06 14:00"), compiled(given_.calendar))}
    assert {name: share.slack for name, share in shares.items()} == {
        "intake": -HOUR,
        "appraisal": -HOUR,
        "fire": 10 * HOUR,
        "signing": -HOUR,
    }
    assert shares["appraisal"].is_critical
    plain = the_definitions()
    before = shares_of(plain, promised, local("06 14:00"), compiled(plain.calendar))
    assert [share.budget for share in before] == [share.budget for share in shares.values()]


def test_slack_is_as_ever_where_no_step_is_on_another_calendar() -> None:
    """Somebody else's calendar has no part in it: the same figures as without one."""
    elsewhere = (DepartmentCalendar(calendar=NO_MONDAYS, departments=("construction",)),)
    one, other = the_definitions(), the_definitions(department_calendars=elsewhere)
    promised, calendar = Budget(amount=5, unit=Unit.WORKING_DAYS), compiled(one.calendar)
    assert shares_of(one, promised, local("06 14:00"), calendar) == shares_of(
        other, promised, local("06 14:00"), calendar
    )


def test_steps_laid_out_on_equal_calendars_have_the_slack_of_the_longest_path() -> None:
    """The two ways to find it agree, on whatever day the promise begins."""
    twin = (DepartmentCalendar(calendar=another_calendar("twin"), departments=("police", "culture")),)
    one, other = the_definitions(), the_definitions(department_calendars=twin)
    promised, calendar = Budget(amount=5, unit=Unit.WORKING_DAYS), compiled(one.calendar)
    for day in range(2, 30):
        at = local(f"{day:02} 09:30")
        assert [s.slack for s in shares_of(one, promised, at, calendar)] == [
            s.slack for s in shares_of(other, promised, at, calendar)
        ]


# ---- the auditor, and whole lives


def tampered(life: Life, clock_id: str, calendar: str | None) -> list[EventRecord]:
    """The ledger with another calendar in the event that starts a clock."""
    found = []
    for record in life.records:
        event = record.event
        if isinstance(event, ClockStarted) and event.clock_id == clock_id:
            found.append(record.model_copy(update={"event": event.model_copy(update={"calendar": calendar})}))
        else:
            found.append(record)
    return found


@pytest.mark.parametrize(
    ("clock_id", "calendar"),
    [("step:fire", None), ("step:fire", "no-mondays"), ("step:fire", "nowhere"), ("statutory", "police-desk")],
)
def test_a_clock_on_the_wrong_calendar_is_found(clock_id: str, calendar: str | None) -> None:
    """None, another department's, one that the case has not, a department's for the whole case."""
    life = on_friday_afternoon()
    records = tampered(life, clock_id, calendar)
    assert check_case(life.definitions, records) + replay_decisions(life.definitions, records)


def test_whole_lives_on_several_calendars_keep_every_invariant(monkeypatch: pytest.MonkeyPatch) -> None:
    """Faults, pauses, supplements, lanes, new versions of calendars: the audit's oracle finds nothing amiss."""
    small = [given_ for given_ in rulebooks() if given_.calendar.id == "test"]
    mixed = tuple(given_.model_copy(update={"department_calendars": KEPT}) for given_ in small)
    monkeypatch.setattr(people, "rulebooks", lambda: mixed)
    subjects = cycle((a_calendar(), POLICE_DESK, NO_MONDAYS))
    monkeypatch.setattr(people, "later_calendar", lambda _: later_calendar(the_definitions(calendar=next(subjects))))
    named = 0
    for seed in range(6):
        world = people.lived(seed, 10)
        assert [str(violation) for violation in world.violations(open_ok=False)] == []
        events = [record.event for records in world.recorder.ledger.values() for record in records]
        named += sum(isinstance(event, ClockStarted) and event.calendar is not None for event in events)
    assert named > 50


def test_documents_awaited_hold_every_clock_on_its_own_calendar() -> None:
    """PAUSE over a Saturday and a Monday: the police lose their Saturday, culture no Monday it never had."""
    life = on_friday_afternoon(definitions(clock_policy=PAUSE))
    life.do(an_answer("fire", "police", local("06 16:30"), Outcome.REQUEST_SUPPLEMENT))
    life.do(a_supplement(local("10 07:00")))
    assert due_of(life, "step:fire") == local("11 08:30")
    assert due_of(life, "step:appraisal") == local("12 10:30")
    assert is_sound(life)
