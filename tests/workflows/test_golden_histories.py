"""Golden histories: cases that run in production must go on under today's code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Replayer

from cases.decide import CASES
from cases.stream import StreamRules
from tests.workflows.record_golden import BASELINE, GOLDEN
from tests.workflows.shapes import SHAPES, commands_of, played
from workflows.case import CaseWorkflow
from workflows.converter import DATA_CONVERTER
from workflows.dossier import DossierWorkflow
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
    return Replayer(
        workflows=[CaseWorkflow, DossierWorkflow], data_converter=DATA_CONVERTER, workflow_runner=runner(sandbox)
    )


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
