"""A Temporal that asks nobody for an account: what a stranger writes into it is not believed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
from temporalio.api.common.v1 import Payload
from temporalio.client import Client, WorkflowUpdateFailedError
from temporalio.testing import WorkflowEnvironment

from catalog.model import Definitions
from events.language.commands import CaseCommand
from tests.builders import MONDAY, an_answer, the_definitions
from tests.workflows.stage import Stage, a_stage, time_skipping
from workflows.converter import DATA_CONVERTER, NotSealedError, Seal, sealed
from workflows.messages import COMMAND_SIGNAL, COMMAND_UPDATE, CommandMessage

OURS = sealed(Seal(b"ours"))
STRANGERS = {
    "without a seal": DATA_CONVERTER,
    "with a seal of his own": sealed(Seal(b"his")),
}

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def environment() -> AsyncIterator[WorkflowEnvironment]:
    async with time_skipping(OURS) as environment:
        yield environment


@pytest_asyncio.fixture(loop_scope="module", params=[True, False], ids=["sandbox", "bare"])
async def stage(environment: WorkflowEnvironment, request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    async with a_stage(environment, sandbox=request.param) as stage, stage.worker():
        yield stage


def as_a_stranger(client: Client, converter: Any) -> Client:
    """A connection that writes what the stranger writes."""
    return Client(**{**client.config(), "data_converter": converter})


def a_message(command: CaseCommand, case_id: str | None) -> CommandMessage:
    """A command for a case."""
    return CommandMessage(command=command, case_id=case_id)


@pytest.mark.parametrize("converter", STRANGERS.values(), ids=STRANGERS.keys())
async def test_a_strangers_signal_has_no_effect(stage: Stage, converter: Any) -> None:
    """Neither what it asks for, nor any harm: the case goes on."""
    case = await (await stage.open()).opened()
    stranger = as_a_stranger(stage.client, converter).get_workflow_handle(case.case_id)
    forged = an_answer("intake", "one-stop", MONDAY + timedelta(minutes=1), command_id="forged")
    await stranger.signal(COMMAND_SIGNAL, a_message(forged, case.case_id))
    lawful = an_answer("intake", "one-stop", MONDAY + timedelta(minutes=2), command_id="lawful")
    assert (await case.send(lawful)).accepted
    assert case.outcome(forged) is None


@pytest.mark.parametrize("arguments", [[], [None], [b"bytes"], ["text"]], ids=["none", "null", "bytes", "text"])
async def test_a_signal_that_is_no_message_ends_no_life(stage: Stage, arguments: list[Any]) -> None:
    """A signal without, or with another kind of argument must not stop the case's task for ever."""
    case = await (await stage.open()).opened()
    stranger = as_a_stranger(stage.client, DATA_CONVERTER).get_workflow_handle(case.case_id)
    await stranger.signal(COMMAND_SIGNAL, args=arguments)
    assert (await case.send(an_answer("intake", "one-stop", MONDAY + timedelta(minutes=2)))).accepted


@pytest.mark.parametrize("converter", STRANGERS.values(), ids=STRANGERS.keys())
async def test_a_strangers_update_is_refused(stage: Stage, converter: Any) -> None:
    """It gets no answer that says anything, and has no effect."""
    case = await (await stage.open()).opened()
    stranger = as_a_stranger(stage.client, converter).get_workflow_handle(case.case_id)
    forged = an_answer("intake", "one-stop", MONDAY + timedelta(minutes=1), command_id="forged")
    with pytest.raises(WorkflowUpdateFailedError):
        await stranger.execute_update(COMMAND_UPDATE, a_message(forged, case.case_id), id="forged")
    assert case.outcome(forged) is None


async def test_what_was_sealed_for_one_case_is_nothing_to_another(stage: Stage) -> None:
    """A stranger may read a history, and send what he found there to another case."""
    one, other = await (await stage.open()).opened(), await (await stage.open()).opened()
    answer = an_answer("intake", "one-stop", MONDAY + timedelta(minutes=1), command_id="copied")
    await other.handle.signal(COMMAND_SIGNAL, a_message(answer, one.case_id))
    with pytest.raises(WorkflowUpdateFailedError):
        await other.handle.execute_update(COMMAND_UPDATE, a_message(answer, one.case_id), id="copied-too")
    lawful = an_answer("intake", "one-stop", MONDAY + timedelta(minutes=2), command_id="lawful")
    assert (await other.send(lawful)).accepted
    assert other.outcome(answer) is None


async def test_histories_from_before_the_seal_go_on_until_they_are_closed() -> None:
    """What bears no seal is believed for as long as older cases are open; a wrong seal is not."""
    [payload] = DATA_CONVERTER.payload_converter.to_payloads([the_definitions()])
    older = sealed(Seal(b"ours", open_to_older=True)).payload_converter
    hint: Any = Definitions
    assert older.from_payloads([payload], [hint]) == [the_definitions()]
    with pytest.raises(NotSealedError):
        OURS.payload_converter.from_payloads([payload], [hint])
    wrong = Payload(metadata={**payload.metadata, "seal": b"x"}, data=payload.data)
    with pytest.raises(NotSealedError):
        older.from_payloads([wrong], [hint])
