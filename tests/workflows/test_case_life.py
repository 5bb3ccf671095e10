"""The life of a case on Temporal: opened, decided, closed; each command once; each answer to who waits for it."""

from __future__ import annotations

import pytest

from cases.turn import CommandOutcome
from tests.builders import an_answer
from tests.workflows.stage import Stage

pytestmark = pytest.mark.asyncio(loop_scope="module")

ROUTE = (("intake", "one-stop"), ("appraisal", "culture"), ("fire", "police"), ("signing", "culture"))


async def test_a_case_lives_from_submission_to_result(stage: Stage) -> None:
    """Every step is answered, and the workflow ends with the ledger."""
    case = await (await stage.open()).opened()
    for step, department in ROUTE:
        outcome = await case.send(an_answer(step, department, await stage.now()))
        assert outcome == CommandOutcome(command_id=outcome.command_id)
    result = await case.handle.result()
    assert (result.outcome, result.sequence) == ("issued", len(case.records))
    assert case.names[0] == "ApplicationSubmitted"
    assert case.names[-1] == "CaseClosed"
    assert len(case.events("ClockMet")) == 5
    assert stage.memory.views[case.case_id].status == "closed"
