"""Another lane, calendar or procedure version under an open case: what is kept, what moves, and what is refused."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from cases.changes import deadline_changes
from cases.model import CaseStatus, ClockStatus, StepStatus
from cases.timetable import appointment_at, lawful_end_at
from catalog.model import LaneId
from events.language.case_events import CalendarApplied, LaneChanged, ProcedureMigrated
from events.language.commands import Actor, ActorKind, ApplyCalendar, ChangeLane, MigrateProcedure, Outcome
from sla.units import Budget, Unit
from tests.builders import (
    MONDAY,
    Life,
    a_calendar,
    a_pause,
    a_procedure,
    a_resumption,
    a_step,
    an_answer,
    an_open_life,
    the_definitions,
)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
AT = MONDAY + HOUR
WEDNESDAY_MIDNIGHT = MONDAY + 2 * DAY + 15 * HOUR
OFFICE = Actor(kind=ActorKind.ADMINISTRATOR, id="office")


def command(kind: type, at: datetime, **given: Any) -> Any:
    common = {
        "command_id": f"{kind.__name__}:{at.isoformat()}",
        "received_at": at,
        "actor": OFFICE,
        "reason": "decided",
    }
    return kind(**common | given)


def a_lane(lane: str, at: datetime, **change: Any) -> ChangeLane:
    given = {"lane": LaneId(lane), "legal_basis": "a decision", "approved_by": "chairman-office", "override": True}
    changed: ChangeLane = command(ChangeLane, at, **given | change)
    return changed


def a_new_calendar(at: datetime, **change: Any) -> ApplyCalendar:
    given = {"version": "2", "days_off": (date(2026, 3, 5),)} | change
    applied: ApplyCalendar = command(ApplyCalendar, at, calendar=a_calendar(**given))
    return applied


def a_migration(at: datetime, **change: Any) -> MigrateProcedure:
    migrated: MigrateProcedure = command(MigrateProcedure, at, procedure=a_procedure(**{"version": "2"} | change))
    return migrated


def due_of(life: Life, kind: Any) -> datetime | None:
    state = life.case.current_clock(kind)
    return None if state is None else appointment_at(state, life.case.definitions)


# ---- lanes


def test_a_lane_is_granted_from_acceptance_on() -> None:
    """What was used before is used; the law's clock does not move; the steps get their share of the promise."""
    life = an_open_life()
    statutory, step = due_of(life, "statutory"), due_of(life, "step")
    events = life.do(a_lane("green_60", AT))
    assert isinstance(events[0], LaneChanged)
    assert events[0].departments == ("one-stop",)
    green = life.case.current_clock("green")
    assert green is not None
    assert green.clock.anchored_at == MONDAY
    assert green.clock.budget == Budget(amount=2, unit=Unit.WORKING_DAYS)
    assert due_of(life, "green") == MONDAY + 2 * DAY
    assert due_of(life, "statutory") == statutory
    assert step is not None
    assert (due_of(life, "step") or step) < step
    assert life.case.lane is LaneId.GREEN_60


def test_a_granted_lane_keeps_the_pauses() -> None:
    """A suspension before the grant counts for the new promise too."""
    life = an_open_life()
    life.do(a_pause(AT))
    life.do(a_resumption(AT + DAY))
    life.do(a_lane("green_60", AT + DAY + HOUR))
    assert due_of(life, "green") == MONDAY + 3 * DAY


def test_a_promise_that_would_be_past_is_not_given() -> None:
    """Nobody is given a broken promise; the lane is on record, and why it promises nothing."""
    life = an_open_life()
    life.live_until(MONDAY + 3 * DAY)
    life.do(a_lane("green_60", MONDAY + 3 * DAY))
    assert life.case.current_clock("green") is None
    assert life.of_type("GreenPromiseDeclined")[0].code == "promise_past"


