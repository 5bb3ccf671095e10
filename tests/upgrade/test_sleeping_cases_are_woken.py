"""What an older program left asleep, on PostgreSQL and a Temporal server: the bridge wakes it, or brings it back."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from temporalio import activity
from temporalio.client import WorkflowExecutionStatus, WorkflowHandle
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from activities.record import RECORD, Proposal, Standing
from audit.rebuilding import renew
from catalog.loader import load_catalog
from catalog.model import Definitions
from events.language.case_events import EventRecord
from events.language.topics import Topics
from intake.cases import CaseIntake
from intake.dossiers import DossierIntake
from intake.records import IntakeRecords
from intake.temporal import CaseGateway, DossierGateway
from intake.waking import Waking
from sla.business_time import BusinessTime
from store.database import Store
from store.dossiers import Dossiers
from store.inbox import Inbox
from store.recorder import Recorder
from store.views import Views
from tests.builders import an_answer
from tests.master_keys import vault_of
from tests.settled_catalogue import SettledCatalogue
from tests.store.database_server import DatabaseServer
from tests.upgrade.fixtures import the_ledger
from tests.upgrade.going_on import local
from tests.upgrade.old_database import upgraded_store
from tests.workflows.stage import kinds, quiet, soon, time_skipping
from workflows.case import CaseWorkflow
from workflows.messages import CASE_WORKFLOW, Carried, CaseInput
from workflows.worker import case_worker, runner

NAME = "karaoke_escalated"
"""Its statute was recorded as breached on Friday, all its rungs fired: the old program had nothing to wait for any more."""
BETWEEN, LAWFUL_END = local("16 12:00"), local("17 00:00")
MINUTE = timedelta(minutes=1)


class OldRecording:
    """The old program's answer to a run that asked when it is next due: never. Today's histories of then hold just that."""

    @activity.defn(name=RECORD)
    async def record(self, proposal: Proposal, opening: Definitions | None) -> Standing:
        return Standing(records=(), outcomes=())


class Upgraded:
    """The database of the old program brought to today, with what the bridge looks with."""

    def __init__(self, store: Store, environment: WorkflowEnvironment, time: BusinessTime) -> None:
        self.kept, self.client, self.time = the_ledger(NAME), environment.client, time
        self.environment = environment
        self.queue = f"cases-{uuid.uuid4()}"
        self.topics = Topics("greenlane")
        self.recorder = Recorder(store, self.topics)
        self.intake_records = IntakeRecords(store, self.topics, vault_of(store))
        self.inbox = Inbox(store, self.topics)
        self.store, self.catalogue = store, SettledCatalogue(load_catalog())
        self.views = Views(store)
        self.intake = CaseIntake(
            CaseGateway(self.client, self.queue),
            self.intake_records,
            self.catalogue,
            time,
            ZoneInfo("Asia/Ho_Chi_Minh"),
        )
        self.linked = DossierIntake(
            self.intake, DossierGateway(self.client, self.queue), Dossiers(store), self.catalogue
        )
        self.waking = Waking(self.views, self.intake, self.linked)

    def close(self) -> None:
        self.recorder.close()
        self.intake_records.close()
        self.inbox.close()

    @property
    def handle(self) -> WorkflowHandle[object, object]:
        """The newest run of the case."""
        return self.client.get_workflow_handle(self.kept.stream_id)

    @property
    def new(self) -> list[EventRecord]:
        """What the ledger has got since the upgrade."""
        return list(self.intake_records.ledger_of(self.kept.stream_id)[1][len(self.kept.bodies) :])

    @property
    def names(self) -> list[str]:
        return [record.event.type for record in self.new]

    async def sleep_under_the_old_program(self) -> None:
        """The run that the old program left: open, with nothing to wait for, and its worker gone."""
        carried = Carried.model_validate({"state": self.kept.state, "settled": self.kept.settled})
        given = CaseInput(case_id=self.kept.stream_id, business_time=self.time, carried=carried)
        await self.client.start_workflow(
            CASE_WORKFLOW, args=[given, self.kept.definitions], id=self.kept.stream_id, task_queue=self.queue
        )
        async with Worker(
            self.client,
            task_queue=self.queue,
            workflows=[CaseWorkflow],
            activities=[OldRecording().record],
            workflow_runner=runner(sandbox=True),
            no_remote_activities=True,
            max_cached_workflows=0,  # the next task is for anybody at once, not first for this worker
        ):
            await soon_recorded(self.handle)
        assert kinds(await self.handle.fetch_history())["timer_started"] == 0

    @asynccontextmanager
    async def worker(self) -> AsyncIterator[None]:
        """Today's worker, until no turn of the case is under way."""
        async with case_worker(
            self.client, self.recorder, task_queue=self.queue, graceful_shutdown_seconds=0, carrier=self.linked
        ):
            yield
            await quiet(self.handle)

    async def pass_the_lawful_end(self) -> None:
        """Time is skipped until a minute after it; then the case's own timer has fired."""
        wait = self.time.to_real(LAWFUL_END + MINUTE) - await self.environment.get_current_time()
        await self.environment.sleep(wait)
        await soon(lambda: "ClockBreached" in self.names)


