"""A case that continues as a new run: nobody can tell. And the end of a case: whoever comes then is answered."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta

import pytest
from temporalio.testing import WorkflowEnvironment

from events.language.commands import ApplyCalendar, CaseCommand, MigrateProcedure
from tests.builders import SUPERVISOR, a_calendar, an_answer
from tests.timetables import due_items
from tests.workflows.routes import FIVE_STEPS, five_steps, one_step
from tests.workflows.shapes import histories_of
from tests.workflows.stage import Stage, a_stage, kinds, soon, taken_in_hand
from tests.workflows.troubled import TroubledRecorder
from workflows.messages import WAKE_SIGNAL, Carried

pytestmark = pytest.mark.asyncio(loop_scope="module")

UNNAMED = {"ClockBreached": "breach", "AppointmentPassed": "appointment"}
SHORT_TASK = timedelta(seconds=2)
"""The heartbeat of a task that is held comes at 80 % of it."""


@pytest.mark.parametrize("turns_max", [1, 2])
async def test_nobody_can_tell_that_a_case_was_continued(stage: Stage, turns_max: int) -> None:
    """The same ledger as in one run; late repetitions are still known; who waits gets the answer of the run that has it."""
    case = await (await stage.open(five_steps(), turns_max=turns_max)).opened()
    answers: list[CaseCommand] = []
    for number, (step, department) in enumerate(FIVE_STEPS):
        answer = an_answer(step, department, await stage.now())
        answers.append(answer)
        outcome = await (case.send(answer) if number % 2 else case.ask(answer))
        assert outcome.accepted
        if number < len(FIVE_STEPS) - 1:
            await case.quiet()  # this server refuses an update that comes in the very moment in which a run ends
            for known in answers:
                assert (await case.ask(known)).accepted
    assert (await case.handle.result()).outcome == "issued"
    assert len(case.events("StepDecided")) == 5
    assert [record.sequence for record in case.records] == list(range(1, len(case.records) + 1))
    # Each repetition is a turn as well: the ledger's transaction knows its answer, the run does not.
    assert 2 <= len(await histories_of(case)) <= 16 // turns_max


async def test_a_continued_case_keeps_its_due_instants(environment: WorkflowEnvironment) -> None:
    """Each run arms its timer from what the last one carried over: every rung fires once and at its instant."""
    # In scaled time: after a continue-as-new this server skips no more.
    async with a_stage(environment, factor=150_000) as stage, stage.worker():
        case = await (await stage.open(one_step(), turns_max=1)).opened()
        # What its first turn promises: time runs on, and some of it may have happened already.
        [opened_at] = {record.at for record in case.records[:1]}
        first_turn = [record for record in case.records if record.at == opened_at]
        expected = [(item.at, item.rung or item.what) for item in due_items(case.folded(first_turn))]
        await soon(lambda: case.records[-1].at >= expected[-1][0])
        happened = [
            (record.at, getattr(record.event, "rung", UNNAMED.get(record.event.type)))
            for record in case.records
            if record.event.type in ("RungFired", *UNNAMED)
        ]
        assert happened == expected


async def test_a_continued_case_goes_on_under_what_was_applied_to_it(stage: Stage) -> None:
    """Another calendar and another version of the procedure stand in the next run, and in one that is brought back."""
    case = await (await stage.open(five_steps(), turns_max=1)).opened()
    latter = case.folded().definitions.procedure.model_copy(update={"version": "2"})
    calendar = a_calendar(version="2", days_off=(date(2026, 3, 5),))
    for kind, change in ((MigrateProcedure, {"procedure": latter}), (ApplyCalendar, {"calendar": calendar})):
        given = {"command_id": kind.__name__, "received_at": await stage.now(), "actor": SUPERVISOR, "reason": "law"}
        assert (await case.ask(kind.model_validate(given | change))).accepted
    assert (await case.ask(an_answer("intake", "one-stop", await stage.now()))).accepted
    assert len(await histories_of(case)) >= 3
    await case.handle.terminate()
    folded = case.folded()
    assert (folded.definitions.procedure.version, folded.definitions.calendar.version) == ("2", "2")
    again = await stage.open(folded.definitions, carried=Carried.of(folded))
    await again.quiet()
    for step, department in FIVE_STEPS[1:]:
        assert (await again.send(an_answer(step, department, await stage.now()))).accepted
    assert again.folded().definitions.digest == folded.definitions.digest
    started = [event for event in again.events("ClockStarted") if event.step_id == "signing"]
    assert started


async def test_a_case_that_is_woken_looks_what_is_due(stage: Stage) -> None:
    """An older program may have left it without a timer: it records what has fallen due, and arms one."""
    case = await (await stage.open(five_steps())).opened()
    await case.quiet()
    before = kinds(await case.history()).get("timer_started", 0)
    await case.handle.signal(WAKE_SIGNAL)
    await case.quiet()
    assert kinds(await case.history()).get("timer_started", 0) >= before
    assert (await case.ask(an_answer("intake", "one-stop", await stage.now()))).accepted


async def test_a_case_continues_with_an_empty_mailbox(idle_stage: Stage) -> None:
    """More signals in one task than one turn takes, and a run of one turn: it takes as many turns as they need."""
    stage = idle_stage
    case = await stage.open(five_steps(), turns_max=1)
    now = await stage.now()
    flood = [an_answer("intake", "one-stop", now, command_id=f"flood-{number}") for number in range(100)]
    for command in flood:
        await case.signal(command)
    async with stage.worker():
        outcomes = [await case.settled(command) for command in flood]
    assert [outcome.accepted for outcome in outcomes].count(True) == 1
    first, latter = await histories_of(case)
    assert (kinds(first)["execution_signaled"], kinds(latter)["execution_signaled"]) == (100, 0)


async def test_a_run_takes_nothing_along_of_what_it_refused(idle_stage: Stage) -> None:
    """Refused commands with long ids and long reasons, as many as one likes: the next run's input is as short as ever."""
    stage = idle_stage
    case = await stage.open(five_steps(), turns_max=1)
    now = await stage.now()
    for number in range(300):
        name = f"{number}-{'x' * 190}"
        await case.signal(an_answer("signing", "culture", now, command_id=name, reason="ộ" * 1900))
    async with stage.worker():
        await soon(lambda: len(stage.memory.outcomes) == 301)
    _, latter = await histories_of(case)
    input_ = latter.events[0].workflow_execution_started_event_attributes.input.payloads[0].data
    assert len(input_) < 20_000
    assert b"x" * 190 not in input_


