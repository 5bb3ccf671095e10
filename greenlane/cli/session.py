"""What a command works with: settings with every address known, on a stack that runs as long as it is needed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from greenlane.settings import Settings
from greenlane.stack import ensure_stack
from greenlane.stack.progress import Terminal
from greenlane.wiring import Wiring

T = TypeVar("T")


@contextmanager
def on_stack(state_dir: Path | None = None, **overrides: object) -> Iterator[Wiring]:
    """The wiring on the stack of the state folder: the running one, or one started for this command and stopped after it.

    Where all three outside servers are set, nothing is started.
    """
    settings = Settings.load(state_dir=state_dir, **overrides)
    if settings.temporal_address and settings.kafka_bootstrap and settings.database_url:
        yield from _wired(settings)
        return
    terminal = Terminal()
    try:
        with ensure_stack(settings, progress=terminal) as addresses:
            yield from _wired(settings.resolved(addresses))
    finally:
        terminal.close()


def _wired(settings: Settings) -> Iterator[Wiring]:
    wiring = Wiring(settings)
    try:
        yield wiring
    finally:
        wiring.close()


def waiting(work: Callable[[], Awaitable[T]]) -> T:
    """Run asynchronous work to its end."""

    async def run() -> T:
        return await work()

    return asyncio.run(run())


def now() -> datetime:
    """The real instant (UTC). The only clock of the command line."""
    return datetime.now(UTC)
