"""What Temporal failed, ended or lost is brought back from its ledger, with what it had not answered yet."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.exceptions import ApplicationError

from events.language.commands import Outcome
from intake.lost_runs import BROUGHT_BACK
from intake.waking import Sweep
from tests.intake.house import House, a_house, a_message
from tests.workflows.routes import FIVE_STEPS
from tests.workflows.stage import quiet, soon
from workflows.case import CaseWorkflow
from workflows.messages import COMMAND_SIGNAL, WAKE_SIGNAL, CommandMessage
from workflows.worker import case_worker

pytestmark = pytest.mark.asyncio(loop_scope="module")

ENDS = ["terminated", "failed", "cancelled"]


async def fails(case: CaseWorkflow) -> None:
    """A defect that ends the run, where one of ours only fails its task: after the first turn."""
    if case._turns:
        raise ApplicationError("a defect", non_retryable=True)
    await take_turn(case)


take_turn = CaseWorkflow._take_turn


@pytest_asyncio.fixture(loop_scope="module")
async def house(client: Client, database_url: str) -> AsyncIterator[House]:
    async with a_house(client, database_url, datetime.now(UTC)) as built:
        yield built


@pytest.fixture
def sweep(house: House) -> Sweep:
    return Sweep(house.client, house.views, house.intake, house.linked)


async def ended(house: House, case_id: str, how: str) -> None:
    """The run is over, and not by its own end."""
    handle = house.handle(case_id)
    if how == "terminated":
        await handle.terminate("an operator's mistake")
    elif how == "cancelled":
        await handle.cancel()
        async with house.worker():
            await soon_ended(house, case_id)
    else:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(CaseWorkflow, "_take_turn", fails)
            await handle.signal(WAKE_SIGNAL)
            async with case_worker(house.client, house.recorder, task_queue=house.queue, sandbox=False):
                await soon_ended(house, case_id)
    statuses = {
        "terminated": WorkflowExecutionStatus.TERMINATED,
        "failed": WorkflowExecutionStatus.FAILED,
        "cancelled": WorkflowExecutionStatus.CANCELED,
    }
    assert (await handle.describe()).status is statuses[how]


async def soon_ended(house: House, case_id: str) -> None:
    while (await house.handle(case_id).describe()).close_time is None:  # noqa: ASYNC110 - the server tells no event
        await asyncio.sleep(0.05)


async def looked(house: House, sweep: Sweep, case_id: str) -> None:
    """The bridge looks until Temporal's list, which is a moment late, has told of the end."""
    while (await house.handle(case_id).describe()).close_time is not None:
        await sweep.look(0)
        await asyncio.sleep(0.1)


@pytest.mark.parametrize("how", ENDS)
async def test_the_sweep_brings_a_case_back(house: House, sweep: Sweep, how: str) -> None:
    """Nothing is due and nobody writes; it goes on by itself, and is counted."""
    case_id = await house.open_and_recorded()
    before = BROUGHT_BACK.labels("case")._value.get()
    await ended(house, case_id, how)
    await looked(house, sweep, case_id)
    assert BROUGHT_BACK.labels("case")._value.get() == before + 1
    async with house.worker():
        for number, (step, department) in enumerate(FIVE_STEPS):
            assert (await house.intake.ask(case_id, a_message(department, number, step, house.now()))).accepted
    assert house.views.case(case_id).outcome == "issued"  # type: ignore[union-attr]


@pytest.mark.parametrize("how", ["terminated", "failed"])
async def test_what_it_was_given_and_had_not_answered_comes_along(house: House, sweep: Sweep, how: str) -> None:
    """Answers that Kafka's offsets are committed for are in the ended run's history, and nowhere else."""
    case_id = await house.open_and_recorded()
    steps = enumerate(FIVE_STEPS[:2])
    given = [a_message(department, number, step, house.now()) for number, (step, department) in steps]
    for message in given:
        await house.intake.send(case_id, message)
    await ended(house, case_id, how)
    await looked(house, sweep, case_id)
    async with house.worker():
        await soon(lambda: all(house.is_settled(case_id, message) for message in given))
    decided = [record.event for record in house.records(case_id) if record.event.type == "StepDecided"]
    assert [event.step_id for event in decided] == [step for step, _ in FIVE_STEPS[:2]]  # type: ignore[union-attr]


