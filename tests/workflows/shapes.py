"""The shapes that cases take, each played the same way every time: for golden histories and the baseline of commands."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

from temporalio.client import WorkflowHistory
from temporalio.testing import WorkflowEnvironment

from cases.decide import CASES
from events.language.commands import (
    AcknowledgeEscalation,
    Actor,
    ActorKind,
    CaseCommand,
    DossierReference,
    Outcome,
    PauseClock,
    ResumeClock,
)
from events.language.identity import dossier_id_of
from events.language.sameness import with_digest
from store.errors import StoreUnavailable
from tests.builders import PAUSE, RESTART, a_submission, a_supplement, an_answer
from tests.timetables import due_items
from tests.workflows.dossier_shapes import (
    Desk,
    dossier_continued,
    dossier_granted,
    dossier_of_many,
    dossier_with_none,
)
from tests.workflows.routes import FIVE_STEPS, five_steps, one_step
from tests.workflows.stage import Stage, StagedCase, a_stage, soon
from tests.workflows.troubled import TroubledRecorder
from workflows.messages import WAKE_SIGNAL

SUPERVISOR = Actor(kind=ActorKind.SUPERVISOR, id="office")

Shape = Callable[[Stage], Awaitable[StagedCase]]


async def _send(case: StagedCase, command: CaseCommand) -> None:
    """One command, one workflow task: two in one task would make another history each time."""
    await case.send(command)
    await case.quiet()


async def _answers(case: StagedCase, steps: tuple[tuple[str, str], ...]) -> StagedCase:
    for step, department in steps:
        await _send(case, an_answer(step, department, await case.stage.now()))
    return case


async def _opened(case: StagedCase) -> StagedCase:
    await case.opened()
    await case.quiet()
    return case


async def _fires(case: StagedCase, rungs: int) -> None:
    for _ in range(rungs):
        await case.stage.until(due_items(case.folded())[0].at)
        written = len(case.records)
        await soon(lambda written=written: len(case.records) > written)
        await case.quiet()


async def standard(stage: Stage) -> StagedCase:
    """Five steps in a row, all in time."""
    return await _answers(await _opened(await stage.open(five_steps())), FIVE_STEPS)


async def asked(stage: Stage) -> StagedCase:
    """Answers as updates, one repeated, one refused by the validator, one refused on record."""
    case = await _opened(await stage.open(five_steps()))
    now = await stage.now()
    first = an_answer("intake", "one-stop", now)
    await case.ask(first)
    await case.refused_early(an_answer("intake", "police", now))
    await case.ask(first)
    await _send(case, an_answer("signing", "culture", now))
    for step, department in FIVE_STEPS[1:]:
        await case.ask(an_answer(step, department, await stage.now()))
        await case.quiet()
    return case


async def supplement_restart(stage: Stage) -> StagedCase:
    """Documents are asked for and come; the clocks start anew."""
    case = await _opened(await stage.open(one_step(RESTART)))
    await _send(case, an_answer("signing", "culture", await stage.now(), Outcome.REQUEST_SUPPLEMENT))
    await stage.until(await stage.now() + timedelta(days=1))
    await _send(case, a_supplement(await stage.now()))
    await _fires(case, 1)
    return await _answers(case, (("signing", "culture"),))


async def supplement_expired(stage: Stage) -> StagedCase:
    """Documents are asked for and never come."""
    case = await _opened(await stage.open(one_step(RESTART)))
    await _send(case, an_answer("signing", "culture", await stage.now(), Outcome.REQUEST_SUPPLEMENT))
    await case.handle.result()
    return case


async def paused(stage: Stage) -> StagedCase:
    """Documents while the clocks stand still, then a suspension and its end."""
    case = await _opened(await stage.open(one_step(PAUSE)))
    await _send(case, an_answer("signing", "culture", await stage.now(), Outcome.REQUEST_SUPPLEMENT))
    await _send(case, a_supplement(await stage.now()))
    now = await stage.now()
    await _send(
        case, PauseClock(command_id="pause", received_at=now, actor=SUPERVISOR, reason="court", legal_basis="form 05")
    )
    await _send(case, ResumeClock(command_id="resume", received_at=now, actor=SUPERVISOR, reason="done"))
    return await _answers(case, (("signing", "culture"),))


async def refused(stage: Stage) -> StagedCase:
    """The second step says no."""
    case = await _answers(await _opened(await stage.open(five_steps())), FIVE_STEPS[:1])
    await _send(case, an_answer("appraisal", "culture", await stage.now(), Outcome.REFUSE))
    return case


async def refused_at_the_door(stage: Stage) -> StagedCase:
    """A submission that the rules refuse."""
    case = await stage.open(submission=a_submission(await stage.now(), documents=()))
    await case.handle.result()
    return case


async def escalated(stage: Stage) -> StagedCase:
    """Warnings, a breach, an escalation that is acknowledged, a late answer."""
    case = await _opened(await stage.open(one_step()))
    await _fires(case, 4)
    await _send(
        case,
        AcknowledgeEscalation(
            command_id="seen", received_at=await stage.now(), actor=SUPERVISOR, escalation_id="step:signing/first"
        ),
    )
    return await _answers(case, (("signing", "culture"),))


async def timer_kept(stage: Stage) -> StagedCase:
    """An armed timer that is early enough wakes for nothing, and is armed anew."""
    case = await _opened(await stage.open(five_steps()))
    first_at = due_items(case.folded())[0].at
    await _answers(case, FIVE_STEPS[:1])
    await stage.until(first_at + timedelta(seconds=1))
    await case.quiet()
    return await _answers(case, FIVE_STEPS[1:])


async def continued(stage: Stage) -> StagedCase:
    """A new run after every second turn."""
    case = await _opened(await stage.open(five_steps(), turns_max=2))
    return await _answers(case, FIVE_STEPS)


async def taken_over(stage: Stage) -> StagedCase:
    """A dead worker's turn stands in the ledger."""
    case = await _opened(await stage.open(five_steps()))
    answer = an_answer("intake", "one-stop", await stage.now())
    turn = CASES.take_turn(case.folded(), [answer], await stage.now() - timedelta(milliseconds=1))
    assert turn is not None
    await stage.memory.record(turn)
    await case.signal(answer)
    await case.quiet()
    return await _answers(case, FIVE_STEPS[1:])


