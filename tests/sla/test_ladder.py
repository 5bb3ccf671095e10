"""Ladders: when each rung fires."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Literal

import pytest
from pydantic import ValidationError

from sla.calendar import WorkingCalendar
from sla.clock import Clock
from sla.errors import SlaError
from sla.ladder import Ladder, Rung, rung_instant
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


def rung_instants(
    clock: Clock, ladder: Ladder, calendar: WorkingCalendar, *, two_ends: bool
) -> list[tuple[Rung, datetime]]:
    """When each rung fires, in the order of firing; empty while the clock is suspended.

    A rung held back to the opening may fire after one that stands after it in the ladder: it never holds that one up, so
    a breach is on time whatever the warnings do.
    """
    instants = ((rung, rung_instant(rung, clock, calendar, two_ends=two_ends)) for rung in ladder.rungs)
    return sorted([(rung, at) for rung, at in instants if at is not None], key=lambda entry: entry[1].astimezone(UTC))


def test_rungs_lie_at_shares_of_the_clock_and_after_it() -> None:
    """Of ten working days of eight hours, half is five days; the breach is the due instant itself."""
    clock = working_days(10, "2026-03-02 09:00")
    found = [(rung.id, instant) for rung, instant in rung_instants(clock, STANDARD, public(), two_ends=False)]
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
    assert rung_instants(clock, STANDARD, public(), two_ends=False) == []
    resumed = clock.resume(at("2026-03-11 07:00"))
    found = {rung.id: instant for rung, instant in rung_instants(resumed, STANDARD, public(), two_ends=False)}
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
    found = [(rung.id, instant) for rung, instant in rung_instants(clock, ladder, public(), two_ends=False)]
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
    assert rung_instants(inside, ladder, public(), two_ends=False)[0][1] == at("2026-03-02 10:00")
    assert rung_instants(closing, ladder, public(), two_ends=False)[0][1] == at("2026-03-03 07:00")


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
        ([a_rung("kept", percent=90, kind="past_appointment")], "ladder_invalid", "kind"),
        ([a_rung("kept", delay={"amount": 2, "unit": "hours"}, kind="past_appointment")], "ladder_invalid", "kind"),
        ([a_rung("half", percent=50, **{"from": "appointment"})], "ladder_invalid", "from"),
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


TWO_ENDED = a_ladder(
    a_rung("half", percent=50),
    a_rung("passed", percent=100, kind="past_appointment"),
    a_rung("due", percent=100, kind="breach", level=1),
    a_rung("after-both", delay={"amount": 2, "unit": "working_hours"}, kind="escalation", level=2),
    a_rung("after-first", delay={"amount": 1, "unit": "working_hours"}, kind="escalation", **{"from": "appointment"}),
)


def test_a_clock_with_two_ends_warns_at_the_first_and_is_breached_at_the_second() -> None:
    """Received Monday 3:50 with five working days: the appointment is Friday 17:00, the lawful end Monday 24:00."""
    clock = working_days(5, "2026-03-09 03:50")
    found = [(rung.id, instant) for rung, instant in rung_instants(clock, TWO_ENDED, public(), two_ends=True)]
    assert found == [
        ("half", at("2026-03-11 11:00")),
        ("passed", at("2026-03-13 17:00")),
        ("after-first", at("2026-03-16 08:00")),
        ("due", at("2026-03-17 00:00")),
        ("after-both", at("2026-03-17 09:00")),
    ]


@pytest.mark.parametrize("two_ends", [True, False])
def test_a_limit_in_hours_has_one_end_and_no_appointment_behind_it(two_ends: bool) -> None:
    """It ends at its instant: no rung says that only the appointment has passed, and every delay counts from there."""
    clock = Clock(budget=Budget(amount=24, unit=Unit.HOURS), anchored_at=at("2026-03-09 08:00"))
    found = {rung.id: instant for rung, instant in rung_instants(clock, TWO_ENDED, public(), two_ends=two_ends)}
    assert found == {
        "half": at("2026-03-09 20:00"),
        "due": at("2026-03-10 08:00"),
        "after-first": at("2026-03-10 09:00"),
        "after-both": at("2026-03-10 10:00"),
    }


def test_a_step_in_days_that_has_one_end_is_breached_at_it() -> None:
    """Whether the lawful end is an end of its own is the clock's kind to say, not its unit alone."""
    found = {
        r.id: i for r, i in rung_instants(working_days(5, "2026-03-09 03:50"), TWO_ENDED, public(), two_ends=False)
    }
    assert "passed" not in found
    assert (found["due"], found["after-both"]) == (at("2026-03-13 17:00"), at("2026-03-16 09:00"))


@pytest.mark.parametrize("mode", ["json", "python"])
def test_what_a_delay_counts_from_travels(mode: Literal["json", "python"]) -> None:
    """Files write `from`; what is written out is read again, under either name."""
    assert [rung.counts_from for rung in TWO_ENDED.rungs] == [None, None, None, None, "appointment"]
    assert Ladder.model_validate(TWO_ENDED.model_dump(mode=mode)) == TWO_ENDED
    assert Ladder.model_validate_json(TWO_ENDED.model_dump_json(by_alias=True)) == TWO_ENDED


def test_a_ladder_travels_as_json() -> None:
    """A ladder read back from JSON is the same ladder."""
    assert Ladder.model_validate_json(STANDARD.model_dump_json(exclude_defaults=True)) == STANDARD
    assert isinstance(STANDARD.rungs[0], Rung)
