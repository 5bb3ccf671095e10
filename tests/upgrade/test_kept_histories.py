"""Histories of the version before limits had two ends: their cases are open, and go on under the worker of today."""

from __future__ import annotations

from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer

from tests.upgrade.fixtures import HISTORIES
from workflows.case import CaseWorkflow
from workflows.converter import DATA_CONVERTER
from workflows.dossier import DossierWorkflow
from workflows.worker import runner

FILES = sorted(HISTORIES.glob("*.json"))


def the_history(path: Path) -> WorkflowHistory:
    return WorkflowHistory.from_json(path.stem, path.read_text())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
async def test_a_kept_history_replays(path: Path) -> None:
    """I13: a case or dossier that was open when the worker was upgraded goes on, in the sandbox."""
    replayer = Replayer(
        workflows=[CaseWorkflow, DossierWorkflow], data_converter=DATA_CONVERTER, workflow_runner=runner(sandbox=True)
    )
    await replayer.replay_workflow(the_history(path))
