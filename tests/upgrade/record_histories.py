"""How the histories of this folder were recorded: `python -m tests.upgrade.record_histories` at commit 67dc439.

Most of them are of cases that are still open: when the program is upgraded, its worker replays them and goes on. They are
never recorded again; see record_ledgers.py.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

from temporalio.client import WorkflowHandle, WorkflowHistory
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment

import cases.timetable
from activities.linked import Done, Order
from activities.memory import MemoryRecorder
from cases.decide import CASES
from events.language.commands import Outcome
from events.language.dossier_commands import RecordEnd
from events.language.identity import dossier_id_of
from sla.business_time import BusinessTime
from tests.builders import (
    MONDAY,
    PAUSE,
    RESTART,
    a_pause,
    a_supplement,
    an_acknowledgement,
    an_answer,
    the_definitions,
)
from tests.cases.dossier.openings import a_submission as an_opening
from tests.cases.dossier.openings import an_application, an_end, days, definitions
from tests.upgrade.fixtures import HISTORIES
from tests.upgrade.record_ledgers import write
from tests.workflows.record_golden import plain
from tests.workflows.routes import FIVE_STEPS, five_steps, one_step
from tests.workflows.shapes import histories_of
from tests.workflows.stage import Stage, StagedCase, a_stage, quiet, soon, time_skipping
from workflows.messages import COMMAND_SIGNAL, DOSSIER_WORKFLOW, Carried, DossierInput, DossierMessage, StreamResult
from workflows.worker import case_worker

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
APPOINTMENT = MONDAY + 7 * DAY
CaseShape = Callable[[Stage], Awaitable[StagedCase]]


async def _send(case: StagedCase, *commands: Any) -> StagedCase:
    for command in commands:
        await case.send(command)
        await case.quiet()
    return case


async def _opened(case: StagedCase) -> StagedCase:
    await case.opened()
    await case.quiet()
    return case


async def _until_breached(case: StagedCase, clock_id: str = "statutory") -> StagedCase:
    await case.stage.until(APPOINTMENT)
    await soon(lambda: any(event.clock_id == clock_id for event in case.events("ClockBreached")))
    await case.quiet()
    return case


async def open_midway(stage: Stage) -> StagedCase:
    """Two of five steps are done."""
    case = await _opened(await stage.open(five_steps()))
    for step, department in FIVE_STEPS[:2]:
        await _send(case, an_answer(step, department, await stage.now()))
    return case


async def open_breached(stage: Stage) -> StagedCase:
    """The statutory breach was recorded on the morning of the last day; the timer waits for the first escalation."""
    return await _until_breached(await _opened(await stage.open(one_step())))


async def open_breached_and_acknowledged(stage: Stage) -> StagedCase:
    """The same, and its chain was stopped: no timer is armed."""
    case = await open_breached(stage)
    return await _send(case, an_acknowledgement("statutory/breach", await stage.now()))


async def open_awaiting_supplement(stage: Stage) -> StagedCase:
    case = await _opened(await stage.open(one_step(PAUSE)))
    return await _send(case, an_answer("signing", "culture", await stage.now(), Outcome.REQUEST_SUPPLEMENT))


async def open_supplement_restarted(stage: Stage) -> StagedCase:
    case = await _opened(await stage.open(one_step(RESTART)))
    await _send(case, an_answer("signing", "culture", await stage.now(), Outcome.REQUEST_SUPPLEMENT))
    await stage.until(await stage.now() + DAY)
    return await _send(case, a_supplement(await stage.now()))


async def open_suspended(stage: Stage) -> StagedCase:
    case = await _opened(await stage.open(five_steps()))
    return await _send(case, a_pause(await stage.now()))


async def open_asked(stage: Stage) -> StagedCase:
    """An answer as an update, accepted; one refused on record."""
    case = await _opened(await stage.open(five_steps()))
    await case.ask(an_answer("intake", "one-stop", await stage.now()))
    await case.quiet()
    return await _send(case, an_answer("signing", "culture", await stage.now()))


async def open_continued(stage: Stage) -> StagedCase:
    """A new run after every turn: the last one is open, with a state of the old shape."""
    case = await _opened(await stage.open(five_steps(), turns_max=1))
    for step, department in FIVE_STEPS[:2]:
        await _send(case, an_answer(step, department, await stage.now()))
    return case


async def open_continued_breached(stage: Stage) -> StagedCase:
    """A run that began with a state in which the statute was recorded as breached on the morning of its last day."""
    lived = await _opened(await stage.open(the_definitions()))
    before = lived.folded()
    turn = CASES.take_turn(before, (), APPOINTMENT)
    assert turn is not None
    await stage.memory.record(turn)
    await lived.handle.terminate()
    breached = lived.folded()
    stage.business_time = stage.business_time.model_copy(update={"business_anchor_at": APPOINTMENT + HOUR})
    case = await stage.open(
        the_definitions(), carried=Carried.of(breached).model_copy(update={"settled": {"submit-1": None}})
    )
    await soon(lambda: True)
    await case.quiet()
    return case


SHAPES: dict[str, CaseShape] = {
    shape.__name__: shape
    for shape in (
        open_midway,
        open_breached,
        open_breached_and_acknowledged,
        open_awaiting_supplement,
        open_supplement_restarted,
        open_suspended,
        open_asked,
        open_continued_breached,
        open_continued,
    )
}
"""Those in which a run continues as new last: after it the time-skipping server skips no more."""

PARTS = (an_application("a"), an_application("b", "a"), an_application("c"))
DOSSIER_DEFINITIONS = definitions({"a": days(2), "b": days(3), "c": days(2)})


class WillingDesk:
    """Opens every application, and tells of no end."""

    async def carry_out(self, order: Order) -> Done:
        return Done(key=order.key)

    async def report_end(self, dossier_id: str, command: RecordEnd) -> None:
        """No case of this desk ends by itself."""


Dossier = WorkflowHandle[Any, StreamResult]


class DossierStage:
    """One dossier on a server that skips time."""

    def __init__(self, environment: WorkflowEnvironment, memory: MemoryRecorder, name: str, time: BusinessTime) -> None:
        self.environment, self.memory, self.time = environment, memory, time
        self.name, self.dossier_id = name, dossier_id_of("/portal", name)

    async def start(self, queue: str, turns_max: int | None) -> Dossier:
        submission = an_opening(PARTS, dossier_id=self.name, cap=days(5))
        given = DossierInput(
            dossier_id=self.dossier_id, business_time=self.time, waiting=(submission,), turns_max=turns_max
        )
        return await self.environment.client.start_workflow(
            DOSSIER_WORKFLOW,
            args=[given, DOSSIER_DEFINITIONS],
            id=self.dossier_id,
            task_queue=queue,
            result_type=StreamResult,
        )

    @property
    def latest(self) -> Dossier:
        return self.environment.client.get_workflow_handle(self.dossier_id)

    async def until(self, at: Any) -> None:
        await self.environment.sleep(self.time.to_real(at) - await self.environment.get_current_time())

    async def end(self, name: str) -> None:
        released = [
            record.event
            for record in self.memory.ledger[self.dossier_id]
            if record.event.type == "ApplicationReleased" and record.event.name == name
        ]
        at = self.time.to_business(await self.environment.get_current_time())
        command = an_end(name, released[-1].case_id, at)
        await self.latest.signal(COMMAND_SIGNAL, DossierMessage(command=command))
        await soon(lambda: (self.dossier_id, command.command_id) in self.memory.outcomes)
        await quiet(self.latest)


async def dossier_open(stage: DossierStage) -> None:
    await stage.end("a")


async def dossier_breached(stage: DossierStage) -> None:
    """The joint limit was recorded as broken on the morning of its last day."""
    await stage.end("a")
    await stage.until(APPOINTMENT)
    await soon(lambda: any(r.event.type == "DossierBreached" for r in stage.memory.ledger[stage.dossier_id]))
    await quiet(stage.latest)


async def dossier_closed(stage: DossierStage) -> None:
    for name in "acb":
        await stage.end(name)


DOSSIER_SHAPES: dict[str, tuple[Callable[[DossierStage], Awaitable[None]], int | None]] = {
    "dossier_open": (dossier_open, None),
    "dossier_breached": (dossier_breached, None),
    "dossier_closed": (dossier_closed, None),
    "dossier_continued": (dossier_open, 2),
}
"""With the turns after which a run continues as new."""


async def runs_of(environment: WorkflowEnvironment, workflow_id: str, run_id: str) -> list[WorkflowHistory]:
    found: list[WorkflowHistory] = []
    while run_id:
        found.append(await environment.client.get_workflow_handle(workflow_id, run_id=run_id).fetch_history())
        run_id = found[-1].events[-1].workflow_execution_continued_as_new_event_attributes.new_execution_run_id
    return found


async def record_cases() -> None:
    for name, shape in SHAPES.items():
        async with time_skipping() as environment, a_stage(environment) as stage, stage.worker():
            case = await shape(stage)
            for number, history in enumerate(await histories_of(case), start=1):
                write(HISTORIES / f"{name}.{number}.json", plain(history))


async def record_dossiers() -> None:
    for name, (shape, turns_max) in DOSSIER_SHAPES.items():
        async with time_skipping() as environment:
            time = BusinessTime(
                business_anchor_at=MONDAY, real_anchor_at=await environment.get_current_time(), factor=1
            )
            memory = MemoryRecorder()
            stage = DossierStage(environment, memory, name, time)
            async with case_worker(
                environment.client, memory, task_queue=name, carrier=WillingDesk(), graceful_shutdown_seconds=0
            ):
                handle = await stage.start(name, turns_max)
                await soon(lambda stage=stage, memory=memory: bool(memory.ledger.get(stage.dossier_id)))
                await quiet(stage.latest)
                await shape(stage)
                assert handle.first_execution_run_id is not None
                runs = await runs_of(environment, stage.dossier_id, handle.first_execution_run_id)
                for number, history in enumerate(runs, start=1):
                    write(HISTORIES / f"{name}.{number}.json", plain(history))
                with suppress(RPCError):
                    await stage.latest.terminate()


async def main() -> None:
    if hasattr(cases.timetable, "lawful_end_at"):
        raise SystemExit("this core knows both ends of a limit: what it records is no history of the version before")
    await record_cases()
    await record_dossiers()


if __name__ == "__main__":
    asyncio.run(main())
    sys.stdout.flush()
    # A process that ran a worker may abort in the interpreter's exit (sdk-python 300), after all is written.
    os._exit(0)
