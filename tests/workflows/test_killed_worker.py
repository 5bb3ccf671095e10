"""On real servers: a worker process is killed between the ledger's commit and the completion of its workflow task."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from temporalio.client import Client, WorkflowHandle, WorkflowUpdateFailedError
from temporalio.common import SearchAttributePair, TypedSearchAttributes

from cases.decide import fold
from cases.turn import CommandOutcome
from events.language.commands import CaseCommand
from events.language.identity import case_id_of, event_id_of
from events.language.topics import Topics
from intake.temporal import CaseGateway
from sla.business_time import BusinessTime
from store.database import Store
from store.inbox import Inbox
from store.ledger import Ledger
from store.outbox import Outbox
from store.recorder import Recorder
from tests.builders import MONDAY, a_submission, an_answer
from tests.master_keys import vault_of
from tests.store.database_server import DatabaseServer
from tests.workflows.routes import FIVE_STEPS, five_steps
from tests.workflows.stage import kinds, quiet
from tests.workflows.temporal_server import temporal_server
from workflows.converter import DATA_CONVERTER
from workflows.messages import (
    CASE_WORKFLOW,
    COMMAND_UPDATE,
    LANE_ATTRIBUTE,
    PROCEDURE_ATTRIBUTE,
    STATUS_ATTRIBUTE,
    CaseInput,
    CommandMessage,
    StreamResult,
)
from workflows.worker import case_worker

pytestmark = pytest.mark.asyncio(loop_scope="module")

ROOT = Path(__file__).parents[2]
SLOW_SECONDS = 120.0
"""The machine that runs the tests may be busy; what is waited for here takes some seconds."""


@dataclass
class Site:
    """Real servers, and worker processes on them."""

    address: str
    client: Client
    database_url: str
    store: Store
    task_queue: str

    @contextmanager
    def worker(self, *silence: str) -> Iterator[subprocess.Popen[bytes]]:
        """A worker process; killed at the end."""
        process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "tests.workflows.entry_worker",
                self.address,
                self.task_queue,
                self.database_url,
                *silence,
            ],
            cwd=ROOT,
        )
        try:
            yield process
        finally:
            process.kill()
            process.wait()

    async def open(self, task_timeout: timedelta = timedelta(seconds=10)) -> WorkflowHandle[object, StreamResult]:
        """Start a case of five steps. So long the server waits for a worker that was killed with a task."""
        case_id = case_id_of("/portal", f"A-{uuid.uuid4()}")
        definitions = five_steps()
        time = BusinessTime(business_anchor_at=MONDAY, real_anchor_at=datetime.now(UTC), factor=1)
        attributes = ((PROCEDURE_ATTRIBUTE, "karaoke"), (LANE_ATTRIBUTE, "standard"), (STATUS_ATTRIBUTE, "in_progress"))
        return await self.client.start_workflow(
            CASE_WORKFLOW,
            args=[CaseInput(case_id=case_id, business_time=time, waiting=(a_submission(),)), definitions],
            id=case_id,
            task_queue=self.task_queue,
            result_type=StreamResult,
            task_timeout=task_timeout,
            search_attributes=TypedSearchAttributes([SearchAttributePair(*pair) for pair in attributes]),
        )

    async def settled(self, case_id: str, command: CaseCommand) -> CommandOutcome:
        """Wait until a command is settled in the inbox."""
        inbox = Inbox(self.store, Topics("greenlane"), vault_of(self.store))
        found: list[CommandOutcome] = []

        def look() -> bool:
            outcome = inbox.command_outcome(case_id, command.command_id)
            found.extend([outcome] if outcome else [])
            return bool(found)

        await eventually(look)
        return found[0]


async def eventually(condition: Callable[[], bool]) -> None:
    """Wait for what a process does."""
    async with asyncio.timeout(SLOW_SECONDS):
        while not condition():  # noqa: ASYNC110 - another process does it
            await asyncio.sleep(0.02)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def site(tmp_path_factory: pytest.TempPathFactory, database_server: DatabaseServer) -> AsyncIterator[Site]:
    """Temporal's development server and a PostgreSQL."""
    database_url = database_server.fresh_database()
    with temporal_server(tmp_path_factory.mktemp("temporal")) as address:
        client = await Client.connect(address, data_converter=DATA_CONVERTER)
        store = Store.connect(database_url)
        yield Site(address, client, database_url, store, f"cases-{uuid.uuid4()}")
        store.close()


async def test_a_kill_after_the_commit_loses_and_doubles_nothing(site: Site, tmp_path: Path) -> None:
    """The second message arrives in between; another process takes over; the ledger is whole, each message is owed once."""
    handle = await site.open(task_timeout=timedelta(seconds=2))
    case_id = handle.id
    gateway = CaseGateway(site.client, site.task_queue)
    answers = [
        an_answer(step, department, MONDAY + timedelta(milliseconds=number))
        for number, (step, department) in enumerate(FIVE_STEPS)
    ]
    silent = tmp_path / "silent"
    ledger = Ledger(site.store)
    with site.worker(answers[0].command_id, str(silent)) as doomed:
        await eventually(lambda: bool(ledger.rows(case_id)))
        await gateway.signal(case_id, answers[0])
        await eventually(silent.exists)
        committed = ledger.records(case_id)
        doomed.kill()
    await gateway.signal(case_id, answers[1])
    await gateway.signal(case_id, answers[1])
    with site.worker():
        for answer in answers:
            await gateway.signal(case_id, answer)
            assert (await site.settled(case_id, answer)).accepted
        result = await handle.result()
    records = ledger.records(case_id)
    assert records[: len(committed)] == committed
    assert [record.sequence for record in records] == list(range(1, result.sequence + 1))
    assert Counter(r.command_id for r in records if r.event.type == "StepDecided") == {a.command_id: 1 for a in answers}
    assert fold(case_id, five_steps(), records).outcome == result.outcome == "issued"
    owed = Counter((topic, event_id) for topic, event_id, *_ in Outbox(site.store).messages())
    assert set(owed.values()) == {1}
    assert {event_id for _, event_id in owed} == {event_id_of(case_id, record.sequence) for record in records}


async def test_what_a_case_costs_on_the_real_server(site: Site) -> None:
    """32 events for five steps, messages one by one; an update that the validator refuses adds none."""
    recorder = Recorder(site.store, Topics("greenlane"))
    async with case_worker(site.client, recorder, task_queue=site.task_queue):
        handle = await site.open()
        gateway = CaseGateway(site.client, site.task_queue)
        for number, (step, department) in enumerate(FIVE_STEPS):
            answer = an_answer(step, department, MONDAY + timedelta(milliseconds=number))
            if number == 0:
                await eventually(lambda: bool(Ledger(site.store).rows(handle.id)))
                before = len((await quiet(handle)).events)
                for _ in range(3):
                    with pytest.raises(WorkflowUpdateFailedError):
                        await handle.execute_update(
                            COMMAND_UPDATE,
                            CommandMessage(command=an_answer(step, "police", MONDAY)),
                            id=str(uuid.uuid4()),
                        )
                assert len((await handle.fetch_history()).events) == before
            await gateway.signal(handle.id, answer)
            assert (await site.settled(handle.id, answer)).accepted
            await quiet(handle)
        assert (await handle.result()).outcome == "issued"
        history = await handle.fetch_history()
    recorder.close()
    assert len(history.events) == 32, kinds(history)
