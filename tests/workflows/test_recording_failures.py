"""When recording fails: the store away, its answer lost, the worker killed after the commit, the ledger cut off."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio
from temporalio.client import WorkflowExecutionStatus
from temporalio.testing import WorkflowEnvironment

from cases.decide import CASES
from cases.model import blank
from cases.turn import Turn
from events.language.case_events import EventRecord
from events.language.commands import CaseCommand
from store.errors import LedgerBehind, MalformedTurn, StoreError, StoreUnavailable
from tests.builders import a_submission, an_answer
from tests.workflows.routes import FIVE_STEPS, five_steps, one_step
from tests.workflows.stage import Stage, StagedCase, a_stage, kinds, soon
from tests.workflows.troubled import TroubledRecorder, times

pytestmark = pytest.mark.asyncio(loop_scope="module")

AWAY = StoreUnavailable(reason="the server is gone")


@pytest.fixture
def recorder() -> TroubledRecorder:
    return TroubledRecorder()


@pytest_asyncio.fixture(loop_scope="module")
async def troubled(environment: WorkflowEnvironment, recorder: TroubledRecorder) -> AsyncIterator[Stage]:
    """A stage whose worker has a recorder in trouble."""
    async with a_stage(environment, recorder) as stage, stage.worker():
        yield stage


async def lives_through(case: StagedCase) -> None:
    """Answer all five steps; afterwards nothing is lost or doubled."""
    for step, department in FIVE_STEPS:
        answer: CaseCommand = an_answer(step, department, await case.stage.now())
        await case.send(answer)
    assert (await case.handle.result()).outcome == "issued"
    assert_whole(case)


def assert_whole(case: StagedCase) -> None:
    """The ledger has no gap and no repeat, and each decision is there once."""
    assert [record.sequence for record in case.records] == list(range(1, len(case.records) + 1))
    decided = [record.command_id for record in case.records if record.event.type == "StepDecided"]
    assert len(decided) == len(set(decided))


async def test_a_case_waits_while_the_store_is_away(troubled: Stage, recorder: TroubledRecorder) -> None:
    """Some attempts fail, before the transaction: the turn is written once, later."""
    case = await (await troubled.open(five_steps())).opened()
    recorder.before = times(2, AWAY)
    await lives_through(case)
    assert recorder.attempts == 8
    assert kinds(await case.history())["marker_recorded"] == 6


async def test_a_lost_acknowledgement_doubles_nothing(troubled: Stage, recorder: TroubledRecorder) -> None:
    """Every first attempt commits and then loses the connection: the second finds its own rows."""
    seen: set[tuple[int, int]] = set()

    def first_time(turn: Turn) -> Exception | None:
        key = (turn.expected_sequence, len(turn.outcomes))
        if key in seen:
            return None
        seen.add(key)
        return AWAY

    recorder.after = first_time
    case = await (await troubled.open(five_steps())).opened()
    await lives_through(case)
    assert recorder.attempts == 12


async def test_a_long_outage_costs_timers_not_the_worker(troubled: Stage, recorder: TroubledRecorder) -> None:
    """After some seconds the pause between attempts is the server's timer: no worker is held, few events are written."""
    case = await (await troubled.open(one_step())).opened()
    recorder.before = lambda _: AWAY
    answer = an_answer("signing", "culture", await troubled.now())
    await case.signal(answer)
    await soon(lambda: recorder.attempts >= 6)
    await case.quiet()
    started_at = await troubled.now()
    before, attempts = len((await case.history()).events), recorder.attempts
    await troubled.until(started_at + timedelta(minutes=10))
    grown = len((await case.history()).events) - before
    assert recorder.attempts - attempts >= 25
    assert grown <= 10 * 20
    assert case.outcome(answer) is None
    recorder.before = lambda _: None
    await troubled.until(await troubled.now() + timedelta(seconds=21))
    assert (await case.settled(answer)).accepted
    assert (await case.handle.result()).outcome == "issued"
    assert_whole(case)


@pytest.mark.parametrize(
    "error",
    [
        LedgerBehind(case_id="case", expected_sequence=9, last_sequence=3),
        MalformedTurn(case_id="case", reason="a defect"),
    ],
)
async def test_a_turn_that_cannot_be_recorded_never_ends_the_case(
    troubled: Stage, recorder: TroubledRecorder, error: StoreError
) -> None:
    """Its workflow task fails and is tried again; the case stays open, takes signals, and goes on when it is mended."""
    troubled.task_timeout = timedelta(seconds=2)  # so long, in real time, until a task that failed is tried again
    case = await (await troubled.open(five_steps())).opened()
    recorder.before = lambda _: error
    first = an_answer("intake", "one-stop", await troubled.now())
    await case.signal(first)
    attempts = recorder.attempts
    await soon(lambda: recorder.attempts >= attempts + 2)
    second = an_answer("appraisal", "culture", await troubled.now())
    await case.signal(second)
    assert (await case.handle.describe()).status is WorkflowExecutionStatus.RUNNING
    recorder.before = lambda _: None
    assert (await case.settled(first)).accepted
    assert (await case.settled(second)).accepted
    assert_whole(case)


