"""The promise shared out over parallel steps: the longest path has no slack, the others know theirs."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cases.promises import green_budget
from cases.slack import shares_of
from catalog.loader import load_catalog
from catalog.model import LaneId
from sla.calendar import compiled
from sla.deadline import due
from sla.units import Budget, Unit
from tests.builders import MONDAY, a_procedure, a_step, the_definitions


def test_the_step_beside_the_longest_path_has_the_difference() -> None:
    """Appraisal weighs two, the fire check one: the check may be late by half of the appraisal's time."""
    definitions = the_definitions()
    calendar = compiled(definitions.calendar)
    shares = {s.step.id: s for s in shares_of(definitions, Budget(amount=5, unit=Unit.WORKING_DAYS), MONDAY, calendar)}
    assert {step for step, share in shares.items() if share.is_critical} == {"intake", "appraisal", "signing"}
    assert shares["appraisal"].budget == Budget(amount=1200, unit=Unit.WORKING_MINUTES)
    assert shares["fire"].slack == timedelta(minutes=600)


def test_a_step_without_a_clock_takes_no_time() -> None:
    """It has no share, and the room that its parallel path leaves it."""
    steps = (a_step("intake", "one-stop"), a_step("note", "culture", "intake", clock=False))
    definitions = the_definitions(a_procedure(steps=steps))
    shares = shares_of(definitions, Budget(amount=2, unit=Unit.HOURS), MONDAY, compiled(definitions.calendar))
    assert [(share.budget, share.slack) for share in shares] == [
        (Budget(amount=120, unit=Unit.MINUTES), timedelta(0)),
        (None, timedelta(0)),
    ]


@pytest.mark.parametrize("lane", [LaneId.GREEN_24H, LaneId.GREEN_60])
def test_of_every_shipped_procedure_the_paths_fit_into_the_promise(lane: LaneId) -> None:
    """Some step is critical, no slack is negative, and no step alone takes longer than the promise."""
    catalog = load_catalog()
    for procedure in catalog.procedures_on(MONDAY.date()):
        definitions = catalog.definitions_of(procedure, MONDAY.date())
        calendar = compiled(definitions.calendar)
        promised = green_budget(definitions, lane)
        assert isinstance(promised, Budget)
        shares = shares_of(definitions, promised, MONDAY, calendar)
        ends_at = due(promised, MONDAY, calendar).operational_at
        assert any(share.is_critical for share in shares)
        assert all(share.slack >= timedelta(0) for share in shares)
        # A budget of its own and a mandatory minimum are law: no lane cuts them, even where they exceed its promise.
        cut = [s.budget for s in shares if s.budget and s.step.budget is None and s.step.minimum is None]
        assert all(due(budget, MONDAY, calendar).operational_at <= ends_at for budget in cut)
