"""The replay gate: bad edits of the workflows, put into their source one at a time, are caught by stored histories."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer

from tests.upgrade.fixtures import HISTORIES
from tests.workflows.bad_edits import EDITS, BadEdit
from tests.workflows.record_golden import BASELINE, GOLDEN
from tests.workflows.source_edits import edited, read_anew, sources
from workflows.converter import DATA_CONVERTER
from workflows.worker import runner

BAD_EDITS = [edit for edits in EDITS.values() for edit in edits]
SLIPS = ("NameError", "AttributeError", "TypeError", "ImportError", "UnboundLocalError")
"""With these the edit itself would be broken, and fail whatever it replays."""
COMMANDS = {
    "execute_local_activity",
    "run_local",
    "sleep",
    "cancel",
    "upsert_search_attributes",
    "continue_as_new",
    "_take_turn",
    "_after_turn",
    "_recorded",
    "_arm",
}
"""By what a workflow gives Temporal a command, at once or further down."""


def the_history(name: str) -> WorkflowHistory:
    folder: Path = GOLDEN if (GOLDEN / f"{name}.json").exists() else HISTORIES
    return WorkflowHistory.from_json(name, (folder / f"{name}.json").read_text())


async def failure(texts: dict[str, str], *names: str) -> str | None:
    """Why the first of these histories that does not replay on these texts does not."""
    with read_anew(texts) as workflows:
        replayer = Replayer(
            workflows=workflows, data_converter=DATA_CONVERTER, workflow_runner=runner(sandbox=False), debug_mode=True
        )
        for name in names:
            result = await replayer.replay_workflow(the_history(name), raise_on_replay_failure=False)
            if result.replay_failure is not None:
                return str(result.replay_failure)
    return None


@pytest.mark.parametrize("edit", BAD_EDITS, ids=str)
async def test_a_bad_edit_is_caught_by_the_replay(edit: BadEdit) -> None:
    """Each fails the history that it names, and not by a slip of its own."""
    why = await failure(edited(edit), edit.seen_by)
    assert why is not None
    assert not any(slip in why for slip in SLIPS), why


async def test_the_replay_itself_is_not_what_fails() -> None:
    """Without an edit the same way of replaying fails none."""
    assert await failure(sources(), *(path.stem for path in GOLDEN.glob("*.json") if path != BASELINE)) is None


def test_every_kind_of_edit_is_tried_often() -> None:
    assert min(len(edits) for edits in EDITS.values()) >= 4
    assert len({edit.name for edit in BAD_EDITS}) == len(BAD_EDITS) >= 50


def test_no_command_is_left_unedited() -> None:
    """Wherever a workflow gives a command, some bad edit touches that line: a new command comes with its own."""
    touched = {line.strip() for edit in BAD_EDITS for line in edit.before.splitlines()}
    untouched = [call for call in _calls() if not any(part in call or call in part for part in touched)]
    assert untouched == []


def _calls() -> Iterator[str]:
    for text in sources().values():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call) and _name(node.func) in COMMANDS:
                yield text.splitlines()[node.lineno - 1].strip()


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
