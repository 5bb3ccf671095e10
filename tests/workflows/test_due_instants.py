"""Due instants on Temporal: each rung once, never early, never missed; one timer, left alone while it is early enough."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from temporalio.testing import WorkflowEnvironment

from events.language.commands import AcknowledgeEscalation, Actor, ActorKind, Outcome
from tests.builders import PAUSE, RESTART, a_supplement, an_answer
from tests.timetables import due_items
from tests.workflows.routes import FIVE_STEPS, five_steps, one_step
from tests.workflows.stage import SOON_SECONDS, Stage, StagedCase, a_stage, kinds, soon

pytestmark = pytest.mark.asyncio(loop_scope="module")

SECOND = timedelta(seconds=1)
MILLISECOND = timedelta(milliseconds=1)
SUPERVISOR = Actor(kind=ActorKind.SUPERVISOR, id="office")


def due_now(case: StagedCase) -> list[tuple[datetime, str]]:
    """When what falls due in this case, told by the rules from its ledger."""
    return [
        (item.at, f"{item.clock_id}/{item.rung}" if item.rung else item.clock_id) for item in due_items(case.folded())
    ]


def fired(case: StagedCase) -> list[tuple[datetime, str]]:
    """What the ledger says has fallen due, in order."""
    found = []
    for record in case.records:
        if record.event.type == "RungFired":
            found.append((record.at, record.event.escalation_id))
        elif record.event.type in ("ClockBreached", "AppointmentPassed"):
            found.append((record.at, record.event.clock_id))
    return found


async def armed_between(case: StagedCase) -> list[tuple[datetime, datetime]]:
    """Of each timer of the case, in order, the business instants between which lies what it was set to.

    The case reads its clock after its task was started, and the timer begins when the task is completed.
    """
    to_business = case.stage.business_time.to_business
    armed, started_at = [], datetime.min.replace(tzinfo=UTC)
    for event in (await case.quiet()).events:
        at = event.event_time.ToDatetime(UTC)
        match event.WhichOneof("attributes"):
            case "workflow_task_started_event_attributes":
                started_at = at
            case "timer_started_event_attributes":
                timeout = event.timer_started_event_attributes.start_to_fire_timeout.ToTimedelta()
                armed.append((to_business(started_at + timeout), to_business(at + timeout)))
            case _:
                pass
    return armed


async def test_every_boundary_is_kept_to_the_second(stage: Stage) -> None:
    """One second before nothing has fired, at the instant it fires, one second later it has fired once; to the last rung."""
    case = await (await stage.open(one_step())).opened()
    expected = due_now(case)
    assert len(expected) == 14
    seen = 0
    for at in sorted({at for at, _ in expected}):
        until_now = [entry for entry in expected if entry[0] <= at]
        await stage.until(at - SECOND)
        early = fired(case)
        # On a busy machine the instant may have come before this look: then `decided_at` below tells.
        assert early == expected[:seen] or await stage.now() >= at
        await stage.until(at)
        seen = len(until_now)
        await soon(lambda count=seen: len(fired(case)) >= count)
        assert fired(case) == expected[:seen]
        await stage.until(at + SECOND)
        assert fired(case) == expected[:seen]
    assert seen == len(expected)
    assert all(record.decided_at >= record.at for record in case.records)
    instants = sorted({at for at, _ in expected})
    for at, (earliest, latest) in zip(instants, await armed_between(case), strict=True):
        # A timer is set in whole milliseconds, upwards; two clocks that cut theirs off differ by one more.
        assert earliest - 2 * MILLISECOND <= at <= latest + MILLISECOND
    counted = kinds(await case.quiet())
    assert counted["timer_started"] == counted["timer_fired"]
    assert counted["timer_fired"] == len({at for at, _ in expected})
    assert counted["timer_canceled"] == 0


@pytest.mark.parametrize("seconds", [-1, 0, 1])
async def test_an_answer_around_its_due_instant(stage: Stage, seconds: int) -> None:
    """A second before and at the instant itself the answer is in time; a second after it the breach stands."""
    case = await (await stage.open(one_step())).opened()
    due_at = next(at for at, name in due_now(case) if name == "step:signing")
    await stage.until(due_at + timedelta(seconds=seconds))
    assert (await case.send(an_answer("signing", "culture", due_at + timedelta(seconds=seconds)))).accepted
    assert (await case.handle.result()).outcome == "issued"
    step = [event for event in case.records if getattr(event.event, "clock_id", None) == "step:signing"]
    ends = [record.event.type for record in step if record.event.type not in ("ClockStarted", "RungFired")]
    if seconds > 0:
        assert ends == ["ClockBreached", "ClockStopped"]
    elif next(record for record in case.records if record.event.type == "StepDecided").decided_at < due_at:
        assert ends == ["ClockMet"]
    else:
        # The timer may win the race to the worker: then the breach is set aside, and counts as met.
        assert ends in (["ClockMet"], ["ClockBreached", "BreachSetAside"])


async def left_in_time(stage: Stage) -> StagedCase:
    """A case whose worker was gone before anything fell due; where the machine was too slow for that, another one."""
    async with asyncio.timeout(SOON_SECONDS):
        while True:
            case = await stage.open(one_step())
            async with stage.worker(max_cached_cases=0):
                await case.opened()
                await case.quiet()
            if await stage.now() < due_now(case)[0][0] and not fired(case):
                return case
            await case.end()


@pytest_asyncio.fixture(loop_scope="module")
async def hasty(environment: WorkflowEnvironment) -> AsyncIterator[Stage]:
    """A stage without a worker on which a business day passes in 1.7 s of real time."""
    async with a_stage(environment, factor=50_000) as stage:
        yield stage


async def test_an_answer_in_time_is_no_breach_whatever_the_worker_did(hasty: Stage) -> None:
    """The worker is down over the due instant; the answer was received before it: it is decided before it."""
    case = await left_in_time(hasty)
    due_at = next(at for at, name in due_now(case) if name == "step:signing")
    answer = an_answer("signing", "culture", due_at - SECOND)
    await case.signal(answer)
    await hasty.until(due_at + timedelta(hours=10))
    async with hasty.worker(max_cached_cases=0):
        assert (await case.settled(answer)).accepted
        assert (await case.handle.result()).outcome == "issued"
    assert [name for _, name in fired(case)] == ["step:signing/half", "step:signing/late-warning"]
    assert case.events("ClockBreached") == []
    decided = next(record for record in case.records if record.event.type == "StepDecided")
    assert decided.at == due_at - SECOND
    assert decided.decided_at > due_at


async def test_what_was_missed_in_an_outage_fires_in_order_and_says_how_late(hasty: Stage) -> None:
    """No rung is lost or doubled when the worker was away over several of them."""
    case = await left_in_time(hasty)
    last_at = next(at for at, name in due_now(case) if name == "step:signing/second")
    missed = [entry for entry in due_now(case) if entry[0] <= last_at]
    await hasty.until(last_at)
    async with hasty.worker(max_cached_cases=0):
        await soon(lambda: len(fired(case)) >= len(missed))
        await case.quiet()
    assert fired(case)[: len(missed)] == missed
    assert len(missed) >= 6
    late = [event.late_seconds for event in case.events("RungFired") if event.due_at <= last_at]
    assert late == sorted(late, reverse=True)
    assert late[0] > 3600


async def test_one_timer_serves_a_case_that_is_on_time(stage: Stage) -> None:
    """Steps move the due instant forward: the armed timer is early enough and stays, none is cancelled."""
    case = await (await stage.open(five_steps())).opened()
    for step, department in FIVE_STEPS:
        await stage.until(await stage.now() + timedelta(minutes=5))
        assert (await case.send(an_answer(step, department, await stage.now()))).accepted
    await case.handle.result()
    counted = kinds(await case.history())
    assert (counted["timer_started"], counted["timer_canceled"], counted["timer_fired"]) == (1, 0, 0)


async def test_a_timer_that_was_kept_wakes_finds_nothing_due_and_is_armed_anew(stage: Stage) -> None:
    """That costs a timer, but no turn and nothing in the ledger; the real instant is then kept to the second."""
    case = await (await stage.open(five_steps())).opened()
    first_at, _ = due_now(case)[0]
    await stage.until(first_at - timedelta(minutes=5))
    assert (await case.send(an_answer("intake", "one-stop", await stage.now()))).accepted
    written, turns = len(case.records), kinds(await case.quiet())["marker_recorded"]
    second_at, name = due_now(case)[0]
    assert second_at > first_at
    await stage.until(first_at + SECOND)
    counted = kinds(await case.quiet())
    assert (counted["timer_fired"], counted["timer_started"], counted["marker_recorded"]) == (1, 2, turns)
    assert len(case.records) == written
    await stage.until(second_at)
    await soon(lambda: len(fired(case)) == 1)
    assert fired(case) == [(second_at, name)]


async def test_acknowledging_stops_the_chain(stage: Stage) -> None:
    """The first escalation is acknowledged: the second of that clock never fires."""
    case = await (await stage.open(one_step())).opened()
    first_at = next(at for at, name in due_now(case) if name == "step:signing/first")
    await stage.until(first_at)
    await soon(lambda: any(name == "step:signing/first" for _, name in fired(case)))
    acknowledge = AcknowledgeEscalation(
        command_id="seen", received_at=first_at, actor=SUPERVISOR, escalation_id="step:signing/first"
    )
    assert (await case.ask(acknowledge)).accepted
    await stage.until(due_now(case)[-1][0] + SECOND)
    await soon(lambda: not due_now(case))
    assert "step:signing/second" not in [name for _, name in fired(case)]


async def test_nothing_fires_while_the_applicant_has_the_case(stage: Stage) -> None:
    """PAUSE: the clocks stand still; when the documents come they go on with what was left, moved by the pause."""
    case = await (await stage.open(one_step(PAUSE))).opened()
    before = due_now(case)
    await stage.until(await stage.now() + timedelta(hours=1))
    asked_at = await stage.now()
    assert (await case.send(an_answer("signing", "culture", asked_at, Outcome.REQUEST_SUPPLEMENT))).accepted
    await stage.until(asked_at + timedelta(days=3))
    assert fired(case) == []
    received_at = await stage.now()
    assert (await case.send(a_supplement(received_at))).accepted
    after = due_now(case)
    assert [name for _, name in after] == [name for _, name in before]
    assert all(later > earlier for (later, _), (earlier, _) in zip(after, before, strict=True))
    await stage.until(after[0][0])
    await soon(lambda: len(fired(case)) == 1)
    assert fired(case) == after[:1]


async def test_a_case_is_returned_when_the_applicant_lets_the_limit_pass(stage: Stage) -> None:
    """RESTART: the applicant's own limit runs out at its instant, and the workflow ends with the case."""
    case = await (await stage.open(one_step(RESTART))).opened()
    asked_at = await stage.now()
    assert (await case.send(an_answer("signing", "culture", asked_at, Outcome.REQUEST_SUPPLEMENT))).accepted
    [(due_at, name)] = due_now(case)
    assert name == "supplement"
    await stage.until(due_at - SECOND)
    assert not case.events("CaseClosed") or await stage.now() >= due_at
    result = await case.handle.result()
    assert result.outcome == "returned"
    [closed] = case.events("CaseClosed")
    assert case.records[-1].decided_at >= due_at, "not before"
    assert closed.closed_at.astimezone(UTC) == due_at
