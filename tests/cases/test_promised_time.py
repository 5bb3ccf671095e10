"""What is promised: the lane's budget, never longer than the statute, and each step's share of it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.promises import green_budget, step_budget
from cases.timetable import due_instant
from catalog.model import LaneId, LaneTable, ProcedureVersion, Promise, StepDefinition
from sla.calendar import compiled
from sla.deadline import due
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
    assert due_instant(green, life.definitions) == MONDAY + timedelta(hours=24)
    assert due_instant(statutory, life.definitions) == MONDAY + timedelta(days=7)


def test_a_promise_longer_than_the_statute_is_not_given() -> None:
    """Tested on due instants, whatever the units; the case says why there is none."""
    life = an_open_life(the_definitions(a_procedure(limit=budget(8, Unit.HOURS))), facts=GREEN)
    assert life.case.lane is LaneId.GREEN_24H
    assert "green" not in life.case.clocks
    reason = life.of_type("GreenPromiseDeclined")[0].reason
    assert reason == "24 hours would fall after the statutory 8 hours"


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


def test_nothing_is_reduced_where_there_is_no_limit() -> None:
    """A declared route has no statutory limit."""
    definitions = the_definitions(a_procedure(route="declared", limit=None, steps=(), documents=()))
    assert green_budget(definitions, LaneId.GREEN_60) == "the procedure has no statutory limit to reduce"
    assert green_budget(definitions, LaneId.STANDARD) is None


def test_a_steps_own_budget_is_its_own() -> None:
    """The lane does not touch it."""
    steps = (a_step("a", "culture", budget=budget(2)), a_step("b", "culture", "a"))
    life = an_open_life(the_definitions(a_procedure(steps=steps)), facts=GREEN)
    assert life.case.clocks["step:a"].clock.budget == budget(2)


def test_a_step_without_a_clock_has_none() -> None:
    """And takes nothing of the promise."""
    steps = (a_step("a", "culture", clock=False), a_step("b", "culture", "a"))
    life = an_open_life(the_definitions(a_procedure(steps=steps)))
    assert "step:a" not in life.case.clocks
    life.do(an_answer("a", "culture", MONDAY))
    assert life.case.clocks["step:b"].clock.budget == budget(40 * 60, Unit.WORKING_MINUTES)


def test_a_steps_mandatory_minimum_holds_against_its_share() -> None:
    """The law's minimum is longer than what the lane leaves."""
    steps = (a_step("a", "culture", minimum=budget(2)), a_step("b", "culture", "a"))
    life = an_open_life(the_definitions(a_procedure(steps=steps)), facts=GREEN)
    assert life.case.clocks["step:a"].clock.budget == budget(2)


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
