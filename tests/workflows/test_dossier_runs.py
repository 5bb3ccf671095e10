"""DossierWorkflow on a Temporal server: continued as new in the middle, brought back from its ledger, and replayed."""

from __future__ import annotations

import asyncio
import uuid
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from temporalio.client import Client, WorkflowHandle
from temporalio.worker import Replayer

from activities.linked import Done, Order
from activities.memory import MemoryRecorder
from cases.dossier.decide import fold_dossier
from events.language.commands import Application
from events.language.dossier_commands import ApplyCascade, RecordEnd, RevokeResult
from events.language.identity import dossier_id_of
from events.language.refusals import refuse
from intake.temporal import DossierGateway, StreamUnknownError
from sla.business_time import BusinessTime
from tests.builders import MONDAY
from tests.cases.dossier.openings import OFFICER, SYSTEM, a_submission, an_application, days, definitions
from tests.workflows.stage import quiet
from tests.workflows.temporal_server import temporal_server
from workflows.converter import DATA_CONVERTER
from workflows.dossier import DossierWorkflow
from workflows.messages import DOSSIER_WORKFLOW, DossierCarried, DossierInput, StreamResult
from workflows.worker import case_worker

pytestmark = pytest.mark.asyncio(loop_scope="module")

PATIENCE_SECONDS = 120
NAMES = tuple(f"a{number}" for number in range(12))
DEFINITIONS = definitions({name: days(2) for name in NAMES})


def applications() -> list:  # type: ignore[type-arg]
    """Three side by side, the others each after the one three before."""
    return [an_application(name, *NAMES[max(0, place - 3) : max(0, place - 2)]) for place, name in enumerate(NAMES)]


@dataclass
class GrantingDesk:
    """A province in which every application is granted at once, but those that are no applications."""

    client: Client
    refused: frozenset[str] = frozenset()
    orders: Counter[str] = field(default_factory=Counter)
    opened: dict[str, Application] = field(default_factory=dict)
    told: dict[str, asyncio.Task[None]] = field(default_factory=dict)

    async def carry_out(self, order: Order) -> Done:
        self.orders[order.key] += 1
        assert order.application is not None
        if order.name in self.refused:
            return Done(key=order.key, refusal=refuse("documents_missing", documents="x"))
        self.opened[order.name] = order.application
        end = RecordEnd(
            command_id=f"end:{order.case_id}",
            received_at=order.at + timedelta(seconds=1),
            actor=SYSTEM,
            name=order.name,
            round=order.round,
            case_id=order.case_id,
            outcome="issued",
            result_code=f"{order.name}-KQ(1)",
        )
        await self.report_end(order.dossier_id, end)
        return Done(key=order.key)

    async def report_end(self, dossier_id: str, command: RecordEnd) -> None:
        if command.case_id not in self.told:
            # Beside the activity, as a case does it; twice, as after a crash: the second changes nothing.
            self.told[command.case_id] = asyncio.create_task(self._tell(dossier_id, command))

    async def finish(self) -> None:
        """Wait until all that was to be told is told."""
        await asyncio.gather(*self.told.values())

    async def _tell(self, dossier_id: str, command: RecordEnd) -> None:
        gateway = DossierGateway(self.client, "")
        for _ in range(2):
            with suppress(StreamUnknownError):
                await gateway.signal(dossier_id, command)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def client(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Client]:
    with temporal_server(tmp_path_factory.mktemp("temporal")) as address:
        yield await Client.connect(address, data_converter=DATA_CONVERTER)


async def start(client: Client, task_queue: str, given: DossierInput) -> WorkflowHandle[object, StreamResult]:
    return await client.start_workflow(
        DOSSIER_WORKFLOW,
        args=[given, DEFINITIONS],
        id=given.dossier_id,
        task_queue=task_queue,
        result_type=StreamResult,
    )


def opening(turns_max: int | None = None) -> DossierInput:
    own_id = f"D-{uuid.uuid4().hex[:8]}"
    time = BusinessTime(business_anchor_at=MONDAY, real_anchor_at=datetime.now(UTC), factor=1)
    submission = a_submission(applications(), dossier_id=own_id)
    return DossierInput(
        dossier_id=dossier_id_of("/portal", own_id), business_time=time, waiting=(submission,), turns_max=turns_max
    )


@pytest.mark.parametrize("turns_max", [None, 1, 3])
async def test_a_dossier_continued_as_new_loses_and_doubles_nothing(client: Client, turns_max: int | None) -> None:
    memory, desk, queue = MemoryRecorder(), GrantingDesk(client), f"d-{uuid.uuid4()}"
    given = opening(turns_max)
    async with case_worker(client, memory, task_queue=queue, carrier=desk, graceful_shutdown_seconds=0):
        handle = await start(client, queue, given)
        async with asyncio.timeout(PATIENCE_SECONDS):
            result = await handle.result()
            await desk.finish()
        records = memory.ledger[given.dossier_id]
        assert (result.outcome, result.sequence) == ("granted", len(records))
        parts = fold_dossier(given.dossier_id, DEFINITIONS, records).parts.values()
        # A run that may not leave because a signal came in between is told from its task anew: an order is made again,
        # under the same key, and is found carried out.
        assert set(desk.orders) == {f"open:{part.case_id}" for part in parts}
        released = [record.event.name for record in records if record.event.type == "ApplicationReleased"]
        assert sorted(released) == sorted(NAMES)
        assert [record.sequence for record in records] == list(range(1, len(records) + 1))
        assert desk.opened["a3"].linked is not None
        history = await client.get_workflow_handle(given.dossier_id).fetch_history()
    await Replayer(workflows=[DossierWorkflow], data_converter=DATA_CONVERTER).replay_workflow(history)