async def linked(stage: Stage) -> StagedCase:
    """Part of a dossier, which is told of its end; woken in between, though nothing is due."""
    link = DossierReference(dossier=dossier_id_of("/portal", "D-1"), name="a")
    case = await _opened(await stage.open(one_step(), submission=a_submission(await stage.now(), linked=link)))
    await case.handle.signal(WAKE_SIGNAL)
    await case.quiet()
    return await _answers(case, (("signing", "culture"),))


async def said_again(stage: Stage) -> StagedCase:
    """An answer that comes twice, and another under its id."""
    case = await _opened(await stage.open(five_steps()))
    first = with_digest(an_answer("intake", "one-stop", await stage.now(), command_id="one"))
    other = with_digest(an_answer("intake", "one-stop", await stage.now(), Outcome.REFUSE, command_id="one"))
    for command in (first, first, other):
        await _send(case, command)
    return await _answers(case, FIVE_STEPS[1:])


async def two_at_once(stage: Stage) -> StagedCase:
    """Two answers come while a turn is being recorded, and are taken in one."""
    recorder = stage.recorder
    assert isinstance(recorder, TroubledRecorder)
    case = await _opened(await stage.open(five_steps()))
    recorder.holds()
    for step in FIVE_STEPS[:3]:
        await case.signal(an_answer(*step, await stage.now()))
        await soon(lambda: recorder.held == 1)
    recorder.goes_on()
    await soon(lambda: len(case.events("StepDecided")) == 3)
    await case.quiet()
    return await _answers(case, FIVE_STEPS[3:])


async def outage(stage: Stage) -> StagedCase:
    """The store is away for so long that the pause between attempts becomes the server's timer."""
    recorder = stage.recorder
    assert isinstance(recorder, TroubledRecorder)
    case = await _opened(await stage.open(one_step()))
    answer = an_answer("signing", "culture", await stage.now())
    recorder.before = lambda _: StoreUnavailable(reason="away") if recorder.attempts < 8 else None
    await case.signal(answer)
    await soon(lambda: recorder.attempts >= 6)
    await stage.until(await stage.now() + timedelta(seconds=30))
    await case.settled(answer)
    return case


SHAPES: dict[str, Shape] = {
    shape.__name__: shape
    for shape in (
        standard,
        asked,
        supplement_restart,
        supplement_expired,
        paused,
        refused,
        refused_at_the_door,
        escalated,
        timer_kept,
        taken_over,
        linked,
        said_again,
        two_at_once,
        outage,
        dossier_granted,
        dossier_of_many,
        dossier_with_none,
        continued,
        dossier_continued,
    )
}
"""Those that are continued last: after a continue-as-new the time-skipping server skips no more."""


@asynccontextmanager
async def played(environment: WorkflowEnvironment, shape: Shape) -> AsyncIterator[list[WorkflowHistory]]:
    """The histories of all runs of a case of this shape, the first run first; the stage stands until the block ends."""
    recorder = TroubledRecorder()
    async with a_stage(environment, recorder) as stage, stage.worker(carrier=Desk()):
        yield await histories_of(await shape(stage))


async def histories_of(case: StagedCase) -> list[WorkflowHistory]:
    """The histories of all runs of a case that has ended, the first run first."""
    run_id = case.handle.first_execution_run_id
    found: list[WorkflowHistory] = []
    while run_id:
        found.append(await case.history(run_id))
        run_id = found[-1].events[-1].workflow_execution_continued_as_new_event_attributes.new_execution_run_id
    return found


COMMANDS = {
    "timer_started": "start the timer",
    "timer_canceled": "cancel the timer",
    "upsert_workflow_search_attributes": "show status and lane",
    "workflow_execution_update_accepted": "accept an update",
    "workflow_execution_update_completed": "answer an update",
    "workflow_execution_completed": "end",
    "workflow_execution_continued_as_new": "continue as new",
}


def commands_of(history: WorkflowHistory) -> list[str]:
    """What the workflow told Temporal to do, in order."""
    commands: list[str] = []
    for event in history.events:
        kind = (event.WhichOneof("attributes") or "").removesuffix("_event_attributes")
        if kind == "marker_recorded":
            marker = event.marker_recorded_event_attributes
            done = json.loads(marker.details["data"].payloads[0].data)["activity_type"].replace("_", " ")
            commands.append(f"{done}, in vain" if marker.HasField("failure") else done)
        elif kind in COMMANDS:
            commands.append(COMMANDS[kind])
        else:
            assert kind.startswith(("workflow_task_", "timer_fired", "workflow_execution_s")), kind
    return commands
