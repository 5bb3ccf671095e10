"""What is promised: the lane's budget, never longer than the statute, and each step's share of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.calculator import calculate
from cases.promises import green_budget, step_budget
from cases.timetable import appointment_at
from catalog.loader import load_catalog
from catalog.model import LaneId, LaneTable, ProcedureVersion, Promise, StepDefinition
from sla.calendar import compiled
from sla.deadline import AfterHours, due
from sla.units import WALL_CLOCK, Budget, Unit
from tests.builders import (
    MONDAY,
    Life,
    a_calendar,
    a_lane_table,
    a_procedure,
    a_step,
    a_submission,
    an_answer,
    an_open_life,
    the_definitions,
)

GREEN = {"project": "ring-road-4"}
CUT = {"field": "social-housing"}


def lanes(**promise: Any) -> LaneTable:
    table = a_lane_table()
    changed = Promise.model_validate({"lane": "green_60", "source": "test"} | promise)
    return table.model_copy(update={"promises": (table.promises[0], changed)})


def budget(amount: int, unit: Unit = Unit.WORKING_DAYS) -> Budget:
    return Budget(amount=amount, unit=unit)


@pytest.mark.parametrize(
    ("limit", "reduction", "promised"),
    [(5, "0.60", 2), (10, "0.60", 4), (1, "0.60", 1), (7, "0.60", 3), (7, "0.35", 5), (100, "0.50", 50)],
)
def test_a_reduced_promise_is_rounded_up_to_whole_units(limit: int, reduction: str, promised: int) -> None:
    """A promise may be a little longer than 40 %, never shorter than the lane may cut."""
    definitions = the_definitions(a_procedure(limit=budget(limit)), lanes=lanes(reduction=reduction))
    assert green_budget(definitions, LaneId.GREEN_60) == budget(promised)


def test_the_procedure_may_allow_less_of_a_cut_than_the_lane() -> None:
    """`reduction_max` is the procedure's own."""
    definitions = the_definitions(a_procedure(limit=budget(10), reduction_max=Decimal("0.30")))
    assert green_budget(definitions, LaneId.GREEN_60) == budget(7)


def test_a_reduced_promise_has_a_floor_in_its_unit() -> None:
    """A floor in another unit says nothing about it."""
    floors = [{"amount": 3, "unit": "working_days"}, {"amount": 50, "unit": "working_hours"}]
    definitions = the_definitions(a_procedure(limit=budget(5)), lanes=lanes(reduction="0.60", floors=floors))
    assert green_budget(definitions, LaneId.GREEN_60) == budget(3)


def test_a_mandatory_minimum_is_not_cut() -> None:
    """The green lane must not cut a legally mandatory minimum time: along the longest path."""
    steps = (
        a_step("a", "culture", minimum=budget(3)),
        a_step("b", "police", minimum=budget(2)),
        a_step("c", "culture", "a", minimum=budget(4)),
    )
    definitions = the_definitions(a_procedure(limit=budget(10), steps=steps))
    assert green_budget(definitions, LaneId.GREEN_60) == budget(7)


def test_a_lane_may_promise_a_budget_for_each_step() -> None:
    """The case's promise is their sum along the longest path."""
    definitions = the_definitions(lanes=lanes(budget={"amount": 24, "unit": "hours"}, scope="step"))
    assert green_budget(definitions, LaneId.GREEN_60) == budget(72, Unit.HOURS)


def test_both_promises_run_side_by_side() -> None:
    """The statutory due date is kept; the green one falls before it."""
    life = an_open_life(facts=GREEN)
    statutory, green = life.case.clocks["statutory"], life.case.clocks["green"]
    assert appointment_at(green, life.definitions) == MONDAY + timedelta(hours=24)
    assert appointment_at(statutory, life.definitions) == MONDAY + timedelta(days=7)


def test_a_promise_longer_than_the_statute_is_not_given() -> None:
    """Tested on due instants, whatever the units; the case says why there is none."""
    life = an_open_life(the_definitions(a_procedure(limit=budget(8, Unit.HOURS))), facts=GREEN)
    assert life.case.lane is LaneId.GREEN_24H
    assert "green" not in life.case.clocks
    declined = life.of_type("GreenPromiseDeclined")[0]
    assert (declined.code, declined.details) == ("after_statute", {"promise": "24 hours", "limit": "8 hours"})