@pytest.mark.parametrize("how", ENDS)
async def test_a_command_brings_it_back_at_once(house: House, how: str) -> None:
    """Whoever writes, by Kafka or at the command line, is answered, whatever became of the run."""
    case_id = await house.open_and_recorded()
    await ended(house, case_id, how)
    async with house.worker():
        assert (await house.intake.ask(case_id, a_message("one-stop", 1, at=house.now()))).accepted
    await ended(house, case_id, "terminated")
    sent = a_message("culture", 1, "appraisal", house.now())
    await house.intake.send(case_id, sent)
    async with house.worker():
        await soon(lambda: house.is_settled(case_id, sent))


async def test_a_case_whose_start_was_lost_is_started_with_what_came_meanwhile(house: House) -> None:
    """Nothing was recorded yet: the application and the first answer are both known."""
    case_id = await house.open()
    answer = a_message("one-stop", 1, at=house.now())
    await house.intake.send(case_id, answer)
    assert await house.gateway.commands_of_lost_run(case_id) == [], "it runs"
    await ended(house, case_id, "terminated")
    given = await house.gateway.commands_of_lost_run(case_id)
    assert [command.command_id for command in given] == ["submit-1", answer.command_id]


async def test_a_stranger_in_the_history_is_not_believed(house: House) -> None:
    """A signal that is no command of ours, or for another case, is not taken along."""
    case_id = await house.open_and_recorded()
    await house.handle(case_id).signal(COMMAND_SIGNAL, {"command": {"type": "WithdrawApplication"}})
    elsewhere = CommandMessage(command=a_message("one-stop", 1), case_id="case-of-another")
    await house.handle(case_id).signal(COMMAND_SIGNAL, elsewhere)
    await ended(house, case_id, "terminated")
    given = await house.gateway.commands_of_lost_run(case_id)
    assert [command.command_id for command in given] == ["submit-1"]


async def test_a_case_that_came_to_its_end_is_left_alone(house: House, sweep: Sweep) -> None:
    """Terminated after its ledger was closed, or closed by itself: there is nothing to do."""
    case_id = await house.open_and_recorded()
    async with house.worker():
        refused = a_message("one-stop", 1, at=house.now(), outcome=Outcome.REFUSE, reason="x")
        assert (await house.intake.ask(case_id, refused)).accepted
    await soon_ended(house, case_id)
    assert await sweep.look(0) == 0
    assert (await house.handle(case_id).describe()).status is WorkflowExecutionStatus.COMPLETED


async def test_one_that_cannot_be_brought_back_holds_up_none(house: House, sweep: Sweep) -> None:
    """Its ledger is broken: it is told in the log and tried again later; the other one goes on."""
    broken, sound = await house.open_and_recorded(), await house.open_and_recorded()
    await house.break_ledger(broken)
    for case_id in (broken, sound):
        await ended(house, case_id, "terminated")
    await looked(house, sweep, sound)
    assert (await house.handle(broken).describe()).status is WorkflowExecutionStatus.TERMINATED
    await house.mend_ledger(broken)
    sweep._again = {broken: datetime.now(UTC) - timedelta(hours=1)}
    assert await sweep.look(0) == 1
    async with house.worker():
        await quiet(house.handle(broken))


async def test_a_ledger_that_was_restored_is_gone_on_from(house: House) -> None:
    """The run had come to its end, the ledger of an earlier backup does not know of it: whatever became of the run."""
    case_id = await house.open_and_recorded()
    async with house.worker():
        for number, (step, department) in enumerate(FIVE_STEPS):
            assert (await house.intake.ask(case_id, a_message(department, number, step, house.now()))).accepted
        await soon_ended(house, case_id)
    await house.restore(case_id, 8)
    async with house.worker():
        again = a_message("one-stop", 20, at=house.now())
        assert (await house.intake.ask(case_id, again)) is not None
        assert house.is_settled(case_id, again)
