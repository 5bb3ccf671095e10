"""Golden histories: cases that run in production must go on under today's code."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from temporalio import workflow
from temporalio.client import WorkflowHistory
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Replayer

from activities.record import Proposal, Standing
from cases.decide import CASES
from cases.stream import StreamRules
from tests.workflows.record_golden import BASELINE, GOLDEN
from tests.workflows.shapes import SHAPES, commands_of, played
from workflows.case import CaseWorkflow
from workflows.converter import DATA_CONVERTER
from workflows.messages import STATUS_ATTRIBUTE
from workflows.timer import DueTimer
from workflows.worker import runner

DANGER = """\
The workflow gives Temporal other commands than those of the committed baseline ({shape}).

Every open case in production was begun with the old commands. A worker with this change replays their histories, finds
other commands than are written there, and each of those cases STOPS: no answer is taken, no deadline is watched, until
the old code is back.

- You did not mean to change them: undo it.
- You did: keep the old order for runs that began with it (`workflow.patched`), add a shape that shows the new order, record
  only that one (`python -m tests.workflows.record_golden SHAPE`), and leave the recorded histories as they are.
"""

FILES = sorted(path for path in GOLDEN.glob("*.json") if path != BASELINE)


def the_history(path: Path) -> WorkflowHistory:
    return WorkflowHistory.from_json(path.stem, path.read_text())


def replayer(*, sandbox: bool = True) -> Replayer:
    return Replayer(workflows=[CaseWorkflow], data_converter=DATA_CONVERTER, workflow_runner=runner(sandbox))


async def failures(*, sandbox: bool) -> list[str]:
    """The golden histories that do not replay."""
    replaying = replayer(sandbox=sandbox)
    found = []
    for path in FILES:
        result = await replaying.replay_workflow(the_history(path), raise_on_replay_failure=False)
        if result.replay_failure is not None:
            found.append(path.stem)
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
async def test_a_golden_history_replays(path: Path) -> None:
    """I13: every stored history replays on today's code, in the sandbox."""
    await replayer().replay_workflow(the_history(path))


def test_every_shape_has_its_golden_history() -> None:
    """A new shape is recorded with the change that brings it; none is lost."""
    assert {path.stem.rpartition(".")[0] for path in FILES} == set(SHAPES)
    recorded = json.loads(BASELINE.read_text())
    assert set(recorded) == set(SHAPES)
    for path in FILES:
        shape, _, number = path.stem.rpartition(".")
        assert commands_of(the_history(path)) == recorded[shape][int(number) - 1]


@pytest.mark.parametrize("shape", SHAPES)
async def test_the_commands_of_a_case_are_those_of_the_baseline(environment: WorkflowEnvironment, shape: str) -> None:
    """The same life gives Temporal the same commands in the same order as when the baseline was committed."""
    async with played(environment, SHAPES[shape]) as histories:
        commands = [commands_of(history) for history in histories]
    assert commands == json.loads(BASELINE.read_text())[shape], DANGER.format(shape=shape)


async def test_other_rules_part_no_case_from_its_history(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rules may be mended while cases run: a replay follows what was recorded, whatever they would say today."""
    monkeypatch.setattr(StreamRules, "take_turn", lambda *_: None)
    monkeypatch.setitem(vars(CASES), "next_due", lambda _: None)
    assert await failures(sandbox=False) == []


async def _arms_first(case: Any) -> None:
    case._timer.arm(workflow.now(), summary="too early")
    await _take_turn(case)


async def _records_nothing(_: Any, proposal: Proposal) -> Standing:
    turn = proposal.turn
    records, outcomes = (turn.records, turn.outcomes) if turn else ((), ())
    return Standing(records=records, outcomes=outcomes, next_due_at=proposal.next_due_at)


async def _records_twice(case: Any, proposal: Proposal) -> Standing | None:
    await _recorded(case, proposal)
    return await _recorded(case, proposal)


async def _sleeps_first(case: Any, proposal: Proposal) -> Standing | None:
    await workflow.sleep(1)
    return await _recorded(case, proposal)


def _arms_always(timer: DueTimer, wakes_at: Any, summary: str) -> None:
    if timer._task is not None:
        timer._task.cancel()
    timer._task = timer._wakes_at = None
    _arm(timer, wakes_at, summary)


def _shows_always(case: Any) -> None:
    workflow.upsert_search_attributes([STATUS_ATTRIBUTE.value_set(str(case._state.status))])


_take_turn, _recorded, _arm = CaseWorkflow._take_turn, CaseWorkflow._recorded, DueTimer.arm

BAD_EDITS: dict[str, tuple[type, str, Callable[..., Any] | property]] = {
    "the timer is armed before the turn is recorded": (CaseWorkflow, "_take_turn", _arms_first),
    "the turn is not recorded": (CaseWorkflow, "_recorded", _records_nothing),
    "the turn is recorded twice": (CaseWorkflow, "_recorded", _records_twice),
    "the case waits before it records": (CaseWorkflow, "_recorded", _sleeps_first),
    "the timer is not kept": (DueTimer, "arm", _arms_always),
    "the timer is never armed": (DueTimer, "arm", lambda *_, **__: None),
    "the status is shown at every turn": (CaseWorkflow, "_show", _shows_always),
    "the status is never shown": (CaseWorkflow, "_show", lambda _: None),
    "the case never continues as new": (CaseWorkflow, "_is_long", property(lambda _: False)),
    "the case always continues as new": (CaseWorkflow, "_is_long", property(lambda case: case._turns > 0)),
    "the case never ends": (CaseWorkflow, "_is_over", property(lambda _: False)),
}


@pytest.mark.parametrize("edit", BAD_EDITS)
async def test_a_bad_edit_is_caught_by_the_replay(edit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Seeded mistakes: each one fails at least one golden history."""
    owner, name, replacement = BAD_EDITS[edit]
    monkeypatch.setattr(owner, name, replacement)
    assert await failures(sandbox=False) != []


async def test_the_replay_itself_is_not_what_fails() -> None:
    """Without an edit the same way of replaying fails none."""
    assert await failures(sandbox=False) == []