def test_a_lane_is_revoked_and_its_breach_stays() -> None:
    """The clock of a broken promise ends; the breach is counted for ever."""
    life = an_open_life(facts={"field": "social-housing"})
    assert life.case.lane is LaneId.GREEN_60
    life.live_until(WEDNESDAY_MIDNIGHT)
    assert life.case.clocks["green"].status is ClockStatus.BREACHED
    life.do(a_lane("standard", WEDNESDAY_MIDNIGHT + HOUR))
    assert life.case.clocks["green"].counts_as_breached
    assert life.case.clocks["green"].stopped
    assert life.case.lane is LaneId.STANDARD
    assert len(life.of_type("ClockBreached")) >= 1


def test_a_lane_revoked_in_time_is_cancelled_without_a_verdict() -> None:
    """Neither met nor breached; the steps get the longer shares back."""
    life = an_open_life(facts={"field": "social-housing"})
    step = due_of(life, "step")
    life.do(a_lane("standard", AT))
    assert life.case.clocks["green"].status is ClockStatus.CANCELLED
    assert step is not None
    assert (due_of(life, "step") or step) > step


def test_the_same_lane_is_no_change() -> None:
    """Refused with the field."""
    refusal = an_open_life().refused(a_lane("standard", AT))
    assert (refusal.code, refusal.field) == ("nothing_changes", "lane")


def test_a_lane_changed_while_documents_are_awaited_counts_from_their_receipt() -> None:
    """RESTART has cancelled the clocks: the new lane's promise begins with the documents."""
    life = an_open_life()
    life.do(an_answer("intake", "one-stop", AT, Outcome.REQUEST_SUPPLEMENT, documents=("form",)))
    life.do(a_lane("green_60", AT + HOUR))
    assert life.case.status is CaseStatus.AWAITING_SUPPLEMENT
    assert life.case.current_clock("green") is None


def test_a_lane_needs_an_entitlement_or_an_override_and_always_a_second_person() -> None:
    """By the decision table; else by a decision of its own, which is on record as such."""
    life = an_open_life()
    assert life.refused(a_lane("green_24h", AT, override=False)).code == "not_entitled"
    for missing in (None, OFFICE.id):
        refusal = life.refused(a_lane("green_24h", AT, approved_by=missing))
        assert (refusal.code, refusal.field) == ("second_person", "approved_by")
    event = life.do(a_lane("green_24h", AT))[0]
    assert isinstance(event, LaneChanged)
    assert (event.entitlement, event.rule, event.approved_by) == ("override", None, "chairman-office")
    listed = an_open_life(facts={"field": "social-housing", "project": "ring-road-4"})
    event = listed.do(a_lane("green_60", AT, override=False))[0]
    assert isinstance(event, LaneChanged)
    assert (event.entitlement, event.rule) == ("rule", "cut")


def test_a_lane_granted_while_the_case_stands_still_is_held_against_the_clock_as_it_will_run() -> None:
    """Three days are used: a promise of two is broken when it is given, and so it is not given."""
    life = an_open_life()
    life.live_until(MONDAY + 3 * DAY)
    life.do(a_pause(MONDAY + 3 * DAY))
    life.do(a_lane("green_60", MONDAY + 3 * DAY + HOUR))
    assert life.case.current_clock("green") is None
    assert life.of_type("GreenPromiseDeclined")[0].code == "promise_past"


# ---- calendars


def test_a_new_holiday_moves_what_crosses_it_and_says_so() -> None:
    """Elapsed time and pauses stay; the former due instant is on record."""
    life = an_open_life()
    life.do(a_pause(AT))
    life.do(a_resumption(AT + HOUR))
    before, clock = due_of(life, "statutory"), life.case.clocks["statutory"].clock
    (event,) = life.do(a_new_calendar(AT + 2 * HOUR))
    assert isinstance(event, CalendarApplied)
    assert before is not None
    assert due_of(life, "statutory") == before + DAY
    change = next(change for change in event.changes if change.clock_id == "statutory")
    assert (change.former_due_at, change.due_at) == (before, before + DAY)
    assert (event.former.version, event.calendar.version, event.departments) == ("1", "2", ("one-stop",))
    assert life.case.clocks["statutory"].clock == clock


