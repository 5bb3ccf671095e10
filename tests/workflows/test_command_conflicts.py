"""One id, one command: what comes under an id that another command has is refused and told, never passed over in silence."""

from __future__ import annotations

from typing import TypeVar

import pytest

from events.language.commands import CaseCommand, DecideStep, Outcome
from events.language.identity import message_command_id
from events.language.sameness import with_digest
from tests.builders import an_answer
from tests.workflows.routes import five_steps
from tests.workflows.shapes import histories_of
from tests.workflows.stage import Stage, StagedCase, soon
from workflows.messages import Carried

pytestmark = pytest.mark.asyncio(loop_scope="module")

ID = message_command_id("department", "one-stop", "/one-stop/desk", "1")
Sent = TypeVar("Sent", bound=CaseCommand)


async def approval(stage: Stage, **change: object) -> DecideStep:
    """As it comes from the intake."""
    return with_digest(an_answer("intake", "one-stop", await stage.now(), command_id=ID, **change))


async def refusal(stage: Stage, **change: object) -> DecideStep:
    """Another answer under the same id."""
    return with_digest(an_answer("intake", "one-stop", await stage.now(), Outcome.REFUSE, command_id=ID, **change))


def told(case: StagedCase) -> list[tuple[str, str]]:
    """The refusals that were sent: the id as its sender knows it, and the code."""
    notices = [notice for case_id, notice in case.stage.memory.notices if case_id == case.case_id]
    assert all(notice.department == "one-stop" for notice in notices)
    return [(notice.command_id, notice.refusal.code) for notice in notices]


async def refused_with_conflict(case: StagedCase, command: CaseCommand) -> None:
    """Its sender waits for the answer."""
    assert (await case.refused_early(command)).code == "command_conflict"


async def test_same_id_and_content_is_the_old_answer(stage: Stage) -> None:
    """Over Kafka and from a screen, however often; what came later or is better known is no other content."""
    case = await (await stage.open(five_steps())).opened()
    first = await approval(stage)
    assert (await case.send(first)).accepted
    again = first.model_copy(update={"received_at": await stage.now()})
    await case.signal(again)
    assert (await case.ask(again)).accepted
    assert len(case.events("StepDecided")) == 1
    assert told(case) == []


async def test_same_id_and_other_content_is_refused_and_told(stage: Stage) -> None:
    """The first keeps its outcome; the second, sent twice, is told once."""
    case = await (await stage.open(five_steps())).opened()
    assert (await case.send(await approval(stage))).accepted
    other = await refusal(stage)
    for _ in range(2):
        await case.signal(other)
    await soon(lambda: bool(told(case)))
    await case.quiet()
    assert told(case) == [(ID, "command_conflict")]
    await refused_with_conflict(case, other)
    assert [event.outcome for event in case.events("StepDecided")] == ["approve"]
    assert (await case.settled(other)).accepted


async def test_both_may_wait_for_the_same_turn(idle_stage: Stage) -> None:
    """They came while the worker was away: the first that came has the id."""
    case = await idle_stage.open(five_steps())
    await case.signal(await approval(idle_stage))
    await case.signal(await refusal(idle_stage))
    await case.signal(await refusal(idle_stage, reason="still another"))
    async with idle_stage.worker():
        await soon(lambda: len(told(case)) == 2)
    assert told(case) == [(ID, "command_conflict")] * 2
    assert [event.outcome for event in case.events("StepDecided")] == ["approve"]


async def test_the_next_run_knows_it_as_well(stage: Stage) -> None:
    """Nothing that was settled in an earlier run, or before Temporal lost the case, can be meant by another command."""
    case = await (await stage.open(five_steps(), turns_max=1)).opened()
    assert (await case.send(await approval(stage))).accepted
    assert (await case.send(an_answer("appraisal", "culture", await stage.now()))).accepted
    assert len(await histories_of(case)) >= 2
    await case.handle.terminate()
    found = case.folded()
    again = await stage.open(found.definitions, carried=Carried.of(found, {}, ()))
    await again.quiet()
    other = await refusal(stage)
    await again.signal(other)
    await soon(lambda: bool(told(again)))
    assert told(again) == [(ID, "command_conflict")]
    await refused_with_conflict(again, await refusal(stage, reason="from a screen"))
    assert len(again.events("StepDecided")) == 2


async def test_what_an_older_program_took_is_not_compared(stage: Stage) -> None:
    """No digest is known of it, neither in a history nor in the inbox: the same id is the same command, as it was then."""
    case = await (await stage.open(five_steps())).opened()
    older = an_answer("intake", "one-stop", await stage.now(), command_id=ID)
    assert (await case.send(older)).accepted
    await case.signal(await refusal(stage))
    assert (await case.ask(await refusal(stage))).accepted
    assert told(case) == []
