"""A kind of stream is its types, its rules and a page of wiring: the kit runs a third one, as it runs cases and dossiers."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from temporalio.client import WorkflowHandle, WorkflowUpdateFailedError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from activities.failures import FailureMapping
from activities.memory import MemoryRecorder
from cases.turn import CommandOutcome
from events.language.case_events import canonical_json
from events.language.commands import Actor, ActorKind, Assurance
from events.language.sameness import with_digest
from intake.lost_runs import BROUGHT_BACK
from intake.streams import Submitted
from sla.business_time import BusinessTime
from tests.builders import MONDAY, the_definitions
from tests.workflows.complaint_intake import ComplaintGateway, ComplaintIntake, MemoryRecords
from tests.workflows.complaint_workflow import (
    ComplaintCarried,
    ComplaintInput,
    ComplaintMessage,
    ComplaintRecording,
    ComplaintWorkflow,
)
from tests.workflows.complaints import (
    COMPLAINTS,
    AnswerComplaint,
    ComplaintCommand,
    ComplaintLaw,
    ComplaintRecord,
    ComplaintView,
    LodgeComplaint,
)
from tests.workflows.stage import soon
from workflows.messages import COMMAND_SIGNAL, COMMAND_UPDATE, VIEW_QUERY, StreamResult
from workflows.worker import runner

pytestmark = pytest.mark.asyncio(loop_scope="module")

LAW = ComplaintLaw(calendar=the_definitions().calendar)
CITIZEN = Actor(kind=ActorKind.APPLICANT, id="citizen", assurance=Assurance.TOKEN)
DAY = timedelta(days=1)


def lodged(at: datetime) -> LodgeComplaint:
    return LodgeComplaint(command_id="lodge", received_at=at, actor=CITIZEN, about="no answer", agency="culture")


def answered(
    at: datetime, command_id: str = "answer", agency: str = "culture", *, taken_up: bool = True
) -> AnswerComplaint:
    actor = Actor(kind=ActorKind.DEPARTMENT, id=agency, assurance=Assurance.TOKEN)
    return AnswerComplaint(command_id=command_id, received_at=at, actor=actor, taken_up=taken_up)


def new_name() -> str:
    return f"complaint-{uuid.uuid4().hex[:24]}"


def brought_back() -> float:
    return BROUGHT_BACK.labels("complaint")._value.get()


class Office:
    """Where complaints are lodged and answered. Business time is the server's."""

    def __init__(self, environment: WorkflowEnvironment, queue: str) -> None:
        self.environment, self.queue, self.memory = environment, queue, MemoryRecorder()
        self.time = BusinessTime(business_anchor_at=MONDAY, real_anchor_at=MONDAY)
        gateway = ComplaintGateway(environment.client, queue)
        self.intake = ComplaintIntake(gateway, MemoryRecords(self.memory), LAW, self.time)

    async def now(self) -> datetime:
        return self.time.to_business(await self.environment.get_current_time())

    async def open(self, **given: Any) -> Complaints:
        name = new_name()
        given = given or {"waiting": (lodged(await self.now()),)}
        handle = await self.environment.client.start_workflow(
            ComplaintWorkflow.run,
            args=[ComplaintInput.of(name, self.time, **given), LAW],
            id=name,
            task_queue=self.queue,
        )
        return Complaints(self, name, handle)

    def found(self, name: str) -> Complaints:
        return Complaints(self, name, self.environment.client.get_workflow_handle(name, result_type=StreamResult))


class Complaints:
    """One of them."""

    def __init__(self, office: Office, name: str, handle: WorkflowHandle[Any, StreamResult]) -> None:
        self.office, self.name, self.handle = office, name, handle

    @property
    def events(self) -> list[str]:
        return [record.event.type for record in self.office.memory.ledger.get(self.name, [])]

    async def opened(self) -> Complaints:
        await soon(lambda: bool(self.events))
        return self

    async def ask(self, command: ComplaintCommand) -> CommandOutcome:
        message = ComplaintMessage.of(self.name, with_digest(command))
        return await self.handle.execute_update(COMMAND_UPDATE, message, result_type=CommandOutcome)

    async def signal(self, command: ComplaintCommand) -> None:
        await self.handle.signal(COMMAND_SIGNAL, ComplaintMessage.of(self.name, with_digest(command)))