def test_the_plan_is_what_the_command_does() -> None:
    """The dry run and the event name the same changes."""
    life = an_open_life()
    applied = a_new_calendar(AT)
    planned = deadline_changes(life.case, life.definitions.model_copy(update={"calendar": applied.calendar}))
    (event,) = life.do(applied)
    assert isinstance(event, CalendarApplied)
    assert event.changes == planned
    assert planned


def test_a_holiday_never_erases_a_breach() -> None:
    """A limit that had passed stays breached, even if the new calendar would end it later."""
    life = an_open_life()
    due_at = lawful_end_at(life.case.clocks["statutory"], life.definitions)
    assert due_at is not None
    life.live_until(due_at)
    life.do(a_new_calendar(due_at + HOUR))
    assert life.case.clocks["statutory"].status is ClockStatus.BREACHED


def test_a_make_up_day_moves_the_end_nearer_and_nothing_is_missed() -> None:
    """What the new calendar has due already is fired at once, marked late."""
    life = an_open_life(the_definitions(calendar=a_calendar(days_off=(date(2026, 3, 5),))))
    before = due_of(life, "statutory")
    tuesday = MONDAY + 8 * DAY - HOUR
    life.live_until(tuesday)
    life.do(a_new_calendar(tuesday, days_off=()))
    events = life.live_until(tuesday)
    assert before is not None
    assert due_of(life, "statutory") == before - DAY
    assert any(event.type == "ClockBreached" and event.clock_id == "statutory" for event in events)


def test_only_another_version_of_the_cases_own_calendar_is_applied() -> None:
    """Another calendar is refused, and so is the same version again."""
    life = an_open_life()
    refusal = life.refused(a_new_calendar(AT, id="other"))
    assert (refusal.code, refusal.field) == ("calendar_other", "calendar.id")
    same = command(ApplyCalendar, AT, calendar=life.definitions.calendar)
    assert life.refused(same).code == "nothing_changes"


# ---- procedure versions


def test_a_new_version_takes_over_with_its_limit() -> None:
    """From the same anchor and with the same pauses; finished steps stay done, new ones wait for their turn."""
    life = an_open_life()
    life.do(a_pause(AT))
    life.do(a_resumption(AT + DAY))
    life.do(an_answer("intake", "one-stop", AT + DAY + HOUR))
    steps = (*a_procedure().steps, a_step("archive", "one-stop", "signing"))
    events = life.do(a_migration(AT + DAY + 2 * HOUR, limit=Budget(amount=8, unit=Unit.WORKING_DAYS), steps=steps))
    assert isinstance(events[0], ProcedureMigrated)
    assert events[0].departments == ("culture", "police")
    clock = life.case.current_clock("statutory")
    assert clock is not None
    assert (clock.id, clock.clock.anchored_at, clock.clock.budget.amount) == ("statutory.2", MONDAY, 8)
    assert due_of(life, "statutory") == MONDAY + 11 * DAY
    assert life.case.steps["intake"].status is StepStatus.DONE
    assert life.case.steps["archive"].status is StepStatus.WAITING


MINIMUM = Budget(amount=2, unit=Unit.DAYS)


