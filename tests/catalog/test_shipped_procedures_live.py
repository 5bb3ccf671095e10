"""Every shipped procedure can be lived: accepted, classified, decided step by step, and issued in time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

import pytest

from catalog.catalogue import Catalog
from catalog.loader import load_catalog
from catalog.model import Fact, LaneId
from events.language.commands import DocumentPart
from sla.units import Budget, Unit
from tests.builders import Life, a_submission, an_answer

DAY = date(2026, 3, 2)
OPENING = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
"""Monday 2 March 2026, 09:00 in the province."""


@lru_cache
def the_catalog() -> Catalog:
    """The shipped catalogue, read once."""
    return load_catalog()


def submitted(procedure_id: str, **facts: Fact) -> Life:
    """A case of the procedure, with the documents that it asks for."""
    definitions = the_catalog().definitions_for(procedure_id, DAY)
    needed = [d.kind for d in definitions.procedure.documents if d.required and not d.held_by_state]
    life = Life(definitions)
    life.do(
        a_submission(
            OPENING, procedure=procedure_id, documents=tuple(DocumentPart(kind=kind) for kind in needed), facts=facts
        )
    )
    return life


@pytest.mark.parametrize("procedure_id", [procedure.id for procedure in the_catalog().procedures_on(DAY)])
def test_a_procedure_runs_from_submission_to_result(procedure_id: str) -> None:
    """All departments answer within minutes; the case closes as issued, and no step is left over."""
    life = submitted(procedure_id)
    at = OPENING
    while open_steps := life.case.open_steps:
        at += timedelta(minutes=1)
        life.do(an_answer(open_steps[0].id, open_steps[0].department, at))
    assert life.case.is_closed
    assert life.case.outcome == "issued"
    assert {step.status.value for step in life.case.steps.values()} == {"done"}
    assert len(life.case.steps) == len(life.definitions.procedure.steps)


@pytest.mark.parametrize(
    ("procedure_id", "facts", "lane", "rule"),
    [
        ("investment-policy-approval", {"project": "gia-binh-airport"}, LaneId.GREEN_24H, "chairman-project"),
        ("work-permit", {"project": "ring-road-4", "field": "investment"}, LaneId.GREEN_24H, "chairman-project"),
        ("karaoke-licence", {"project": "gia-binh-airport"}, LaneId.STANDARD, None),
        ("investment-policy-approval", {"project": "a-private-villa"}, LaneId.STANDARD, None),
        ("social-housing-investor", {"project_class": "social-housing"}, LaneId.GREEN_60, "project-class"),
        ("construction-permit-works", {"project_class": "urban-area-over-100-ha"}, LaneId.GREEN_60, "project-class"),
        ("environmental-licence", {"field": "smart-infrastructure"}, LaneId.GREEN_60, "field-investment"),
        ("fie-business-licence", {"field": "trade-development"}, LaneId.GREEN_60, "field-trade"),
        ("work-permit", {"field": "high-quality-human-resources"}, LaneId.GREEN_60, "field-people"),
        ("karaoke-licence", {"field": "trade-development"}, LaneId.STANDARD, None),
        ("enterprise-registration", {}, LaneId.STANDARD, None),
    ],
)
def test_the_lane_of_an_application(procedure_id: str, facts: dict[str, Fact], lane: LaneId, rule: str | None) -> None:
    """Project and procedure together open the 24 hours; class or field together with the procedure the 60 %."""
    life = submitted(procedure_id, **facts)
    (classified,) = life.of_type("ApplicationClassified")
    assert (classified.lane, classified.rule) == (lane, rule)
    missed = {miss.lane for miss in classified.near_misses}
    assert missed <= {LaneId.GREEN_24H, LaneId.GREEN_60} - {lane}
    assert all(miss.missing_vi and miss.missing_en for miss in classified.near_misses)


@pytest.mark.parametrize(
    ("procedure_id", "facts", "promised"),
    [
        ("social-housing-investor", {"project_class": "social-housing"}, Budget(amount=24, unit=Unit.WORKING_DAYS)),
        ("irc-no-policy-approval", {"field": "investment"}, Budget(amount=6, unit=Unit.DAYS)),
        ("environmental-licence", {"field": "investment"}, Budget(amount=12, unit=Unit.DAYS)),
        ("enterprise-registration", {"field": "trade-development"}, Budget(amount=2, unit=Unit.WORKING_DAYS)),
        ("work-permit", {"project": "ring-road-4"}, Budget(amount=24, unit=Unit.HOURS)),
    ],
)
def test_what_a_lane_promises(procedure_id: str, facts: dict[str, Fact], promised: Budget) -> None:
    """0.4 of the limit rounded up to whole units (the press: 60 working days became 24), or 24 hours."""
    life = submitted(procedure_id, **facts)
    green = life.case.current_clock("green")
    statutory = life.case.current_clock("statutory")
    assert green is not None
    assert statutory is not None
    assert green.clock.budget == promised
    assert statutory.clock.budget == life.definitions.procedure.limit
