"""An answer that was received before its step was assigned counts from the assignment: what was due until then passes first."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from audit.invariants import check_case, replay_decisions
from cases import stream
from cases.decide import CASES
from catalog.model import SuspensionRule
from events.language.commands import Command
from sla.units import Budget, Unit
from tests.builders import MONDAY, Life, a_pause, a_procedure, a_submission, an_answer, the_definitions

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def a_life_after_an_outage(*commands: Command, away: timedelta) -> Life:
    """Opened on Monday; what came meanwhile is taken in one turn, when the worker is back."""
    day = Budget(amount=1, unit=Unit.DAYS)
    life = Life(the_definitions(a_procedure(suspension=SuspensionRule(cap=day))))
    life.do(a_submission())
    turn = CASES.take_turn(life.case, commands, MONDAY + away)
    assert turn is not None
    assert not any(outcome.refusal for outcome in turn.outcomes), turn.outcomes
    life.records.extend(turn.records)
    return life


def answers_in_a_row() -> Life:
    first, second = an_answer("intake", "one-stop", MONDAY + HOUR), an_answer("appraisal", "culture", MONDAY + 2 * HOUR)
    return a_life_after_an_outage(first, second, away=4 * DAY)


def test_a_capped_suspension_that_ended_before_the_answer_counts_is_no_finding() -> None:
    """It ended between the receipt of the answer and the turn that assigned its step."""
    first, second = an_answer("intake", "one-stop", MONDAY + HOUR), an_answer("appraisal", "culture", MONDAY + 3 * HOUR)
    life = a_life_after_an_outage(first, a_pause(MONDAY + 2 * HOUR), second, away=2 * DAY)
    types = [record.event.type for record in life.records]
    assert types.index("ClockResumed") < len(types) - 1 - types[::-1].index("StepDecided")
    assert check_case(life.definitions, life.records) + replay_decisions(life.definitions, life.records) == []


def test_warnings_that_were_due_before_the_answer_counts_are_no_finding() -> None:
    """They fired before it."""
    life = answers_in_a_row()
    assert check_case(life.definitions, life.records) + replay_decisions(life.definitions, life.records) == []


def test_time_that_passes_until_the_receipt_only_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """As an earlier version let it: the warning came after an answer that counts later than it was due."""

    def until_receipt(self: stream._Bench[Any, Any, Any], command: Command) -> None:
        self.pass_time_until(min(command.received_at, self.now), itself=False)

    monkeypatch.setattr(stream._Bench, "pass_time_before", until_receipt)
    life = answers_in_a_row()
    assert {violation.invariant for violation in check_case(life.definitions, life.records)} == {"I6"}