async def test_a_case_that_temporal_lost_lives_on_from_its_ledger(stage: Stage) -> None:
    """Started again from the fold of its ledger it arms its timer and takes answers; what was settled stays settled."""
    lost = await (await stage.open(five_steps())).opened()
    first = an_answer("intake", "one-stop", await stage.now())
    assert (await lost.send(first)).accepted
    await lost.quiet()
    await lost.handle.terminate()
    case = await stage.open(five_steps(), carried=Carried.of(lost.folded()))
    await case.quiet()
    assert kinds(await case.history())["timer_started"] == 1
    written = len(case.records)
    await case.signal(first)
    for step, department in FIVE_STEPS[1:]:
        assert (await case.send(an_answer(step, department, await stage.now()))).accepted
    assert (await case.handle.result()).outcome == "issued"
    assert len(case.events("StepDecided")) == 5
    assert case.records[written].event.type == "StepDecided"


async def test_what_arrives_in_the_last_task_of_a_case_is_answered(idle_stage: Stage) -> None:
    """The last answer closes the case; what came with it is told so, by signal and by update alike."""
    stage = idle_stage
    case = await stage.open(one_step())
    first_at = await stage.now()
    closing, late, asked = (
        an_answer("signing", "culture", first_at + timedelta(milliseconds=number), command_id=name)
        for number, name in enumerate(("closing", "late", "asked"))
    )
    await case.signal(closing)
    await case.signal(late)
    async with stage.worker():
        outcome = await case.ask(asked)
        result = await case.handle.result()
    assert result.outcome == "issued"
    refusals = [found.refusal.code for found in (outcome, await case.settled(late)) if found.refusal]
    assert refusals == ["case_closed", "case_closed"]
    assert len(case.events("CaseClosed")) == 1


async def test_what_arrives_while_the_last_turn_is_written_is_answered(idle_stage: Stage) -> None:
    """The case is closed in the ledger, but its workflow not yet: the late command is refused, not lost."""
    recorder = TroubledRecorder(memory=idle_stage.memory)
    idle_stage.task_timeout = SHORT_TASK
    case = await idle_stage.open(one_step())
    async with idle_stage.worker(recorder):
        await case.opened()
        await case.quiet()
        recorder.holds()
        closing = an_answer("signing", "culture", await idle_stage.now(), command_id="closing")
        late = an_answer("signing", "culture", await idle_stage.now(), command_id="late")
        await case.signal(closing)
        await soon(lambda: recorder.held >= 1)
        await case.signal(late)
        asking = asyncio.create_task(case.ask(late.model_copy(update={"command_id": "asked"})))
        await taken_in_hand(case)
        recorder.goes_on()
        outcome = await asking
        assert outcome.refusal is not None
        assert outcome.refusal.code == "case_closed"
        refusal = (await case.settled(late)).refusal
        assert refusal is not None
        assert refusal.code == "case_closed"
        assert (await case.handle.result()).outcome == "issued"


async def test_who_asks_while_a_case_is_about_to_continue_is_answered(idle_stage: Stage) -> None:
    """A turn is written that is the last of its run; an update comes meanwhile: this run answers it, then it continues."""
    recorder = TroubledRecorder(memory=idle_stage.memory)
    idle_stage.task_timeout = SHORT_TASK
    case = await idle_stage.open(five_steps(), turns_max=2)
    async with idle_stage.worker(recorder):
        await case.opened()
        await case.quiet()
        recorder.holds()
        await case.signal(an_answer("intake", "one-stop", await idle_stage.now()))
        await soon(lambda: recorder.held >= 1)
        asking = asyncio.create_task(case.ask(an_answer("appraisal", "culture", await idle_stage.now())))
        await taken_in_hand(case)
        recorder.goes_on()
        assert (await asking).accepted
        assert (await case.send(an_answer("fire-safety", "police", await idle_stage.now()))).accepted
        assert len(await histories_of(case)) == 2
