"""Ladders: when each rung fires."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from sla.clock import Clock
from sla.errors import SlaError
from sla.ladder import Ladder, Rung, rung_instants
from sla.units import Budget, Unit
from tests.sla.calendars import at, public


def a_rung(name: str, **change: Any) -> dict[str, Any]:
    return {"id": name, "audience": "officer", "kind": "warning", **change}


def a_ladder(*rungs: dict[str, Any]) -> Ladder:
    return Ladder.model_validate({"id": "standard", "version": "1", "rungs": rungs})


STANDARD = a_ladder(
    a_rung("half", percent=50),
    a_rung("three-quarters", percent=75),
    a_rung("nearly", percent=90, audience="head", level=1),
    a_rung("due", percent=100, kind="breach", level=1),
    a_rung("over", delay={"amount": 4, "unit": "working_hours"}, kind="escalation", audience="lead", level=2),
    a_rung("far-over", delay={"amount": 2, "unit": "working_days"}, kind="escalation", audience="chair", level=3),
)


def working_days(amount: int, anchored: str) -> Clock:
    return Clock(budget=Budget(amount=amount, unit=Unit.WORKING_DAYS), anchored_at=at(anchored))


def test_rungs_lie_at_shares_of_the_clock_and_after_it() -> None:
    """Of ten working days of eight hours, half is five days; the breach is the due instant itself."""
    clock = working_days(10, "2026-03-02 09:00")
    found = [(rung.id, instant) for rung, instant in rung_instants(clock, STANDARD, public())]
    assert found == [
        ("half", at("2026-03-09 09:00")),
        ("three-quarters", at("2026-03-11 15:00")),
        ("nearly", at("2026-03-13 09:00")),
        ("due", at("2026-03-16 09:00")),
        ("over", at("2026-03-16 15:00")),
        ("far-over", at("2026-03-18 09:00")),
    ]


def test_no_rung_fires_while_suspended_and_all_move_with_the_end() -> None:
    """A suspended clock has no rungs; resumed a working day later, those not yet passed are a working day later."""
    clock = working_days(10, "2026-03-02 09:00").suspend(at("2026-03-10 07:00"), "documents")
    assert rung_instants(clock, STANDARD, public()) == []
    resumed = clock.resume(at("2026-03-11 07:00"))
    found = {rung.id: instant for rung, instant in rung_instants(resumed, STANDARD, public())}
    assert found["half"] == at("2026-03-09 09:00")
    assert found["due"] == at("2026-03-17 09:00")
    assert found["far-over"] == at("2026-03-19 09:00")


def test_a_quiet_rung_waits_for_the_opening_and_holds_up_none() -> None:
    """At night nobody is rung up where the rung says so; the breach of a 24-hour lane is on time all the same."""
    ladder = a_ladder(
        a_rung("half", percent=50, quiet_outside_hours=True),
        a_rung("nearly", percent=90),
        a_rung("due", percent=100, kind="breach"),
    )
    clock = Clock(budget=Budget(amount=10, unit=Unit.HOURS), anchored_at=at("2026-03-06 18:00"))
    found = [(rung.id, instant) for rung, instant in rung_instants(clock, ladder, public())]
    assert found == [
        ("nearly", at("2026-03-07 03:00")),
        ("due", at("2026-03-07 04:00")),
        ("half", at("2026-03-09 07:00")),
    ]


def test_a_quiet_rung_in_office_hours_fires_at_its_instant() -> None:
    """Quiet changes nothing inside working time; the very end of a session is outside it."""
    ladder = a_ladder(a_rung("half", percent=50, quiet_outside_hours=True))
    inside = Clock(budget=Budget(amount=2, unit=Unit.WORKING_HOURS), anchored_at=at("2026-03-02 09:00"))
    closing = Clock(budget=Budget(amount=2, unit=Unit.WORKING_HOURS), anchored_at=at("2026-03-02 16:00"))
    assert rung_instants(inside, ladder, public())[0][1] == at("2026-03-02 10:00")
    assert rung_instants(closing, ladder, public())[0][1] == at("2026-03-03 07:00")


@pytest.mark.parametrize(
    ("rungs", "code", "field"),
    [
        ([a_rung("early", percent=0)], "rung_before_start", "percent"),
        ([a_rung("early", percent=-10)], "rung_before_start", "percent"),
        ([a_rung("early", delay={"amount": -2, "unit": "hours"}, kind="escalation")], "rung_before_start", "delay"),
        ([a_rung("late", percent=101)], "ladder_invalid", "percent"),
        ([a_rung("none")], "ladder_invalid", "percent"),
        ([a_rung("both", percent=50, delay={"amount": 2, "unit": "hours"})], "ladder_invalid", "percent"),
        ([a_rung("false-breach", percent=90, kind="breach")], "ladder_invalid", "kind"),
        ([a_rung("same", percent=50), a_rung("same", percent=60)], "ladder_invalid", "rungs"),
        ([a_rung("late", percent=75), a_rung("early", percent=50)], "ladder_invalid", "rungs"),
        (
            [a_rung("over", delay={"amount": 1, "unit": "hours"}), a_rung("early", percent=50)],
            "ladder_invalid",
            "rungs",
        ),
        (
            [a_rung("two", delay={"amount": 2, "unit": "hours"}), a_rung("one", delay={"amount": 1, "unit": "hours"})],
            "ladder_invalid",
            "rungs",
        ),
    ],
)
def test_ladders_that_contradict_themselves_are_refused(rungs: list[dict[str, Any]], code: str, field: str) -> None:
    """Each fault is refused with its code, the field and a remedy."""
    with pytest.raises(ValidationError) as refused:
        a_ladder(*rungs)
    error = refused.value.errors()[0]["ctx"]["error"]
    assert isinstance(error, SlaError)
    assert (error.code, error.field) == (code, field)
    assert error.remedy


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"delay": {"amount": 0, "unit": "hours"}}, ("rungs", 0, "delay", "amount")),
        ({"percent": 50, "kind": "shout"}, ("rungs", 0, "kind")),
        ({"percent": 50, "volume": "loud"}, ("rungs", 0, "volume")),
        ({"percent": 50, "audience": ""}, ("rungs", 0, "audience")),
        ({"percent": 50, "level": -1}, ("rungs", 0, "level")),
    ],
)
def test_rungs_with_bad_fields_are_refused_where_they_stand(
    change: dict[str, Any], where: tuple[str | int, ...]
) -> None:
    """The refusal names the place of the fault in the ladder."""
    with pytest.raises(ValidationError) as refused:
        a_ladder(a_rung("one", **change))
    assert refused.value.errors()[0]["loc"] == where


def test_a_ladder_travels_as_json() -> None:
    """A ladder read back from JSON is the same ladder."""
    assert Ladder.model_validate_json(STANDARD.model_dump_json(exclude_defaults=True)) == STANDARD
    assert isinstance(STANDARD.rungs[0], Rung)
