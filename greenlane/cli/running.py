"""Running the system: the embedded stack, and each process alone against outside servers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from greenlane.cli.options import Json, Lang, StateDir

if TYPE_CHECKING:
    from wording.text import LazyText

PANEL = "Running it"


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    for command in (up, status, prepare, worker, bridge, publisher):
        app.command(rich_help_panel=PANEL)(command)


def up(
    state_dir: StateDir = None,
    owned: Annotated[bool, typer.Option("--owned", hidden=True)] = False,
) -> int:
    """Start the whole system on this machine and keep it running until Ctrl-C.

    Starts Temporal, PostgreSQL and Kafka where no outside server is set, then worker, bridge and publisher.

    Example: greenlane up --state-dir /srv/greenlane
    """
    from greenlane.settings import Settings
    from greenlane.stack import ProcessSpec, run_up

    def make_ready(settings: Settings) -> LazyText | None:
        # Loaded only now: the servers may start while Temporal's library loads.
        from greenlane import prepare as preparation

        return preparation.prepare(settings)

    # One bridge belongs to this folder: known by name, it gets its partitions back at once after a kill.
    settings = Settings.load(state_dir=state_dir, process_instance="embedded")
    processes = (ProcessSpec("worker"), ProcessSpec("publisher"), ProcessSpec("bridge"))
    return run_up(settings, processes, make_ready, owned=owned)


def status(*, state_dir: StateDir = None, lang: Lang = None, as_json: Json = False) -> int:
    """Show how each part of the stack is, asked now. Starts nothing.

    The exit code is 0 when all run, 2 otherwise. Without a stack the outside servers that are set are looked at.

    Example: greenlane status --json
    """
    from greenlane.settings import Settings
    from greenlane.speaking.state import show_status

    return show_status(Settings.load(state_dir=state_dir, language=lang), as_json=as_json)


def prepare() -> None:
    """Make ready what the processes need on outside servers: tables, topics, search attributes, the business time.

    Safe to run again, and by several at once; `greenlane up` does it by itself. What an older version kept of persons in
    clear it seals, for which it needs the master key.

    Example: GREENLANE_DATABASE_URL=postgresql+psycopg://... greenlane prepare
    """
    from greenlane import prepare as preparation
    from greenlane.settings import Settings
    from greenlane.speaking.output import show
    from presentation.words.words import Words

    settings = Settings.load()
    if (told := preparation.prepare(settings)) is not None:
        show(Words(settings.language)(told))


def worker() -> None:
    """Decide cases: the process that runs the workflows.

    Needs outside servers, or the addresses of a running stack.

    Example: GREENLANE_TEMPORAL_ADDRESS=temporal:7233 ... greenlane worker
    """
    _run("worker")


def bridge() -> None:
    """Bring submissions and answers from Kafka to the cases.

    Example: GREENLANE_KAFKA_BOOTSTRAP=kafka:9092 ... greenlane bridge
    """
    _run("bridge")


def publisher() -> None:
    """Send what the cases say to Kafka, and alerts by webhook and e-mail.

    Example: GREENLANE_DATABASE_URL=postgresql+psycopg://... greenlane publisher
    """
    _run("publisher")


def _run(name: str) -> None:
    from greenlane import processes
    from greenlane.settings import Settings

    processes.run(getattr(processes, name), Settings.load())
