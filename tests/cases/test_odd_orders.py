"""Lives in odd orders: what came late, what is noted afterwards, what changes under a case, and what has no end."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from cases.decide import CASES
from cases.model import CaseStatus, ClockStatus, Span
from cases.timetable import appointment_at, end_at, next_due
from catalog.model import ClockPolicy, SupplementRule
from events.language.commands import (
    Actor,
    ActorKind,
    ApplyCalendar,
    DeclaredStep,
    MigrateProcedure,
    Outcome,
    PauseClock,
)
from sla.units import Budget, Unit
from tests.builders import (
    MONDAY,
    PAUSE,
    RESTART,
    SUPERVISOR,
    Life,
    a_calendar,
    a_pause,
    a_procedure,
    a_question,
    a_reassignment,
    a_resumption,
    a_step,
    a_submission,
    a_supplement,
    a_withdrawal,
    an_answer,
    an_open_life,
    the_definitions,
)

SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
AT = MONDAY + HOUR
PARALLEL = (a_step("a", "one-stop"), a_step("b", "culture"), a_step("c", "police", "b"))


def a_life(**procedure: Any) -> Life:
    return an_open_life(the_definitions(a_procedure(**procedure)))


def a_migration(at: Any, **change: Any) -> MigrateProcedure:
    return MigrateProcedure(
        command_id=f"migrate:{at.isoformat()}",
        received_at=at,
        actor=SUPERVISOR,
        procedure=a_procedure(**{"version": "2"} | change),
        reason="the law changed",
    )


def a_noted_pause(at: Any, from_at: Any, until_at: Any) -> PauseClock:
    return PauseClock(
        command_id=f"note:{at.isoformat()}",
        received_at=at,
        actor=SUPERVISOR,
        reason="a flood",
        legal_basis="form 05",
        from_at=from_at,
        until_at=until_at,
    )


def a_new_calendar(at: Any, **change: Any) -> ApplyCalendar:
    return ApplyCalendar(
        command_id=f"calendar:{at.isoformat()}",
        received_at=at,
        actor=SUPERVISOR,
        calendar=a_calendar(**{"version": "2"} | change),
        reason="decided",
    )


def running_statutory(life: Life) -> list[str]:
    return [state.id for state in life.case.clocks.values() if state.kind == "statutory" and not state.stopped]


@pytest.mark.parametrize(("former", "latter"), [(RESTART, PAUSE), (PAUSE, RESTART)])
def test_a_migration_keeps_an_open_request_as_it_was_made(former: ClockPolicy, latter: ClockPolicy) -> None:
    """One statutory clock runs when the documents come, never none and never two."""
    life = a_life(clock_policy=former)
    life.do(an_answer("intake", "one-stop", AT, Outcome.REQUEST_SUPPLEMENT, documents=("lease",)))
    life.do(a_migration(AT + HOUR, clock_policy=latter))
    life.do(a_supplement(AT + DAY))
    running = running_statutory(life)
    assert running == ["statutory.2" if former is RESTART else "statutory"]
    fired = [(e.clock_id, e.rung) for e in life.live_until(MONDAY + 30 * DAY) if e.type == "RungFired"]
    assert len(fired) == len(set(fired))


@pytest.mark.parametrize("policy", [RESTART, PAUSE])
@pytest.mark.parametrize("outcome", [Outcome.REQUEST_SUPPLEMENT, Outcome.REQUEST_EXPLANATION])
def test_no_clock_of_the_case_runs_while_the_applicant_has_it(policy: ClockPolicy, outcome: Outcome) -> None:
    """A step that is assigned meanwhile stands still until the applicant has answered."""
    life = a_life(clock_policy=policy, steps=PARALLEL, supplement=SupplementRule())
    life.do(an_answer("a", "one-stop", AT, outcome, documents=("lease",)))
    life.do(an_answer("b", "culture", AT + HOUR))
    assert life.case.clocks["step:c"].is_paused
    assert next_due(life.case) is None
    life.live_until(MONDAY + 60 * DAY)
    assert not life.of_type("ClockBreached")


def test_an_opinion_asked_while_the_applicant_has_the_case_waits_with_it() -> None:
    """The limit given to another department stands still with the case."""
    life = a_life(steps=PARALLEL, supplement=SupplementRule())
    life.do(an_answer("a", "one-stop", AT, Outcome.REQUEST_SUPPLEMENT, documents=("lease",)))
    life.do(a_question("b", "culture", AT + HOUR, "finance", limit=Budget(amount=4, unit=Unit.WORKING_HOURS)))
    assert next_due(life.case) is None
    life.do(a_supplement(AT + DAY))
    state = life.case.clocks["consultation:b.opinion-1"]
    assert end_at(state, life.definitions) == AT + DAY + 6 * HOUR


def test_a_suspension_noted_before_or_during_another_comes_to_the_same() -> None:
    """A whole day that is over, noted while the case is suspended, counts as if it had been noted before."""
    wednesday, thursday = MONDAY + 2 * DAY, MONDAY + 3 * DAY
    noted = a_noted_pause(thursday + HOUR, MONDAY + DAY - 2 * HOUR, wednesday - 2 * HOUR)
    ends = []
    for order in ("before", "during"):
        life = an_open_life()
        if order == "before":
            life.do(noted.model_copy(update={"received_at": thursday - HOUR, "command_id": "note"}))
            life.do(a_pause(thursday))
        else:
            life.do(a_pause(thursday))
            life.do(noted)
        life.do(a_resumption(thursday + 2 * HOUR))
        state = life.case.clocks["statutory"]
        ends.append((appointment_at(state, life.definitions), end_at(state, life.definitions)))
    assert ends[0] == ends[1]


def test_ids_of_the_engines_own_never_meet_declared_ones() -> None:
    """A declared step called like an opinion, or like the second clock of another, stays apart from it."""
    route = tuple(DeclaredStep(id=name, name=name, department="culture") for name in ("a", "a.opinion-1", "a.2"))
    definitions = the_definitions(a_procedure(route="declared", limit=None, steps=(), documents=()))
    life = an_open_life(definitions, route=route, step_limit=Budget(amount=2, unit=Unit.WORKING_DAYS))
    life.do(a_question("a", "culture", AT, "finance", limit=Budget(amount=1, unit=Unit.WORKING_DAYS)))
    opinion = next(step for step in life.case.steps.values() if step.kind == "consultation")
    assert opinion.id == "a.opinion-2"
    assert life.case.steps["a.opinion-1"].department == "culture"
    life.do(an_answer(opinion.id, "finance", AT))
    life.do(an_answer("a", "culture", AT, Outcome.REQUEST_SUPPLEMENT, documents=("lease",)))
    life.do(a_supplement(AT + HOUR))
    assert life.case.steps["a"].clock_id == "step:a.2"
    life.do(an_answer("a", "culture", AT + 2 * HOUR))
    life.do(an_answer("a.opinion-1", "culture", AT + 2 * HOUR))
    assert life.case.steps["a.2"].clock_id == "step:a.2.2"
    life.do(an_answer("a.2", "culture", AT + 3 * HOUR))
    assert life.case.outcome == "issued"


def an_ending_life() -> Life:
    """Received on the calendar's last Monday but one; the calendar ends on Friday of that week."""
    calendar = a_calendar(last_day=date(2026, 3, 13))
    procedure = a_procedure(limit=Budget(amount=5, unit=Unit.WORKING_DAYS), supplement=SupplementRule())
    return an_open_life(the_definitions(procedure, calendar=calendar))