@pytest_asyncio.fixture(loop_scope="module")
async def office(environment: WorkflowEnvironment) -> AsyncIterator[Office]:
    office = Office(environment, f"complaints-{uuid.uuid4()}")
    async with Worker(
        environment.client,
        task_queue=office.queue,
        workflows=[ComplaintWorkflow],
        activities=[ComplaintRecording(office.memory).record],
        no_remote_activities=True,
        interceptors=[FailureMapping()],
        workflow_runner=runner(sandbox=True),
    ):
        yield office


async def test_it_lives_from_its_opening_to_its_end(office: Office) -> None:
    """Its due instant passes by itself, an answer ends it, and its row is the fold of its ledger, byte for byte."""
    one = await (await office.open()).opened()
    await office.environment.sleep(11 * DAY)
    await soon(lambda: "ComplaintOverdue" in one.events)
    view = await one.handle.query(VIEW_QUERY, result_type=ComplaintView)
    assert view.overdue
    await one.signal(answered(await office.now()))
    assert (await one.handle.result()) == StreamResult(outcome="taken_up", sequence=3)
    assert one.events == ["ComplaintLodged", "ComplaintOverdue", "ComplaintAnswered"]
    records = office.memory.ledger[one.name]
    overdue = records[1]
    assert (overdue.at, overdue.command_id) == (records[0].event.due_at, f"tick:{records[0].event.due_at.isoformat()}")
    kept = [ComplaintRecord.model_validate_json(canonical_json(record)) for record in records]
    rebuilt = COMPLAINTS.project(one.name, LAW, kept).view
    assert rebuilt.model_dump_json() == office.memory.views[one.name].model_dump_json()


async def test_an_answer_before_the_limit_is_decided_before_it(office: Office) -> None:
    """A worker that comes late costs nobody a day: received in time is in time."""
    blank = COMPLAINTS.blank("complaint-1", LAW)
    turn = COMPLAINTS.take_turn(blank, [answered(MONDAY + 9 * DAY), lodged(MONDAY)], MONDAY + 20 * DAY)
    assert turn is not None
    assert [record.event.type for record in turn.records] == ["ComplaintLodged", "ComplaintAnswered"]
    late = COMPLAINTS.take_turn(blank, [answered(MONDAY + 11 * DAY), lodged(MONDAY)], MONDAY + 20 * DAY)
    assert late is not None
    assert [record.event.type for record in late.records] == [
        "ComplaintLodged",
        "ComplaintOverdue",
        "ComplaintAnswered",
    ]


async def test_a_certain_no_is_said_at_once(office: Office) -> None:
    """To another agency it is one that is not there; nothing is written."""
    one = await (await office.open()).opened()
    with pytest.raises(WorkflowUpdateFailedError) as caught:
        await one.ask(answered(await office.now(), agency="justice"))
    assert caught.value.cause.details[0]["code"] == "case_unknown"  # type: ignore[union-attr, attr-defined]
    assert one.events == ["ComplaintLodged"]
    await one.handle.terminate()


async def test_a_command_counts_once_however_often_it_comes(office: Office) -> None:
    """The same again changes nothing; another under its id is refused, and the first keeps its outcome."""
    one = await office.open()
    at, again = await office.now(), lodged(await office.now()).model_copy(update={"about": "another matter"})
    await asyncio.gather(one.signal(lodged(at)), one.signal(lodged(at)), one.signal(again))
    await one.signal(answered(at))
    await one.signal(answered(at))
    await one.handle.result()
    assert one.events == ["ComplaintLodged", "ComplaintAnswered"]
    outcomes = [outcome for (stream, _), outcome in office.memory.outcomes.items() if stream == one.name]
    assert sum(outcome.accepted for outcome in outcomes) == 2
    assert {outcome.refusal.code for outcome in outcomes if outcome.refusal} <= {"command_conflict"}


