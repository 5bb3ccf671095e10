"""A department's answers: who may give which, when, and what follows."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cases.model import StepStatus
from events.language.commands import Outcome
from tests.builders import (
    MONDAY,
    a_closed_life,
    a_pause,
    a_procedure,
    a_step,
    a_withdrawal,
    an_answer,
    an_open_life,
    the_definitions,
)

LATER = MONDAY + timedelta(minutes=30)


def test_steps_are_released_when_all_that_they_need_is_done() -> None:
    """Independent steps run at the same time; a step with two needs waits for both."""
    life = an_open_life()
    life.do(an_answer("intake", "one-stop", LATER))
    assert [step.id for step in life.case.open_steps] == ["appraisal", "fire"]
    life.do(an_answer("fire", "police", LATER))
    assert [step.id for step in life.case.open_steps] == ["appraisal"]
    life.do(an_answer("appraisal", "culture", LATER))
    assert [step.id for step in life.case.open_steps] == ["signing"]


def test_the_last_approval_issues_the_result() -> None:
    """All clocks end, and the case says who used the time."""
    life = a_closed_life()
    assert life.case.outcome == "issued"
    assert {state.status for state in life.case.clocks.values()} == {"met"}
    closed = life.of_type("CaseClosed")[0]
    assert closed.elapsed_seconds == 2 * 3600
    assert {share.owner: share.seconds for share in closed.time_shares} == {
        "one-stop": 1800,
        "culture": 1800 + 1800,
        "police": 1800,
    }


def test_a_refusal_needs_its_reason_and_ends_the_case() -> None:
    """Decree 63/2010 art. 18(5)."""
    life = an_open_life()
    refusal = life.refused(an_answer("intake", "one-stop", LATER, Outcome.REFUSE, reason=None))
    assert (refusal.code, refusal.field) == ("field_missing", "reason")
    life.do(an_answer("intake", "one-stop", LATER, Outcome.REFUSE))
    assert life.case.outcome == "refused"
    assert life.of_type("CaseClosed")[0].reason == "because"


def test_a_refusal_ends_the_other_departments_steps() -> None:
    """Their work is taken back; their clocks end without verdict."""
    life = an_open_life()
    life.do(an_answer("intake", "one-stop", LATER))
    life.do(an_answer("fire", "police", LATER, Outcome.REFUSE))
    assert [(event.step_id, event.cause) for event in life.of_type("StepCancelled")] == [("appraisal", "case_closed")]
    assert life.case.clocks["step:appraisal"].status == "cancelled"
    assert life.case.clocks["statutory"].status == "met"


def test_only_the_owner_answers() -> None:
    """An answer that came on another department's topic acts on nothing."""
    life = an_open_life()
    refusal = life.refused(an_answer("intake", "police", LATER))
    assert (refusal.code, refusal.details["owner"]) == ("wrong_department", "one-stop")


def test_an_unknown_step_is_refused_with_the_known_ones() -> None:
    """The sender learns what it may name."""
    refusal = an_open_life().refused(an_answer("nowhere", "police", LATER))
    assert (refusal.code, refusal.details["steps"]) == ("step_unknown", "intake, appraisal, fire, signing")


def test_a_step_that_waits_is_not_answered_yet() -> None:
    """A later try may succeed."""
    refusal = an_open_life().refused(an_answer("signing", "culture", LATER))
    assert refusal.code == "step_not_assigned"
    assert refusal.retryable


def test_a_step_is_answered_once() -> None:
    """The second answer is refused, whatever it says."""
    life = an_open_life()
    life.do(an_answer("intake", "one-stop", LATER))
    refusal = life.refused(an_answer("intake", "one-stop", LATER, Outcome.REFUSE))
    assert (refusal.code, refusal.details["status"]) == ("already_answered", "done")


def test_a_closed_case_takes_no_command() -> None:
    """Not even a withdrawal."""
    life = a_closed_life()
    assert life.refused(an_answer("signing", "culture", LATER)).details == {"outcome": "issued"}
    assert life.refused(a_withdrawal(LATER)).code == "case_closed"


def test_a_suspended_case_takes_no_answer() -> None:
    """The reason of the suspension is told."""
    life = an_open_life()
    life.do(a_pause(LATER))
    refusal = life.refused(an_answer("intake", "one-stop", LATER))
    assert (refusal.code, refusal.details["reason"]) == ("case_suspended", "a flood")


