"""The intake with all it stands on: PostgreSQL, a Temporal server, a worker when the test wants one. No Kafka."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from temporalio.client import Client, WorkflowHandle

from cases.decide import CASES
from catalog.loader import load_catalog
from catalog.model import Definitions
from events.language.case_events import EventRecord
from events.language.commands import CaseCommand, DecideStep, Outcome
from events.language.identity import case_id_of, message_command_id
from events.language.topics import Topics
from intake.cases import CaseIntake
from intake.dossiers import DossierIntake
from intake.handing_over import HandOver
from intake.person import Parted
from intake.records import IntakeRecords
from intake.temporal import CaseGateway, DossierGateway
from intake.waiting_room import WaitingRoom
from sla.business_time import BusinessTime
from store.database import Store
from store.dossiers import Dossiers
from store.inbox import Inbox
from store.recorder import Recorder
from store.tables import commands, outbox, waiting
from store.views import Views
from store.waiting import WaitingCommands
from tests.builders import MONDAY, a_submission, an_answer
from tests.master_keys import vault_of
from tests.settled_catalogue import SettledCatalogue
from tests.workflows.routes import five_steps
from tests.workflows.stage import kinds, quiet, soon
from workflows.messages import CaseInput
from workflows.worker import case_worker

TOPICS = Topics("greenlane")


class House:
    """What one bridge and one worker have. Business time begins on Monday 09:00 and passes as real time does."""

    def __init__(self, store: Store, client: Client, time: BusinessTime) -> None:
        self.store, self.client, self.time = store, client, time
        self.queue = f"cases-{uuid.uuid4()}"
        self.recorder = Recorder(store, TOPICS)
        self.intake_records, self.inbox = IntakeRecords(store, TOPICS, vault_of(store)), Inbox(store, TOPICS)
        self.views, self.waiting = Views(store), WaitingCommands(store)
        self.catalogue = SettledCatalogue(load_catalog())
        self.gateway = CaseGateway(self.client, self.queue)
        self.room, self.intake = self.another_bridge()
        self.dossiers = Dossiers(store)
        self.linked = DossierIntake(self.intake, DossierGateway(self.client, self.queue), self.dossiers, self.catalogue)
        self.handing = HandOver(self.waiting, self.room, self.intake)
        self.opened: list[str] = []

    def another_bridge(self) -> tuple[WaitingRoom, CaseIntake]:
        """The waiting room and the intake as another process would have them, or this one after a restart."""
        room, zone = WaitingRoom(self.waiting, self.inbox), ZoneInfo("Asia/Ho_Chi_Minh")
        return room, CaseIntake(self.gateway, self.intake_records, self.catalogue, self.time, zone, room)

    async def close(self) -> None:
        """Give back everything; a left-over timer would hold up the server's time."""
        for case_id in self.opened:
            await self.ended(case_id, "the test is over")
        self.recorder.close()
        self.intake_records.close()
        self.inbox.close()

    async def ended(self, case_id: str, reason: str) -> None:
        """An operator terminates the case's run, if it has one."""
        handle = self.handle(case_id)
        if (await handle.describe()).close_time is None:
            await handle.terminate(reason)

    @asynccontextmanager
    async def worker(self) -> AsyncIterator[None]:
        """A worker, until no turn of any case is under way."""
        async with case_worker(
            self.client, self.recorder, task_queue=self.queue, graceful_shutdown_seconds=0, carrier=self.linked
        ):
            yield
            for case_id in self.opened:
                await quiet(self.handle(case_id))

    def now(self) -> datetime:
        """The business instant of real time."""
        return self.time.to_business(datetime.now(self.time.real_anchor_at.tzinfo))

    async def open(self, definitions: Definitions | None = None) -> str:
        """Start a case, as accepted a moment ago; its id. It needs a worker to get any further."""
        name = f"A-{uuid.uuid4()}"
        case_id = case_id_of("/portal", name)
        submission = a_submission(MONDAY, application_id=name)
        given = CaseInput(case_id=case_id, business_time=self.time, waiting=(submission,))
        definitions = definitions or five_steps()
        await self.intake_records.accept(Parted(case_id, submission.application, "{}", name), submission, definitions)
        await self.gateway.start(given, definitions)
        self.opened.append(case_id)
        return case_id

    async def open_and_recorded(self, definitions: Definitions | None = None) -> str:
        """A case whose first turn stands; no worker runs any more."""
        case_id = await self.open(definitions)
        async with self.worker():
            await soon(lambda: self.views.case(case_id) is not None)
        return case_id

    async def forgotten(self, case_id: str) -> None:
        """Temporal loses the case without a trace. Its test server cannot: the run ends, and its history is of no use."""
        handle = self.handle(case_id)
        await handle.terminate("lost")
        self.gateway.commands_of_lost_run = _nothing  # type: ignore[method-assign]

    def handle(self, case_id: str) -> WorkflowHandle[Any, Any]:
        """The newest run of a case."""
        return self.client.get_workflow_handle(case_id)

    async def signals(self, case_id: str) -> int:
        """How many signals its newest run has."""
        return kinds(await self.handle(case_id).fetch_history())["execution_signaled"]

    def records(self, case_id: str) -> tuple[EventRecord, ...]:
        """Its ledger."""
        return self.intake_records.ledger_of(case_id)[1]

    def settled(self, case_id: str) -> list[tuple[str, str | None]]:
        """Its commands that have an outcome, in the order in which they got it, each with its refusal."""
        query = select(commands.c.command_id, commands.c.refusal).where(commands.c.case_id == case_id)
        with self.store.reading() as connection:
            return [(row[0], row[1]) for row in connection.execute(query.order_by(commands.c.settled_at))]

    def is_settled(self, case_id: str, command: CaseCommand) -> bool:
        """Whether this command has its outcome."""
        return self.inbox.command_outcome(case_id, command.command_id) is not None

    def execute(self, *statements: str) -> None:
        """As the database's owner, with the ledger's trigger off."""
        with self.store.engine.begin() as connection:
            for statement in ("ALTER TABLE ledger DISABLE TRIGGER ledger_append_only", *statements):
                connection.exec_driver_sql(statement)
            connection.exec_driver_sql("ALTER TABLE ledger ENABLE TRIGGER ledger_append_only")

    async def break_ledger(self, case_id: str) -> None:
        """Its first row is no event any more."""
        self.execute(f"UPDATE ledger SET body = 'x' || body WHERE case_id = '{case_id}' AND sequence = 1")

    async def mend_ledger(self, case_id: str) -> None:
        """Its first row is an event again."""
        self.execute(f"UPDATE ledger SET body = substr(body, 2) WHERE case_id = '{case_id}' AND sequence = 1")

    async def restore(self, case_id: str, sequence: int) -> None:
        """The ledger of an earlier backup, with its read models, as far as this case goes."""
        self.execute(f"DELETE FROM ledger WHERE case_id = '{case_id}' AND sequence > {sequence}")
        definitions, records = self.intake_records.ledger_of(case_id)
        view, *_ = CASES.project(case_id, definitions, records)
        head = f"(SELECT hash FROM ledger WHERE case_id = '{case_id}' AND sequence = {sequence})"
        self.execute(
            f"UPDATE cases SET sequence = {sequence}, hash = {head}, closed_at = NULL, status = 'in_progress', outcome = NULL,"
            f" view = $view${view.model_dump_json()}$view$ WHERE case_id = '{case_id}'",
            f"DELETE FROM commands WHERE case_id = '{case_id}' AND command_id <> 'submit-1'",
            f"DELETE FROM outbox WHERE case_id = '{case_id}' AND sequence > {sequence}",
        )

    def number_waiting(self) -> int:
        """How many commands wait outside Temporal."""
        with self.store.reading() as connection:
            return connection.scalar(select(func.count()).select_from(waiting)) or 0

    def notices(self, topic: str) -> int:
        """How many answers are owed on a topic."""
        with self.store.reading() as connection:
            query = select(func.count()).select_from(outbox).where(outbox.c.topic == topic, outbox.c.sequence.is_(None))
            return connection.scalar(query) or 0


@asynccontextmanager
async def a_house(client: Client, database_url: str, now: datetime) -> AsyncIterator[House]:
    """A house over an empty database; `now`: the real instant at which its business time begins."""
    store = Store.connect(database_url, pool_size=4)
    built = House(store, client, BusinessTime(business_anchor_at=MONDAY, real_anchor_at=now, factor=1))
    yield built
    await built.close()
    store.close()


async def _nothing(*_: object) -> list[Any]:
    return []


def a_message(department: str, number: int, step: str = "intake", at: datetime = MONDAY, **change: Any) -> DecideStep:
    """An answer that came on a department's own topic, the so-and-so-many-th of it."""
    command_id = message_command_id("department", department, f"/{department}", str(number))
    outcome = change.pop("outcome", Outcome.APPROVE)
    return an_answer(step, department, at, outcome, command_id=command_id, **change)