def test_a_promise_as_long_as_the_statute_is_given() -> None:
    """Not after it."""
    life = an_open_life(the_definitions(a_procedure(limit=budget(24, Unit.HOURS))), facts=GREEN)
    assert "green" in life.case.clocks


def test_whether_24_hours_are_longer_than_a_working_day_depends_on_the_day() -> None:
    """Over a night they are as long; over a weekend they end before."""
    plain = an_open_life(the_definitions(a_procedure(limit=budget(1))), facts=GREEN)  # both end on Tuesday at 09:00
    assert "green" in plain.case.clocks
    morning = Life(the_definitions(a_procedure(limit=budget(7, Unit.WORKING_HOURS))))
    morning.do(a_submission(MONDAY, facts=GREEN))  # 7 working hours from Monday 09:00 end on Tuesday at 08:00
    assert "green" not in morning.case.clocks
    friday = Life(the_definitions(a_procedure(limit=budget(7, Unit.WORKING_HOURS))))
    friday.do(a_submission(MONDAY + timedelta(days=4), facts=GREEN))  # on Monday at 08:00
    assert "green" in friday.case.clocks


SATURDAY = MONDAY + timedelta(days=5)


@pytest.mark.parametrize(
    ("after_hours", "given"), [(AfterHours.RECEIPT, True), (AfterHours.NEXT_OPENING, False)], ids=["receipt", "opening"]
)
def test_a_promise_in_days_counts_from_where_the_case_counts(after_hours: AfterHours, given: bool) -> None:
    """Three days from a Saturday end on Tuesday, before three working days; from Monday's opening on Thursday, after them."""
    procedure = a_procedure(limit=budget(3), after_hours=after_hours)
    table = lanes(reduction=None, budget={"amount": 3, "unit": "days"})
    life = Life(the_definitions(procedure, lanes=table))
    life.do(a_submission(SATURDAY, facts=CUT))
    assert ("green" in life.case.clocks) is given
    assert [event.details for event in life.of_type("GreenPromiseDeclined")] == (
        [] if given else [{"promise": "3 days", "limit": "3 working_days"}]
    )


def test_a_statute_that_counts_from_the_opening_leaves_a_promise_its_room() -> None:
    """Ten working hours from Monday's opening end on Tuesday: after the Monday that one would count from the receipt."""
    procedure = a_procedure(limit=budget(2, Unit.DAYS), after_hours=AfterHours.NEXT_OPENING)
    table = lanes(reduction=None, budget={"amount": 10, "unit": "working_hours"})
    life = Life(the_definitions(procedure, lanes=table))
    life.do(a_submission(SATURDAY, facts=CUT))
    assert "green" in life.case.clocks


@given(
    st.builds(budget, st.integers(1, 12), st.sampled_from(Unit)),
    st.builds(budget, st.integers(1, 12), st.sampled_from(Unit)),
    st.sampled_from(AfterHours),
    st.integers(0, 14 * 24 * 4).map(lambda quarters: MONDAY + quarters * timedelta(minutes=15)),
)
@settings(max_examples=300)
def test_no_green_clock_that_is_armed_ends_after_the_statutory_one(
    limit: Budget, promise: Budget, after_hours: AfterHours, at: datetime
) -> None:
    """And it is declined only where it would, whatever the units, the rule for after hours and the instant of receipt."""
    procedure = a_procedure(limit=limit, after_hours=after_hours)
    definitions = the_definitions(procedure, lanes=lanes(reduction=None, budget=promise.model_dump()))
    life = Life(definitions)
    life.do(a_submission(at, facts=CUT))
    calendar = compiled(definitions.calendar)
    statutory = life.case.clocks["statutory"].clock.due(calendar)
    green = life.case.clocks.get("green")
    would_end = due(promise, at, calendar, after_hours)
    assert statutory is not None
    if green is None:
        assert would_end.operational_at > statutory.operational_at
        return
    assert green.clock.due(calendar) == would_end
    assert would_end.operational_at <= statutory.operational_at
    if would_end.lawful_day is not None and statutory.lawful_day is not None:
        assert would_end.lawful_day <= statutory.lawful_day


def test_nothing_is_reduced_where_there_is_no_limit() -> None:
    """A declared route has no statutory limit."""
    definitions = the_definitions(a_procedure(route="declared", limit=None, steps=(), documents=()))
    assert green_budget(definitions, LaneId.GREEN_60) == "no_statutory_limit"
    assert green_budget(definitions, LaneId.STANDARD) is None