async def soon_recorded(handle: WorkflowHandle[object, object]) -> None:
    """Wait until the run has asked when it is next due, and rests."""
    while kinds(await quiet(handle))["task_completed"] == 0:  # noqa: ASYNC110 - the server tells no event
        await asyncio.sleep(0.005)


@pytest.fixture
async def upgraded(database_server: DatabaseServer) -> AsyncIterator[Upgraded]:
    """On Monday 16 March at noon, after `prepare`: no process of today has run yet."""
    with upgraded_store(database_server) as store:
        assert renew(store)
        async with time_skipping() as environment:
            now = await environment.get_current_time()
            time = BusinessTime(business_anchor_at=BETWEEN, real_anchor_at=now, factor=1)
            found = Upgraded(store, environment, time)
            yield found
            found.close()


async def look(upgraded: Upgraded) -> None:
    """As the bridge does."""
    sleeping = [case_id for case_id, _ in upgraded.views.sleeping(upgraded.time.to_business(datetime.now(UTC)), 0)]
    assert upgraded.kept.stream_id in sleeping
    assert await upgraded.waking.look(0) == len(sleeping)
    assert await upgraded.waking.look(0) == 0, "each is called once, also while nobody works"


async def test_a_run_that_sleeps_without_a_timer_is_woken(upgraded: Upgraded) -> None:
    """The early breach is set aside, and the limit's true end is watched again by the same run."""
    await upgraded.sleep_under_the_old_program()
    run_id = (await upgraded.handle.describe()).run_id
    async with upgraded.worker():
        await quiet(upgraded.handle)
        assert upgraded.names == [], "nothing else would ever have woken it"
        await look(upgraded)
        await soon(lambda: "BreachSetAside" in upgraded.names)
        await quiet(upgraded.handle)
        await upgraded.pass_the_lawful_end()
    assert (await upgraded.handle.describe()).run_id == run_id
    breach = next(record for record in upgraded.new if record.event.type == "ClockBreached")
    assert (breach.at, breach.event.due_at) == (LAWFUL_END, LAWFUL_END)  # type: ignore[union-attr]


@pytest.mark.parametrize("ends", ["lost", "terminated"])
async def test_a_case_without_a_run_is_brought_back_from_the_ledger(upgraded: Upgraded, ends: str) -> None:
    """Temporal knows it no more, or an operator ended its run: the next look starts another, and no limit is lost."""
    if ends == "terminated":
        await upgraded.sleep_under_the_old_program()
        await upgraded.handle.terminate("its run goes on under a calendar of long ago")
    await look(upgraded)
    async with upgraded.worker():
        await soon(lambda: "BreachSetAside" in upgraded.names)
        await quiet(upgraded.handle)
        await upgraded.pass_the_lawful_end()
    assert (await upgraded.handle.describe()).status is WorkflowExecutionStatus.RUNNING
    assert [record.sequence for record in upgraded.new] == list(
        range(len(upgraded.kept.bodies) + 1, len(upgraded.kept.bodies) + 1 + len(upgraded.new))
    )


async def test_a_command_brings_a_terminated_case_back(upgraded: Upgraded) -> None:
    """The answer of a department is taken by a run that did not exist when it came; what was overdue is put right before."""
    await upgraded.sleep_under_the_old_program()
    await upgraded.handle.terminate("its run goes on under a calendar of long ago")
    async with upgraded.worker():
        answer = an_answer("signing", "culture", BETWEEN)
        assert (await upgraded.intake.ask(upgraded.kept.stream_id, answer)).accepted
    assert upgraded.names.index("BreachSetAside") < upgraded.names.index("StepDecided")