async def test_an_unexpected_error_is_tried_again(troubled: Stage, recorder: TroubledRecorder) -> None:
    """What nobody foresaw neither ends the case nor shows what it was about."""
    case = await (await troubled.open(five_steps())).opened()
    recorder.before = times(2, RuntimeError("row of Nguyen Van A"))
    await lives_through(case)
    assert "Nguyen" not in (await case.history()).to_json()


async def written_by_a_dead_worker(case: StagedCase, *commands: CaseCommand) -> list[EventRecord]:
    """Write a turn as a worker does that dies before its workflow task is completed."""
    before = case.folded() if case.records else blank(case.case_id, five_steps())
    turn = CASES.take_turn(before, commands, await case.stage.now())
    assert turn is not None
    await case.stage.memory.record(turn)
    return list(case.records)


async def test_what_a_dead_worker_has_written_stands(environment: WorkflowEnvironment) -> None:
    """The ledger has the turn, the workflow not; a second message comes; another worker takes over.

    It finds the first turn's events in its place, takes them, and decides the second message on top.
    """
    async with a_stage(environment) as stage:
        case = await stage.open(five_steps())
        async with stage.worker(max_cached_cases=0):
            await case.opened()
            await case.quiet()
        answers = [an_answer(step, department, await stage.now()) for step, department in FIVE_STEPS]
        standing = await written_by_a_dead_worker(case, answers[0])
        assert standing[-1].event.type == "StepAssigned"
        await case.signal(answers[0])
        await case.signal(answers[1])
        async with stage.worker(max_cached_cases=0):
            assert (await case.settled(answers[1])).accepted
            assert case.records[: len(standing)] == standing
            for answer in answers[2:]:
                assert (await case.send(answer)).accepted
            assert (await case.handle.result()).outcome == "issued"
        assert_whole(case)
        assert [event.step_id for event in case.events("StepDecided")] == [step for step, _ in FIVE_STEPS]


async def test_what_stands_decides_also_when_the_case_is_due(environment: WorkflowEnvironment) -> None:
    """The first turn is a dead worker's: the case arms its timer for the instants that follow from that one."""
    async with a_stage(environment) as stage:
        submission = a_submission(await stage.now() - timedelta(hours=1))
        case = await stage.open(five_steps(), submission=submission)
        await written_by_a_dead_worker(case, submission)
        async with stage.worker():
            assert kinds(await case.quiet())["timer_started"] == 1
            due_at = stage.memory.views[case.case_id].next_due_at
            assert due_at is not None
            await stage.until(due_at)
            await soon(lambda: "RungFired" in case.names)
        assert case.events("RungFired")[0].due_at == due_at
        assert_whole(case)


async def test_an_outage_longer_than_patience_is_decided_anew(
    environment: WorkflowEnvironment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After that the turn takes in what came meanwhile, and nothing was lost."""
    # The SDK measures a local activity's whole time by the real clock: shortened here. The sandbox would have a copy.
    monkeypatch.setattr("workflows.recording.PATIENCE", timedelta(seconds=1))
    recorder = TroubledRecorder()
    async with a_stage(environment, recorder, sandbox=False) as stage, stage.worker():
        case = await (await stage.open(five_steps())).opened()
        turns: list[list[str]] = []

        def away(turn: Turn) -> Exception:
            turns.append([outcome.command_id for outcome in turn.outcomes])
            return AWAY

        recorder.before = away
        first = an_answer("intake", "one-stop", await stage.now())
        second = an_answer("appraisal", "culture", await stage.now())
        await case.signal(first)
        await soon(lambda: len(turns) >= 1)
        await case.signal(second)
        await soon(lambda: [first.command_id, second.command_id] in turns)
        recorder.before = lambda _: None
        assert (await case.settled(second)).accepted
        assert_whole(case)
        await lives_out(case)


async def lives_out(case: StagedCase) -> None:
    """Answer the rest."""
    for step, department in FIVE_STEPS[2:]:
        assert (await case.send(an_answer(step, department, await case.stage.now()))).accepted
    assert (await case.handle.result()).outcome == "issued"