def test_a_steps_own_budget_is_its_own() -> None:
    """The lane does not touch it, and the other steps share what it leaves."""
    steps = (a_step("a", "culture", budget=budget(1)), a_step("b", "culture", "a"), a_step("c", "culture", "b"))
    life = an_open_life(the_definitions(a_procedure(steps=steps)), facts=CUT)
    assert life.case.clocks["step:a"].clock.budget == budget(1)
    life.do(an_answer("a", "culture", MONDAY))
    assert life.case.clocks["step:b"].clock.budget == budget(4 * 60, Unit.WORKING_MINUTES)


def test_budgets_of_steps_that_a_lane_has_no_room_for_give_way() -> None:
    """In proportion, all of them: four of five days are the same four fifths of a promise of two."""
    steps = (a_step("a", "culture", budget=budget(4)), a_step("b", "culture", "a"))
    definitions = the_definitions(a_procedure(limit=budget(5), steps=steps))
    shares = [step_budget(step, definitions, budget(2), MONDAY, compiled(a_calendar())).amount for step in steps]
    assert shares == [16 * 60 * 4 // 5, 16 * 60 // 5]


def test_a_lane_is_not_promised_where_it_would_cut_a_mandatory_minimum() -> None:
    """Of 24 hours nothing may be taken for a public notice of five days: the law's limit stands alone, and says why."""
    steps = (a_step("a", "culture", minimum=budget(2, Unit.DAYS)), a_step("b", "culture", "a"))
    life = an_open_life(the_definitions(a_procedure(steps=steps)), facts=GREEN)
    assert "green" not in life.case.clocks
    declined = life.of_type("GreenPromiseDeclined")[0]
    assert (declined.code, declined.details) == ("cuts_minimum", {"promise": "24 hours", "minimum": "2 days"})


def test_a_reduced_promise_gives_way_to_a_minimum_in_another_unit() -> None:
    """What a reduction in days cannot see: six days hold five working days at the most."""
    steps = (a_step("a", "culture", minimum=budget(6)), a_step("b", "culture", "a"))
    life = an_open_life(the_definitions(a_procedure(limit=budget(15, Unit.DAYS), steps=steps)), facts=CUT)
    assert "green" not in life.case.clocks
    assert life.of_type("GreenPromiseDeclined")[0].details["promise"] == "6 days"


def test_a_step_without_a_clock_has_none() -> None:
    """And takes nothing of the promise."""
    steps = (a_step("a", "culture", clock=False), a_step("b", "culture", "a"))
    life = an_open_life(the_definitions(a_procedure(steps=steps)))
    assert "step:a" not in life.case.clocks
    life.do(an_answer("a", "culture", MONDAY))
    assert life.case.clocks["step:b"].clock.budget == budget(40 * 60, Unit.WORKING_MINUTES)


def test_a_steps_mandatory_minimum_holds_against_its_share() -> None:
    """The law's minimum is longer than what the lane leaves."""
    steps = (a_step("a", "culture", minimum=budget(2)), a_step("b", "culture", "a", weight=9))
    life = an_open_life(the_definitions(a_procedure(limit=budget(10), steps=steps)), facts=CUT)
    assert life.case.clocks["step:a"].clock.budget == budget(2)
    life.do(an_answer("a", "culture", MONDAY))
    assert life.case.clocks["step:b"].clock.budget == budget(2 * 8 * 60, Unit.WORKING_MINUTES)


@st.composite
def procedures(draw: st.DrawFn) -> ProcedureVersion:
    """Graphs of up to seven steps with weights, some without a clock, under limits in every unit."""
    count = draw(st.integers(1, 7))
    steps = []
    for n in range(count):
        needs = draw(st.sets(st.integers(0, n - 1), max_size=3)) if n else set()
        names = sorted(f"s{need}" for need in needs)
        steps.append(a_step(f"s{n}", "culture", *names, weight=draw(st.integers(1, 9)), clock=draw(st.booleans())))
    unit = draw(st.sampled_from([Unit.HOURS, Unit.WORKING_HOURS, Unit.WORKING_DAYS, Unit.DAYS, Unit.MONTHS]))
    amount = draw(st.integers(2, 3)) if unit is Unit.MONTHS else draw(st.integers(3, 90))
    return a_procedure(limit=budget(amount, unit), steps=tuple(steps))


def paths(steps: tuple[StepDefinition, ...]) -> list[list[StepDefinition]]:
    by_id = {step.id: step for step in steps}

    def ending_in(step: StepDefinition) -> list[list[StepDefinition]]:
        before = [path for need in step.needs for path in ending_in(by_id[need])]
        return [[*path, step] for path in before] or [[step]]

    return [path for step in steps for path in ending_in(step)]


@settings(max_examples=150)
@given(procedures(), st.integers(0, 14 * 24 * 60))
def test_the_steps_of_any_path_have_at_most_what_is_promised(procedure: ProcedureVersion, minutes: int) -> None:
    """One after the other, each at its last minute, they end by the promise."""
    definitions = the_definitions(procedure)
    calendar = compiled(a_calendar())
    anchored_at = MONDAY + timedelta(minutes=minutes)
    promised = procedure.limit
    assert promised is not None
    end = due(promised, anchored_at, calendar).operational_at
    if promised.unit in WALL_CLOCK:
        whole = (end - anchored_at) // timedelta(minutes=1)
    else:
        whole = calendar.between(anchored_at, end) // timedelta(minutes=1)
    budgets = {
        step.id: step_budget(step, definitions, promised, anchored_at, calendar).amount if step.clock else 0
        for step in procedure.steps
    }
    if whole >= sum(step.weight for step in procedure.steps):  # else each still has its minute
        assert max(sum(budgets[step.id] for step in path) for path in paths(procedure.steps)) <= whole
    assert all(budgets[step.id] > 0 for step in procedure.steps if step.clock)


@st.composite
def divided_procedures(draw: st.DrawFn) -> ProcedureVersion:
    """As above, some steps with a budget of their own or a mandatory minimum, whose sum along no path is the limit."""
    plain = draw(procedures())
    assert plain.limit is not None
    # Stretches of calendar days do not add up in working time: each moves on from a day off.
    if plain.limit.unit in (Unit.DAYS, Unit.MONTHS):
        plain = plain.model_copy(update={"limit": budget(plain.limit.amount)})
    assert plain.limit is not None
    room, steps = plain.limit.amount - 1, []
    for step in plain.steps:
        own = draw(st.integers(0, room)) if step.clock else 0
        room -= own
        name = draw(st.sampled_from(["budget", "minimum"]))
        steps.append(step.model_copy(update={name: budget(own, plain.limit.unit)} if own else {}))
    return plain.model_copy(update={"steps": tuple(steps)})


@settings(max_examples=150)
@given(divided_procedures())
def test_own_budgets_and_minimums_leave_the_others_what_is_left(procedure: ProcedureVersion) -> None:
    """The sum along any path is still at most what the law gives, to a minute a step."""
    definitions, calendar = the_definitions(procedure), compiled(a_calendar())
    promised = procedure.limit
    assert promised is not None
    working = promised.unit not in WALL_CLOCK

    def minutes(one: Budget) -> int:
        end = due(one, MONDAY, calendar).operational_at
        return (calendar.between(MONDAY, end) if working else end - MONDAY) // timedelta(minutes=1)

    lengths = {
        step.id: minutes(step_budget(step, definitions, promised, MONDAY, calendar)) if step.clock else 0
        for step in procedure.steps
    }
    fixed = {step.id: minutes(own) if (own := step.budget or step.minimum) else 0 for step in procedure.steps}
    assert all(lengths[step_id] >= least for step_id, least in fixed.items())
    for path in paths(procedure.steps):
        assert sum(lengths[step.id] for step in path) <= minutes(promised) + len(path)


@pytest.mark.parametrize("lane", list(LaneId))
@pytest.mark.parametrize("procedure_id", sorted(load_catalog().procedures))
def test_the_steps_of_every_shipped_procedure_fit_its_promises(procedure_id: str, lane: LaneId) -> None:
    """In every lane that it is promised in, along every path, in the measure of the promise."""
    at = datetime(2026, 3, 2, 9, tzinfo=UTC) - timedelta(hours=7)
    answer = calculate(load_catalog().definitions_for(procedure_id, at.date()), lane, at)
    if answer is None:
        return
    calendar, promised = compiled(answer.definitions.calendar), answer.promised.clock.budget
    working = promised.unit not in WALL_CLOCK

    def length(one: Budget | None) -> timedelta:
        if one is None:
            return timedelta(0)
        end = due(one, at, calendar).operational_at
        return calendar.between(at, end) if working else end - at

    shares = {share.step.id: length(share.budget) for share in answer.steps}
    steps = answer.definitions.procedure.steps
    assert max(sum((shares[step.id] for step in path), timedelta(0)) for path in paths(steps)) <= length(promised)
