"""What a case takes of texts and suspensions: bounded, so that no sender can make a case too large to go on."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pydantic_core import to_json

from cases.bounds import COMMAND_MAX_BYTES, SUSPENSIONS_MAX, too_long
from catalog.model import Definitions
from events.language.refusals import Refusal
from tests.builders import (
    MONDAY,
    Life,
    a_pause,
    a_procedure,
    a_question,
    a_resumption,
    a_step,
    a_submission,
    an_answer,
    the_definitions,
)
from workflows.messages import Carried

MINUTE = timedelta(minutes=1)
PAYLOAD_MAX_BYTES = 2_000_000
"""Of Temporal's own."""
LONG = "ộ" * 1_900


def wide() -> Definitions:
    """As many steps at once as a procedure may have."""
    return the_definitions(a_procedure(steps=tuple(a_step(f"s{number}", "culture") for number in range(200))))


def stood_still(life: Life, times: int, said: str) -> Refusal | None:
    """Suspended and resumed so many times, each time for another reason; the first refusal."""
    at = MONDAY + MINUTE
    for number in range(times):
        decided = life.attempt(a_pause(at).model_copy(update={"reason": f"{number} {said}"}))
        if isinstance(decided, Refusal):
            return decided
        life.do(a_resumption(at + MINUTE))
        at += 2 * MINUTE
    return None


@pytest.mark.parametrize(("said", "code"), [("x", "too_many_suspensions"), (LONG, "too_much_written")])
def test_what_a_case_carries_fits_whatever_is_written_to_it(said: str, code: str) -> None:
    """A department that holds a step suspends and resumes without end; the case still goes into one payload."""
    life = Life(wide())
    life.do(a_submission(MONDAY))
    refusal = stood_still(life, SUSPENSIONS_MAX + 10, said)
    assert refusal is not None
    assert refusal.code == code
    carried = Carried.of(life.case)
    assert len(to_json(carried)) < PAYLOAD_MAX_BYTES / 2
    assert carried.restored(life.case.definitions) == life.case
    life.do(an_answer("s0", "culture", life.records[-1].at + MINUTE))


def test_questions_to_departments_are_bounded_too() -> None:
    """Each opinion's question is kept at its step."""
    life = Life(the_definitions())
    life.do(a_submission(MONDAY))
    found: object = None
    for number in range(60):
        question = a_question("intake", "one-stop", MONDAY + (number + 1) * MINUTE, "finance")
        one = question.consult[0].model_copy(update={"question": f"{number} {LONG}"})
        found = life.attempt(question.model_copy(update={"consult": (one,)}))
        if isinstance(found, Refusal):
            break
    assert isinstance(found, Refusal)
    assert found.code == "too_much_written"


def test_a_command_that_is_too_long_is_told_so() -> None:
    """Eight of them lie in a workflow at once."""
    answer = an_answer("intake", "one-stop", MONDAY)
    assert too_long(answer) is None
    data = {f"field_{number}": "ộ" * 450 for number in range(60)}
    refusal = too_long(answer.model_copy(update={"data": data}))
    assert refusal is not None
    assert (refusal.code, refusal.details["most"]) == ("command_too_large", str(COMMAND_MAX_BYTES))