def test_where_the_calendar_ends_answers_and_withdrawals_go_through() -> None:
    """What needs no time to come is decided; a case can always end."""
    late = MONDAY + 20 * DAY
    refused = an_ending_life()
    refused.do(an_answer("intake", "one-stop", late, Outcome.REFUSE))
    assert refused.case.outcome == "refused"
    withdrawn = an_ending_life()
    withdrawn.do(a_withdrawal(late))
    assert withdrawn.of_type("CaseClosed")[0].elapsed_seconds == 20 * 24 * 3600


def test_where_the_calendar_ends_the_case_says_that_it_stands_still_and_a_longer_one_heals_it() -> None:
    """An alert of its own, once; with the longer calendar the clocks have their ends again."""
    life = an_ending_life()
    life.do(a_pause(AT))
    life.do(a_resumption(MONDAY + 11 * DAY))
    turn = CASES.take_turn(life.case, [], MONDAY + 11 * DAY)
    assert turn is not None
    life.live_until(MONDAY + 11 * DAY)
    told = life.of_type("CalendarExhausted")
    assert [(e.calendar.version, e.last_day) for e in told] == [("1", date(2026, 3, 13))]
    assert "statutory" in told[0].clock_ids
    life.live_until(MONDAY + 30 * DAY)
    assert len(life.of_type("CalendarExhausted")) == 1
    assert not [e for e in life.of_type("ClockBreached") if e.clock_id == "statutory"]
    life.do(an_answer("intake", "one-stop", MONDAY + 20 * DAY))
    assert life.case.steps["appraisal"].status == "assigned"
    life.do(a_new_calendar(MONDAY + 20 * DAY))
    life.live_until(MONDAY + 60 * DAY)
    assert [e.clock_id for e in life.of_type("ClockBreached")].count("statutory") == 1


def test_a_calendar_that_does_not_cover_the_case_is_refused() -> None:
    """No clock loses its end by a calendar; and no tick raises."""
    life = an_open_life()
    refusal = life.refused(a_new_calendar(AT, last_day=date(2026, 3, 4)))
    assert (refusal.code, refusal.field) == ("calendar_too_short", "calendar")
    future = life.refused(a_new_calendar(AT, first_day=date(2026, 6, 1)))
    assert future.code == "calendar_too_short"


