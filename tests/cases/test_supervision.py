"""What a supervisor does: acknowledge an escalation, give a step to somebody else."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from cases.timetable import appointment_at, next_due
from sla.ladder import Ladder, Rung
from tests.builders import (
    MONDAY,
    Life,
    a_reassignment,
    a_withdrawal,
    an_acknowledgement,
    an_answer,
    an_open_life,
    the_definitions,
)

AT = MONDAY + timedelta(minutes=10)
FIRST = "step:intake/first"


def overdue_life() -> Life:
    """The first escalation of the intake has fired."""
    life = an_open_life()
    while FIRST not in [event.escalation_id for event in life.of_type("RungFired")]:
        life.live_until(_next(life))
    return life


def _next(life: Life) -> datetime:
    due_at = next_due(life.case)
    assert due_at is not None
    return due_at


def test_acknowledging_an_escalation_stops_its_chain() -> None:
    """The next level never hears of it; other clocks' chains go on."""
    life = overdue_life()
    at = _next(life) - timedelta(seconds=1)
    life.do(an_acknowledgement(FIRST, at))
    life.live_until(at + timedelta(days=30))
    fired = [event.escalation_id for event in life.of_type("RungFired")]
    assert "step:intake/second" not in fired
    assert "statutory/second" in fired


def test_an_escalation_is_acknowledged_once() -> None:
    """The second is told that nothing is to be done."""
    life = overdue_life()
    at = _next(life) - timedelta(seconds=1)
    life.do(an_acknowledgement(FIRST, at))
    assert life.refused(an_acknowledgement(FIRST, at)).code == "already_acknowledged"


@pytest.mark.parametrize("escalation", ["step:intake/second", "nonsense", "step:intake/", "step:nowhere/first"])
def test_what_has_not_fired_is_not_acknowledged(escalation: str) -> None:
    """Nor what does not exist."""
    life = overdue_life()
    refusal = life.refused(an_acknowledgement(escalation, _next(life) - timedelta(seconds=1)))
    assert (refusal.code, refusal.details["escalation"]) == ("escalation_unknown", escalation)


def test_a_warning_is_not_acknowledged_away() -> None:
    """It would silence the escalations that are still to come."""
    life = overdue_life()
    refusal = life.refused(an_acknowledgement("step:intake/half", _next(life) - timedelta(seconds=1)))
    assert refusal.code == "escalation_unknown"


def test_an_alert_says_whose_role_is_told() -> None:
    """Of the department that holds the step, of the agency in charge, or of the department that a rung names."""
    departments = ("one-stop", "culture", "chairman-office")
    rungs = tuple(
        Rung(id=audience, percent=50, audience=audience, kind="warning")
        for audience in ("head", "lead-head", *departments)
    )
    ladder = Ladder(id="step", version="1", rungs=rungs)
    life = an_open_life(the_definitions(step_ladder=ladder, departments=departments))
    life.live_until(MONDAY + timedelta(days=30))
    told = {e.audience: e.audience_department for e in life.of_type("RungFired") if e.step_id == "intake"}
    assert told == {"head": "one-stop", "lead-head": "culture"} | {name: name for name in departments}


def test_a_step_goes_to_another_department_with_its_clock() -> None:
    """The former owner is told to stop, the new one what is left of the time."""
    life = an_open_life()
    due_at = appointment_at(life.case.clocks["step:intake"], life.definitions)
    events = life.do(a_reassignment("intake", AT, department="culture", officer="officer-7"))
    assert [event.type for event in events] == ["StepCancelled", "StepReassigned", "StepAssigned"]
    assigned = life.of_type("StepAssigned")[-1]
    assert (assigned.department, assigned.officer, assigned.due_at, assigned.round) == (
        "culture",
        "officer-7",
        due_at,
        2,
    )
    assert life.refused(an_answer("intake", "one-stop", AT)).code == "wrong_department"
    life.do(an_answer("intake", "culture", AT))


def test_a_step_goes_to_another_officer_of_the_same_department() -> None:
    """No new assignment: the department has it already."""
    life = an_open_life()
    events = life.do(a_reassignment("intake", AT, officer="officer-7", escalation_id=FIRST))
    assert [event.type for event in events] == ["StepReassigned"]
    assert life.case.steps["intake"].officer == "officer-7"


def test_a_reassignment_names_somebody_else() -> None:
    """Neither department nor officer: nobody is meant."""
    life = an_open_life()
    assert life.refused(a_reassignment("intake", AT)).field == "officer"
    assert life.refused(a_reassignment("intake", AT, department="one-stop")).field == "officer"
    assert life.refused(a_reassignment("intake", AT, department="nobody")).code == "department_unknown"
    assert life.refused(a_reassignment("nowhere", AT, officer="x")).code == "step_unknown"


def test_only_an_open_step_is_reassigned() -> None:
    """Neither one that waits nor one that is done."""
    life = an_open_life()
    assert life.refused(a_reassignment("signing", AT, officer="x")).details["status"] == "waiting"
    life.do(an_answer("intake", "one-stop", AT))
    assert life.refused(a_reassignment("intake", AT, officer="x")).details["status"] == "done"


def test_time_goes_to_the_new_owner_from_the_reassignment_on() -> None:
    """Every minute has one owner."""
    life = an_open_life()
    life.do(a_reassignment("intake", AT, department="culture"))
    life.do(a_withdrawal(AT + timedelta(minutes=5)))
    shares = {share.owner: share.seconds for share in life.of_type("CaseClosed")[0].time_shares}
    assert shares == {"one-stop": 600, "culture": 300}
