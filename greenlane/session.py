"""What a command works with: settings with every address known, on a stack that runs as long as it is needed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from greenlane.catalogue_in_use import Warn, warn_of_difference
from greenlane.settings import Settings
from greenlane.stack import ensure_stack
from greenlane.stack.causes import EXPLAINED, cause_of
from greenlane.stack.progress import Terminal
from greenlane.telemetry import configure_logging
from greenlane.wiring import Wiring
from presentation.moments import Moments
from presentation.names import Names
from presentation.remedies import remedy_of
from presentation.words.words import Words
from services.errors import ServiceError

T = TypeVar("T")


@contextmanager
def on_stack(state_dir: Path | None, warn: Warn, **overrides: object) -> Iterator[Wiring]:
    """The wiring on the stack of the state folder: the running one, or one started for this command and stopped after it.

    Where all three outside servers are set, nothing is started. Warns where the shell names another catalogue.
    """
    settings = Settings.load(state_dir=state_dir, **overrides)
    quiet(settings)
    if settings.temporal_address and settings.kafka_bootstrap and settings.database_url:
        yield from _wired(settings, settings, warn)
        return
    terminal = Terminal(language=settings.language)
    try:
        with ensure_stack(settings, progress=terminal) as addresses:
            yield from _wired(settings.resolved(addresses), settings, warn)
    finally:
        terminal.close()


def quiet(settings: Settings) -> None:
    """Log as a command does: standard output is its answer; of what the rooms log a person at a terminal needs the warnings."""
    asked_for = "log_level" in settings.model_fields_set
    configure_logging(settings if asked_for else settings.model_copy(update={"log_level": "warning"}), "command")
    if not asked_for:
        # Of each try that fails Kafka's client tells as an error, in English; what is wrong in the end we say ourselves.
        logging.getLogger("kafka").setLevel(logging.CRITICAL)


def _wired(settings: Settings, shell_settings: Settings, warn: Warn) -> Iterator[Wiring]:
    wiring = Wiring(settings)
    try:
        if settings.catalog_dir is not None:
            warn_of_difference(settings, wiring.catalogue.known_acts(), warn)
        yield wiring
    except EXPLAINED as error:
        if isinstance(error, ServiceError):
            error.remedy = remedy_of(error)
        raise cause_of(error, wiring.cluster, settings, shell_settings) from error
    finally:
        wiring.close()


@dataclass(frozen=True)
class Session:
    """One run of a command on a stack: what it reads from, and how it speaks."""

    wiring: Wiring

    @cached_property
    def words(self) -> Words:
        """The screen's language."""
        return Words(self.wiring.settings.language)

    @property
    def moments(self) -> Moments:
        """Time as the screen shows it, with the business instant of this look."""
        time = self.wiring.business_time
        instant = time.to_business(datetime.now(UTC))
        return Moments(self.words, self.wiring.zone, time, instant, known=Names(self.words, self.wiring.catalog))


@contextmanager
def a_session(
    state_dir: Path | None, warn: Warn, language: str | None = None, purpose: str | None = None
) -> Iterator[Session]:
    """A session on the stack of the state folder, see `on_stack`."""
    with on_stack(state_dir, warn, language=language, purpose=purpose) as wiring:
        yield Session(wiring)


def waiting(work: Callable[[], Awaitable[T]]) -> T:
    """Run asynchronous work to its end."""

    async def run() -> T:
        return await work()

    return asyncio.run(run())