def test_a_step_begins_with_the_turn_that_assigns_it() -> None:
    """Three days without a worker are nobody's but the system's; no department is late before it heard."""
    life = an_open_life()
    came_at, back_at = AT, MONDAY + 3 * DAY
    turn = CASES.take_turn(life.case, [an_answer("intake", "one-stop", came_at)], back_at)
    assert turn is not None
    assert {
        r.event.type
        for r in turn.records
        if r.event.type not in ("StepDecided", "ClockMet", "StepAssigned", "ClockStarted")
    } <= {"RungFired"}
    assert not [
        r.event
        for r in turn.records
        if getattr(r.event, "step_id", None) == "appraisal" and r.event.type == "RungFired"
    ]
    life.do(an_answer("intake", "one-stop", came_at), now=back_at)
    assert life.case.clocks["step:intake"].status is ClockStatus.MET
    assert life.case.clocks["step:appraisal"].clock.anchored_at == back_at
    assert life.of_type("StepAssigned")[-1].assigned_at == back_at
    assert life.case.spans == (Span("one-stop", MONDAY), Span("system", came_at), Span("culture", back_at))
    for step, department in (("appraisal", "culture"), ("fire", "police"), ("signing", "culture")):
        life.do(an_answer(step, department, back_at + HOUR))
    closed = life.of_type("CaseClosed")[0]
    shares = {share.owner: share.seconds for share in closed.time_shares}
    assert shares == {"one-stop": 3600, "system": 71 * 3600, "culture": 3600}
    assert sum(shares.values()) == closed.elapsed_seconds


def test_an_applicant_is_asked_at_the_turn_and_pays_for_no_outage() -> None:
    """His limit begins when he is told."""
    life = an_open_life()
    back_at = MONDAY + 3 * DAY
    asked = an_answer("intake", "one-stop", AT, Outcome.REQUEST_SUPPLEMENT, documents=("lease",))
    life.do(asked, now=back_at)
    assert life.case.clocks["supplement"].clock.anchored_at == back_at
    assert life.case.spans[-2:] == (Span("system", AT), Span("applicant", back_at))


def test_a_department_has_its_work_again_only_when_it_is_told() -> None:
    """A resumption that was long under way: the case's clock runs from its receipt, the step's from its turn."""
    life = an_open_life()
    life.do(a_pause(AT))
    life.do(a_resumption(AT + HOUR), now=AT + DAY)
    case_clock, work_clock = life.case.clocks["statutory"].clock, life.case.clocks["step:intake"].clock
    assert case_clock.suspensions[-1].until_at == AT + HOUR
    assert work_clock.suspensions[-1].until_at == AT + DAY


def test_a_step_given_to_another_department_is_migrated_with_its_case() -> None:
    """It vanishes only where the procedure's own department changes, or the step is gone."""
    life = an_open_life()
    life.do(a_reassignment("intake", AT, department="finance"))
    life.do(a_migration(AT + HOUR))
    assert life.case.definitions.procedure.version == "2"
    assert life.case.steps["intake"].department == "finance"


@pytest.mark.parametrize("step", ["intake", "nowhere"])
def test_who_has_no_part_in_a_case_learns_no_more_than_of_one_that_is_not_there(step: str) -> None:
    """No list of steps, no owner."""
    refusal = an_open_life().refused(an_answer(step, "construction", AT))
    assert (refusal.code, refusal.details) == ("case_unknown", {})
    own = an_open_life().refused(an_answer("nowhere", "police", AT))
    assert own.code == "step_unknown"


def test_two_hundred_parallel_steps_are_one_turn() -> None:
    """What a turn does grows with the steps, not with their square: counted in looks at clocks, not in seconds."""
    steps = tuple(a_step(f"s{n}", "culture") for n in range(200))
    life = Life(the_definitions(a_procedure(steps=steps)))
    turn = CASES.take_turn(life.case, [a_submission(MONDAY)], MONDAY)
    assert turn is not None
    assert sum(record.event.type == "StepAssigned" for record in turn.records) == 200


def test_a_continued_case_goes_on_under_the_definitions_that_stand() -> None:
    """A case that was put under another calendar carries that one in its own state."""
    life = an_open_life()
    life.do(a_new_calendar(AT, days_off=(date(2026, 3, 5),)))
    life.do(a_migration(AT + HOUR))
    assert life.case.definitions.calendar.version == "2"
    assert life.case.definitions.procedure.version == "2"
    assert life.case.status is CaseStatus.IN_PROGRESS


def test_who_acted_stands_in_every_record() -> None:
    """As claimed until people sign in; the clock's own ticks are the engine's."""
    life = an_open_life()
    officer = Actor(kind=ActorKind.OFFICER, id="officer1")
    life.do(an_answer("intake", "one-stop", AT, actor=officer))
    life.do(a_pause(AT + HOUR))
    life.do(a_resumption(AT + 2 * HOUR))
    life.live_until(MONDAY + 30 * DAY)
    by = {record.command_id: record.actor for record in life.records}
    assert all(actor is not None and actor.assurance is not None for actor in by.values())
    assert {(a.kind, a.id, a.assurance) for a in by.values() if a is not None} == {
        ("applicant", "portal", "claimed"),
        ("officer", "officer1", "claimed"),
        ("supervisor", "supervisor-1", "claimed"),
        ("system", "clock", "token"),
    }