async def test_nobody_can_tell_that_it_was_continued(office: Office) -> None:
    """After every turn it goes on as another run, with its state and its due instant."""
    one = await (await office.open(waiting=(lodged(await office.now()),), turns_max=1)).opened()
    await office.environment.sleep(11 * DAY)
    await soon(lambda: "ComplaintOverdue" in one.events)
    newest = office.environment.client.get_workflow_handle(one.name)
    assert (await newest.describe()).run_id != one.handle.first_execution_run_id
    await newest.signal(COMMAND_SIGNAL, ComplaintMessage.of(one.name, answered(await office.now(), taken_up=False)))
    assert (await newest.result())["outcome"] == "refused"


async def test_it_is_started_again_from_its_ledger(office: Office) -> None:
    """As the intake brings back what Temporal lost: the fold goes along, and the due instant is asked for."""
    one = await (await office.open()).opened()
    # Its first task is over: the test server lets no time pass beside a task of a run that was terminated.
    assert (await one.handle.query(VIEW_QUERY, result_type=ComplaintView)).sequence == 1
    await one.handle.terminate("lost")
    state = COMPLAINTS.fold(one.name, LAW, office.memory.ledger[one.name])
    again = await office.environment.client.start_workflow(
        ComplaintWorkflow.run,
        args=[ComplaintInput.of(one.name, office.time, carried=ComplaintCarried.of(state)), LAW],
        id=one.name,
        task_queue=office.queue,
    )
    await office.environment.sleep(11 * DAY)
    await soon(lambda: one.events == ["ComplaintLodged", "ComplaintOverdue"])
    await again.terminate()


async def test_the_intake_opens_it_once(office: Office) -> None:
    """The same again is known, other content under its name is none of it; one that is not there is said so."""
    name, opening = new_name(), lodged(await office.now())
    first = await office.intake.lodge(name, opening)
    one = await office.found(name).opened()
    again = await office.intake.lodge(name, opening.model_copy())
    assert (first, again) == (Submitted(name, known=False), Submitted(name, known=True))
    assert await office.intake.lodge(name, opening.model_copy(update={"about": "another matter"})) is None
    assert (await office.intake.answer_to(name, with_digest(answered(await office.now())))).accepted
    assert (await one.handle.result()).outcome == "taken_up"
    late = await office.intake.answer_to(name, with_digest(answered(await office.now(), "late")))
    nowhere = await office.intake.answer_to(new_name(), with_digest(answered(await office.now())))
    assert [answer.refusal and answer.refusal.code for answer in (late, nowhere)] == ["case_closed", "case_unknown"]
    assert one.events == ["ComplaintLodged", "ComplaintAnswered"]


async def test_one_whose_start_was_lost_is_started(office: Office) -> None:
    """It was accepted, and then the process was killed."""
    name = new_name()
    office.intake.stored.accept(name, lodged(await office.now()))
    assert await office.intake.open_forgotten(0) == 1
    one = await office.found(name).opened()
    assert await office.intake.open_forgotten(0) == 0
    await one.handle.terminate()


async def test_a_command_brings_back_what_was_lost(office: Office) -> None:
    """Its run was ended by somebody; its state is the fold of its ledger."""
    one = await (await office.open()).opened()
    assert (await one.handle.query(VIEW_QUERY, result_type=ComplaintView)).sequence == 1
    await one.handle.terminate("an operator's mistake")
    before = brought_back()
    assert (await office.intake.answer_to(one.name, with_digest(answered(await office.now(), taken_up=False)))).accepted
    assert (await office.found(one.name).handle.result()).outcome == "refused"
    assert one.events == ["ComplaintLodged", "ComplaintAnswered"]
    assert brought_back() == before + 1