@pytest.mark.parametrize("amount", [5, 8], ids=["the same limit", "another limit"])
def test_a_migration_declines_a_promise_that_would_cut_the_new_minimum(amount: int) -> None:
    """Although the promise was given, and stays as long: as at arming, with the reason; the law's limit stands alone."""
    life = an_open_life(facts={"project": "ring-road-4"})
    steps = (a_step("intake", "one-stop"), a_step("signing", "culture", "intake", minimum=MINIMUM))
    life.do(a_migration(AT, limit=Budget(amount=amount, unit=Unit.WORKING_DAYS), steps=steps))
    green = life.case.current_clock("green")
    assert green is not None
    assert (green.id, green.status) == ("green", ClockStatus.CANCELLED)
    reasons = [(event.code, event.details) for event in life.of_type("GreenPromiseDeclined")]
    assert reasons == [("cuts_minimum", {"promise": "24 hours", "minimum": "2 days"})]
    assert due_of(life, "statutory") == MONDAY + timedelta(days=7 if amount == 5 else 10)
    life.do(an_answer("intake", "one-stop", AT + HOUR))
    # A half of the limit in working days of eight hours, no longer of 24 hours.
    half = Budget(amount=amount * 8 * 60 // 2, unit=Unit.WORKING_MINUTES)
    assert life.case.clocks["step:signing"].clock.budget == half


def test_a_migration_keeps_a_promise_that_the_new_minimum_leaves_room_for() -> None:
    """What is cut to two working days by the lane holds a minimum of one."""
    life = an_open_life(facts={"field": "social-housing"})
    steps = (
        a_step("intake", "one-stop"),
        a_step("signing", "culture", "intake", minimum=Budget(amount=1, unit=Unit.DAYS)),
    )
    life.do(a_migration(AT, limit=Budget(amount=10, unit=Unit.WORKING_DAYS), steps=steps))
    green = life.case.current_clock("green")
    assert green is not None
    assert (green.id, green.clock.budget.amount, green.status) == ("green.2", 4, ClockStatus.RUNNING)
    assert not life.of_type("GreenPromiseDeclined")


def test_a_migration_declines_a_promise_that_would_fall_after_the_new_limit() -> None:
    """A new version with eight hours by law leaves nothing of a lane of 24."""
    life = an_open_life(facts={"project": "ring-road-4"})
    life.do(a_migration(AT, limit=Budget(amount=8, unit=Unit.HOURS)))
    reasons = [(event.code, event.details) for event in life.of_type("GreenPromiseDeclined")]
    assert reasons == [("after_statute", {"promise": "24 hours", "limit": "8 hours"})]
    assert life.case.clocks["green"].status is ClockStatus.CANCELLED
    assert "green.2" not in life.case.clocks


def test_a_migration_never_erases_a_breach() -> None:
    """A breached clock stays as it is, whatever the new limit."""
    life = an_open_life()
    due_at = lawful_end_at(life.case.clocks["statutory"], life.definitions)
    assert due_at is not None
    life.live_until(due_at)
    life.do(a_migration(due_at + HOUR, limit=Budget(amount=20, unit=Unit.WORKING_DAYS)))
    assert life.case.clocks["statutory"].counts_as_breached
    assert "statutory.2" not in life.case.clocks


def test_a_migration_by_which_a_clock_would_vanish_is_refused() -> None:
    """An open step that the new version lacks, gives to others, or leaves without a limit."""
    life = an_open_life()
    gone = tuple(a_step(s.id, s.department) for s in a_procedure().steps if s.id != "intake")
    moved = (a_step("intake", "culture"), *a_procedure().steps[1:])
    for steps in (gone, moved):
        refusal = life.refused(a_migration(AT, steps=steps))
        assert (refusal.code, refusal.field) == ("clock_would_vanish", "procedure")
        assert refusal.details["clock"] == "step:intake"
    assert life.refused(a_migration(AT, limit=None, route="declared", steps=a_procedure().steps)).details["clock"] == (
        "statutory"
    )


def test_only_another_version_of_the_cases_own_procedure() -> None:
    """Another procedure is refused, and so is the same version again."""
    life = an_open_life()
    assert life.refused(a_migration(AT, id="liquor")).code == "procedure_other"
    same = command(MigrateProcedure, AT, procedure=life.definitions.procedure)
    assert life.refused(same).code == "nothing_changes"
