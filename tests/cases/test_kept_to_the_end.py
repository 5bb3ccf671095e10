"""What an odd order must not cost: a breach its reason, an auditor his trust, a case its end, a turn its time."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from pydantic import ValidationError

from audit.invariants import check_case, replay_decisions
from cases.decide import CASES
from cases.evolve import evolve
from cases.timetable import end_at
from catalog.acts import SupplementRule, SuspensionRule
from events.language.commands import Command, Outcome, PauseClock
from events.language.refusals import refuse
from sla.units import Budget, Unit
from tests.builders import (
    MONDAY,
    SUPERVISOR,
    Life,
    a_calendar,
    a_procedure,
    a_question,
    a_resumption,
    a_step,
    a_submission,
    a_withdrawal,
    an_answer,
    an_open_life,
    the_definitions,
)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
AT = MONDAY + HOUR


def a_noted_pause(at: datetime, from_at: datetime, until_at: datetime | None = None) -> PauseClock:
    return PauseClock(
        command_id=f"note:{at.isoformat()}",
        received_at=at,
        actor=SUPERVISOR,
        reason="a flood",
        legal_basis="form 05",
        from_at=from_at,
        until_at=until_at,
    )


def in_turns(life: Life, *turns: tuple[list[Command], datetime]) -> Life:
    """The life goes on as under a worker: each time with the commands that wait, at the instant of the turn."""
    for commands, now in turns:
        turn = CASES.take_turn(life.case, commands, now)
        assert turn is not None
        for record in turn.records:
            life.case = evolve(life.case, record)
            life.records.append(record)
    return life


def findings(life: Life) -> list[str]:
    definitions, records = life.definitions, life.records
    return [str(found) for found in check_case(definitions, records) + replay_decisions(definitions, records)]


# ---- where the calendar ends


@pytest.mark.parametrize("how", ["withdrawn", "refused", "issued"])
def test_a_case_with_a_breach_on_record_ends_beyond_its_calendar(how: str) -> None:
    """What its clocks have used is not known there, and that holds up nothing."""
    life = an_open_life(the_definitions(calendar=a_calendar(last_day=date(2026, 3, 13))))
    late = MONDAY + 20 * DAY
    life.live_until(late)
    assert life.of_type("ClockBreached")
    match how:
        case "withdrawn":
            life.do(a_withdrawal(late))
        case "refused":
            life.do(an_answer("intake", "one-stop", late, Outcome.REFUSE))
        case _:
            for step in ("intake", "appraisal", "fire", "signing"):
                life.live_until(late)
                life.do(an_answer(step, life.case.steps[step].department, late))
    assert life.case.outcome == how
    assert findings(life) == []


# ---- suspensions from before a breach


@pytest.mark.parametrize("how", ["withdrawn while it stands still", "resumed", "noted as over"])
def test_a_breach_that_a_suspension_overtakes_is_kept_or_set_aside_with_its_reason(how: str) -> None:
    """Its end moved behind what had been recorded; the record stays, and when the clock ends the reason is told."""
    life = an_open_life(facts={"field": "social-housing"})
    due_at = end_at(life.case.clocks["green"], life.definitions)
    assert due_at is not None
    life.live_until(due_at + HOUR)
    until_at = due_at if how == "noted as over" else None
    life.do(a_noted_pause(due_at + HOUR, due_at - DAY, until_at))
    if how == "resumed":
        life.do(a_resumption(due_at + 2 * HOUR))
    assert life.case.clocks["green"].counts_as_breached, "nothing is erased while it runs"
    life.do(a_withdrawal(due_at + 3 * HOUR))
    (aside,) = (event for event in life.of_type("BreachSetAside") if event.clock_id == "green")
    assert aside.cause == "suspended"
    assert len([event for event in life.of_type("ClockBreached") if event.clock_id == "green"]) == 1
    assert not life.case.clocks["green"].counts_as_breached


# ---- lawful lives in which the auditor finds nothing


def test_a_suspension_that_ended_before_what_counts_later_is_no_finding() -> None:
    """It ends between the receipt of a command and the instant at which that counts, here the opening of the case."""
    rule = SuspensionRule(cap=Budget(amount=10, unit=Unit.HOURS))
    life = Life(the_definitions(a_procedure(suspension=rule)))
    paused = a_noted_pause(MONDAY - 40 * HOUR, MONDAY - 42 * HOUR)
    withdrawn = a_withdrawal(MONDAY - 39 * HOUR)
    in_turns(life, ([a_submission(MONDAY)], MONDAY), ([paused, withdrawn], MONDAY + HOUR))
    assert life.case.outcome == "withdrawn"
    assert findings(life) == []


def test_a_breach_set_aside_while_the_clock_stands_still_is_no_finding() -> None:
    """A late step, suspended from before its end, is answered while the applicant has the case."""
    life = an_open_life(the_definitions(a_procedure(supplement=SupplementRule())))
    life.do(an_answer("intake", "one-stop", AT))
    due_at = end_at(life.case.clocks["step:appraisal"], life.definitions)
    assert due_at is not None
    life.live_until(due_at)
    life.do(a_noted_pause(due_at + HOUR, due_at - 2 * HOUR))
    life.do(a_resumption(due_at + 2 * HOUR))
    life.do(an_answer("fire", "police", due_at + 2 * HOUR, Outcome.REQUEST_SUPPLEMENT, documents=("lease",)))
    life.do(an_answer("appraisal", "culture", due_at + 3 * HOUR))
    assert "step:appraisal" in {event.clock_id for event in life.of_type("BreachSetAside")}
    assert findings(life) == []


# ---- who has no part


def test_not_yours_and_not_there_are_one_answer() -> None:
    """To the letter, the field too: it is what the desk says of a case that it does not know."""
    refusal = an_open_life().refused(an_answer("intake", "construction", AT))
    assert refusal == refuse("case_unknown", "case")


# ---- cost


def calls_in(deed: Callable[[], Any]) -> int:
    """So many functions are called: the same on any machine, unlike seconds."""
    deed()
    counted = 0

    def count(_: Any, event: str, __: Any) -> None:
        nonlocal counted
        counted += event == "call"

    former = sys.getprofile()
    sys.setprofile(count)
    try:
        deed()
    finally:
        sys.setprofile(former)
    return counted


CALLS_MAX = 1_000_000
"""Some 0.3 seconds of one core; a task of the workflow may take two seconds."""


def test_a_turn_at_the_bound_of_parallel_steps_stays_short() -> None:
    """200 steps are assigned in one turn; and in another every warning, breach and escalation of all of them fires."""
    steps = tuple(a_step(f"s{number}", "culture") for number in range(200))
    life = Life(the_definitions(a_procedure(steps=steps)))
    assert calls_in(partial(CASES.take_turn, life.case, [a_submission(MONDAY)], MONDAY)) < CALLS_MAX
    life.do(a_submission(MONDAY))
    assert calls_in(partial(CASES.take_turn, life.case, [], MONDAY + 20 * DAY)) < CALLS_MAX


def test_more_parallel_steps_than_the_bound_are_refused_with_it() -> None:
    """Where the procedure is written, before any case has it."""
    steps = tuple(a_step(f"s{number}", "culture") for number in range(201))
    with pytest.raises(ValidationError, match="at most 200 items"):
        a_procedure(steps=steps)


def test_more_opinions_than_a_turn_can_look_at_are_refused_with_the_bound() -> None:
    """Counted over all questions of the case."""
    life = an_open_life()
    for number in range(10):
        life.do(a_question("intake", "one-stop", AT + number * HOUR / 60, *("finance", "police") * 10))
    refusal = life.refused(a_question("intake", "one-stop", AT + HOUR, "finance"))
    assert (refusal.code, refusal.field) == ("too_many_opinions", "consult")
    assert refusal.details == {"most": "200", "asked": "200"}
