"""A case of the version before under the worker of today, on a Temporal server: it wakes, corrects, and goes on."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.builders import an_answer
from tests.upgrade.fixtures import the_ledger
from tests.upgrade.going_on import local
from tests.workflows.stage import Stage, StagedCase, a_stage, soon, time_skipping
from workflows.messages import Carried

MINUTE = timedelta(minutes=1)
LAWFUL_END = local("17 00:00")


async def continued(stage: Stage, name: str) -> StagedCase:
    """The next run of a case whose last run, of the old program, continued as new."""
    kept = the_ledger(name)
    stage.memory.ledger[kept.stream_id] = list(kept.records)
    stage.memory.definitions[kept.definitions_digest] = kept.definitions
    anchor = kept.records[-1].decided_at + MINUTE
    stage.business_time = stage.business_time.model_copy(update={"business_anchor_at": anchor})
    carried = Carried.model_validate({"state": kept.state, "settled": kept.settled})
    case = await stage.open(kept.definitions, carried=carried)
    await soon(lambda: len(case.records) > len(kept.bodies))
    await case.quiet()
    return case


@pytest.mark.parametrize("name", ["karaoke_breached", "karaoke_escalated", "karaoke_acknowledged"])
async def test_an_early_breach_is_corrected_and_the_limit_watched(name: str) -> None:
    """Set aside with the first turn, breached at 24:00 of the last day by the case's own timer."""
    old = len(the_ledger(name).bodies)
    async with time_skipping() as environment, a_stage(environment) as stage, stage.worker():
        case = await continued(stage, name)
        assert case.names[old] == "BreachSetAside"
        await stage.until(LAWFUL_END + MINUTE)
        await soon(lambda: "ClockBreached" in case.names[old:])
        (breach,) = [r for r in case.records[old:] if r.event.type == "ClockBreached"]
        assert (breach.at, breach.event.due_at) == (LAWFUL_END, LAWFUL_END)  # type: ignore[union-attr]


async def test_an_old_case_is_answered_and_closed_in_time() -> None:
    """Between its two ends: the clock counts as met."""
    async with time_skipping() as environment, a_stage(environment) as stage, stage.worker():
        case = await continued(stage, "karaoke_escalated")
        for step, department in (("signing", "culture"), ("return", "one-stop")):
            assert (await case.send(an_answer(step, department, await stage.now()))).accepted
        assert (await case.handle.result()).outcome == "issued"
        assert not case.folded().clocks["statutory"].counts_as_breached


async def test_what_was_settled_before_the_upgrade_stays_settled() -> None:
    """A late repetition of an answer from before has no second effect."""
    async with time_skipping() as environment, a_stage(environment) as stage, stage.worker():
        case = await continued(stage, "karaoke_escalated")
        written = len(case.records)
        first = an_answer("intake", "one-stop", local("09 08:00"))
        assert first.command_id in the_ledger("karaoke_escalated").settled
        assert (await case.ask(first)).accepted
        await case.quiet()
        assert len(case.records) == written
