"""Record the golden histories anew: `python -m tests.workflows.record_golden [SHAPE ...]`.

A new shape is recorded once. A recorded history is never recorded again to make a failing replay pass: histories like it
run in production, and they cannot be recorded again. See test_golden_histories.py.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

from temporalio.client import WorkflowHistory

from tests.workflows.shapes import SHAPES, commands_of, played
from tests.workflows.stage import time_skipping

GOLDEN = Path(__file__).parent / "golden"
BASELINE = GOLDEN / "commands.json"


def plain(history: WorkflowHistory) -> str:
    """A history as JSON, without the paths of the machine that recorded it."""
    return json.dumps(_without_traces(json.loads(history.to_json())), ensure_ascii=False, indent=1) + "\n"


def _without_traces(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: "" if key == "stackTrace" else _without_traces(inner) for key, inner in value.items()}
    return [_without_traces(inner) for inner in value] if isinstance(value, list) else value


async def record(names: list[str]) -> None:
    """Play these shapes and write their histories and commands."""
    baseline: dict[str, list[list[str]]] = json.loads(BASELINE.read_text()) if BASELINE.exists() else {}
    for name in names:
        async with time_skipping() as environment, played(environment, SHAPES[name]) as histories:
            baseline[name] = [commands_of(history) for history in histories]
            for number, history in enumerate(histories, start=1):
                (GOLDEN / f"{name}.{number}.json").write_text(plain(history))
    ordered = {name: baseline[name] for name in SHAPES if name in baseline}
    BASELINE.write_text(json.dumps(ordered, indent=1) + "\n")


if __name__ == "__main__":
    asyncio.run(record(sys.argv[1:] or list(SHAPES)))
    sys.stdout.flush()
    # A process that ran a worker may abort in the interpreter's exit (sdk-python 300), after all is written.
    os._exit(0)