def test_an_answer_keeps_what_the_departments_own_system_adds() -> None:
    """An imported event's own instant, for instance."""
    life = an_open_life()
    life.do(an_answer("intake", "one-stop", LATER, data={"happened_at": "2011-10-11T11:45:40Z"}, legal_basis="law 1"))
    decided = life.of_type("StepDecided")[0]
    assert (decided.data, decided.legal_basis) == ({"happened_at": "2011-10-11T11:45:40Z"}, "law 1")


def test_an_answer_in_time_that_came_late_sets_the_breach_aside() -> None:
    """Received before it was due, delivered after the breach was recorded: our delay, not the department's."""
    life = an_open_life()
    due_at = life.of_type("StepAssigned")[0].due_at
    life.live_until(due_at + timedelta(hours=1))
    assert life.of_type("ClockBreached")[0].due_at == due_at
    events = life.do(an_answer("intake", "one-stop", due_at - timedelta(minutes=1)), now=due_at + timedelta(hours=1))
    aside = next(event for event in events if event.type == "BreachSetAside")
    assert (aside.clock_id, aside.cause) == ("step:intake", "delayed_by_system")
    state = life.case.clocks["step:intake"]
    assert (state.status, state.set_aside, state.counts_as_breached) == ("breached", True, False)
    assert not life.of_type("StepDecided")[0].late


@pytest.mark.parametrize(("seconds", "late"), [(-1, False), (0, False), (1, True)])
def test_late_is_after_the_due_instant(seconds: int, late: bool) -> None:
    """An answer received exactly at the due instant is in time."""
    life = an_open_life()
    at = life.of_type("StepAssigned")[0].due_at + timedelta(seconds=seconds)
    life.do(an_answer("intake", "one-stop", at))
    assert life.of_type("StepDecided")[0].late is late
    assert bool(life.of_type("ClockBreached")) is late


def test_an_answer_older_than_the_assignment_counts_from_the_assignment() -> None:
    """A stale answer may not end a clock before it began."""
    life = an_open_life()
    life.do(an_answer("intake", "one-stop", LATER))
    life.do(an_answer("fire", "police", MONDAY + timedelta(minutes=1)), now=LATER)
    assert life.of_type("StepDecided")[1].decided_at == LATER
    assert life.of_type("ClockMet")[1].consumed_seconds == 0


def test_a_withdrawal_cancels_every_clock_and_step() -> None:
    """It never came to a verdict on the promise."""
    life = an_open_life()
    life.do(a_withdrawal(LATER))
    assert life.case.outcome == "withdrawn"
    assert {event.cause for event in life.of_type("ClockCancelled")} == {"closed", "withdrawn"}
    assert life.case.steps["intake"].status is StepStatus.CANCELLED


def test_a_breach_stays_on_record_when_the_case_is_withdrawn() -> None:
    """Its clock only stops."""
    life = an_open_life()
    due_at = life.case.clocks["statutory"].clock.anchored_at + timedelta(days=14)
    life.live_until(due_at)
    life.do(a_withdrawal(due_at))
    assert life.case.clocks["statutory"].counts_as_breached
    assert "statutory" in {event.clock_id for event in life.of_type("ClockStopped")}


def test_a_withdrawal_long_under_way_ends_the_shares_at_its_receipt() -> None:
    """What changed hands after it was received took no time: the shares sum to the time until then."""
    life = an_open_life()
    life.do(an_answer("intake", "one-stop", MONDAY + timedelta(hours=3)))
    life.do(a_withdrawal(MONDAY + timedelta(hours=1)), now=MONDAY + timedelta(hours=4))
    closed = life.of_type("CaseClosed")[0]
    assert closed.elapsed_seconds == 3600
    assert [(share.owner, share.seconds) for share in closed.time_shares] == [("one-stop", 3600)]


def test_many_steps_are_not_all_named_in_a_refusal() -> None:
    """A refusal stays short."""
    life = an_open_life(the_definitions(a_procedure(steps=tuple(a_step(f"s{n}", "culture") for n in range(30)))))
    shown = life.refused(an_answer("nowhere", "culture", LATER)).details["steps"]
    assert shown.endswith("s19 ...")
