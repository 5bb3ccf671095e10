"""Running the system: the embedded stack, and each process alone against outside servers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from greenlane.settings import Settings
from greenlane.stack import ProcessSpec, run_up

PROCESSES = (ProcessSpec("worker"), ProcessSpec("publisher"), ProcessSpec("bridge"))

StateDir = Annotated[
    Path | None,
    typer.Option("--state-dir", help="Folder of the embedded stack (GREENLANE_STATE_DIR, default .greenlane)."),
]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    for command in (up, worker, bridge, publisher):
        app.command()(command)


def up(
    state_dir: StateDir = None,
    owned: Annotated[bool, typer.Option("--owned", hidden=True)] = False,
) -> int:
    """Start the whole system on this machine and keep it running until Ctrl-C.

    Starts Temporal, PostgreSQL and Kafka where no outside server is set, then worker, bridge and publisher.
    """
    from greenlane.prepare import prepare  # noqa: PLC0415 - the servers may start while Temporal's library loads

    # One bridge belongs to this folder: known by name, it gets its partitions back at once after a kill.
    settings = Settings.load(state_dir=state_dir, process_instance="embedded")
    return run_up(settings, PROCESSES, prepare, owned=owned)


def worker() -> None:
    """Decide cases: the process that runs the workflows. Needs outside servers or a running stack's addresses."""
    from greenlane import processes  # noqa: PLC0415

    processes.run(processes.worker, Settings.load())


def bridge() -> None:
    """Bring submissions and answers from Kafka to the cases."""
    from greenlane import processes  # noqa: PLC0415

    processes.run(processes.bridge, Settings.load())


def publisher() -> None:
    """Send what the cases say to Kafka, and alerts by webhook and e-mail."""
    from greenlane import processes  # noqa: PLC0415

    processes.run(processes.publisher, Settings.load())