async def test_a_dossier_brought_back_from_its_ledger_asks_again_for_what_it_wants(
    client: Client,
) -> None:
    """Temporal lost it after the opening was recorded: what it wanted done is told from its state alone."""
    memory, queue = MemoryRecorder(), f"d-{uuid.uuid4()}"
    given = opening()
    from cases.dossier.decide import DOSSIERS  # noqa: PLC0415
    from cases.dossier.model import blank_dossier  # noqa: PLC0415

    turn = DOSSIERS.take_turn(blank_dossier(given.dossier_id, DEFINITIONS), given.waiting, MONDAY)
    assert turn is not None
    recorded = await memory.record(turn)
    dossier = fold_dossier(given.dossier_id, DEFINITIONS, recorded.records)
    desk = GrantingDesk(client)
    carried = DossierInput(
        dossier_id=given.dossier_id, business_time=given.business_time, carried=DossierCarried.of(dossier)
    )
    async with case_worker(client, memory, task_queue=queue, carrier=desk, graceful_shutdown_seconds=0):
        handle = await start(client, queue, carried)
        async with asyncio.timeout(PATIENCE_SECONDS):
            result = await handle.result()
            await desk.finish()
    assert result.outcome == "granted"
    assert len(desk.orders) == len(NAMES)


async def test_an_application_that_is_none_comes_back_and_blocks_what_needs_it(
    client: Client,
) -> None:
    memory, queue = MemoryRecorder(), f"d-{uuid.uuid4()}"
    desk = GrantingDesk(client, refused=frozenset({"a0"}))
    given = opening()
    async with case_worker(client, memory, task_queue=queue, carrier=desk, graceful_shutdown_seconds=0):
        handle = await start(client, queue, given)
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                records = memory.ledger.get(given.dossier_id, [])
                dossier = fold_dossier(given.dossier_id, DEFINITIONS, records)
                if sum(part.is_over for part in dossier.parts.values()) == 9:
                    break
                await asyncio.sleep(0.02)
        assert dossier.parts["a0"].status == "returned"
        # A code with its details: in which language it is said is the screen's to choose.
        assert dossier.parts["a0"].refusal == refuse("documents_missing", documents="x")
        assert dossier.parts["a0"].reason is None
        assert {name for name in NAMES if dossier.parts[name].status == "blocked"} == {"a3", "a6", "a9"}
        await desk.finish()
        await quiet(handle)
        await handle.terminate()


async def test_a_closed_dossier_comes_back_for_a_revoked_result(client: Client) -> None:
    """Its run has ended; another takes it up from the ledger, with the revocation in its hands, and goes on to a new end."""
    memory, desk, queue = MemoryRecorder(), GrantingDesk(client), f"d-{uuid.uuid4()}"
    given = opening()
    revoked = RevokeResult(
        command_id="revoke",
        received_at=MONDAY + timedelta(days=30),
        actor=OFFICER,
        name="a0",
        reason="forged",
        legal_basis="45/2020 art. 15",
    )
    followed = ApplyCascade(
        command_id="cascade", received_at=revoked.received_at, actor=OFFICER, name="a0", reason="as previewed"
    )
    gateway = DossierGateway(client, queue)
    async with case_worker(client, memory, task_queue=queue, carrier=desk, graceful_shutdown_seconds=0):
        handle = await start(client, queue, given)
        async with asyncio.timeout(60):
            await handle.result()
            closed = fold_dossier(given.dossier_id, DEFINITIONS, memory.ledger[given.dossier_id])
            carried = DossierCarried.of(closed, waiting=(revoked,))
            time = BusinessTime(business_anchor_at=revoked.received_at, real_anchor_at=datetime.now(UTC), factor=1)
            again = DossierInput(dossier_id=given.dossier_id, business_time=time, carried=carried)
            # Twice, as after a crash of whoever brings it back: it runs once.
            await gateway.start(again, DEFINITIONS, again=True)
            await gateway.start(again, DEFINITIONS, again=True)
            assert (await gateway.update(given.dossier_id, revoked)).accepted
            assert (await gateway.update(given.dossier_id, followed)).accepted
            result = await client.get_workflow_handle_for(DossierWorkflow.run, given.dossier_id).result()
        await desk.finish()
    records = memory.ledger[given.dossier_id]
    dossier = fold_dossier(given.dossier_id, DEFINITIONS, records)
    assert (closed.outcome, result.outcome) == ("granted", "partly_granted")
    assert (dossier.reopenings, dossier.sequence) == (1, len(records))
    assert {name for name in NAMES if dossier.parts[name].status == "stopped"} == {"a3", "a6", "a9"}
    assert sum(record.event.type == "ResultRevoked" for record in records) == 1
