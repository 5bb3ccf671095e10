"""Checkpoints on time, and the file that has them all: in a thread beside publishing, which waits for neither."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

import structlog
from prometheus_client import Counter

from audit.proof.errors import KEY_SETTING
from events.language.checkpoint import Checkpoint
from events.transport.backoff import Backoff
from events.transport.serving import serve_in_thread
from greenlane.checkpoints.file import CheckpointFile
from greenlane.checkpoints.keys import key_of_settings
from greenlane.checkpoints.making import Making
from greenlane.wiring import Wiring
from store.checkpoints import Checkpoints
from store.database import Store
from store.errors import StoreNotMigrated
from store.seals import installation_id
from wording.errors import GreenlaneError
from wording.text import _

log = structlog.get_logger()

LOOK_SECONDS: Final = 5.0
"""How often is asked whether one is due; by two rows of the database."""
PATIENCE: Final = Backoff(first_seconds=1.0, most_seconds=300.0)
"""A full disk or a database that is away: asked again, ever more seldom, and nothing is lost by it."""
FAILED = Counter(
    "greenlane_checkpoint_failures",
    "Attempts to make a checkpoint (signing) or to write one (file) that failed",
    ["what"],
)
SIGNING, FILE = "signing", "file"


@dataclass(slots=True)
class Duty:
    """One thing that is done again and again; its failures are its own, and end nothing."""

    what: str
    work: Callable[[], object]
    every_seconds: float = LOOK_SECONDS
    backoff: Backoff = PATIENCE
    clock: Callable[[], float] = time.monotonic
    _failures: int = 0
    _due_at: float = 0.0
    _said: str | None = None

    def look(self) -> None:
        """Do it if its time has come. Raises nothing."""
        now = self.clock()
        if now < self._due_at:
            return
        try:
            self.work()
        except Exception as error:
            self._failures += 1
            self._due_at = now + self.backoff.pause(self._failures)
            FAILED.labels(self.what).inc()
            self._say(str(error) if isinstance(error, GreenlaneError) else type(error).__name__)
            return
        if self._said is not None:
            log.info("checkpoints go on", what=self.what)
        self._failures, self._said, self._due_at = 0, None, now + self.every_seconds

    def _say(self, reason: str) -> None:
        # Of the same trouble once: it may last for days.
        if reason != self._said:
            log.error("checkpoints wait", what=self.what, reason=reason)
        self._said = reason


@dataclass(slots=True)
class CheckpointSchedule:
    """The duties, in order, until told to stop."""

    duties: Sequence[Duty]
    step_seconds: float = 1.0
    _stop: threading.Event = field(default_factory=threading.Event)

    async def serve(self) -> None:
        """Run until cancelled, without blocking the event loop; what is in hand is finished."""
        await serve_in_thread(self.run, self.stop)

    def run(self) -> None:
        """Run until `stop`. Without duties there is nothing to do."""
        while self.duties and not self._stop.is_set():
            for duty in self.duties:
                duty.look()
            self._stop.wait(self.step_seconds)

    def stop(self) -> None:
        """Return from `run` once what is in hand is done."""
        self._stop.set()


def schedule_of(wiring: Wiring) -> CheckpointSchedule:
    """What the publisher does about checkpoints under its settings. Raises ProofError for a key that is none."""
    settings, duties = wiring.settings, []
    look_seconds = min(LOOK_SECONDS, settings.checkpoint_seconds)
    for what in (SIGNING, FILE):
        FAILED.labels(what)  # at nought, so that its first rise is seen
    key = key_of_settings(settings)
    if key is None:
        log.warning("no checkpoints are made", setting=KEY_SETTING)
    else:
        making = Making(wiring.store, key, wiring.topics.checkpoints, settings.checkpoint_seconds)
        duties.append(Duty(SIGNING, making, look_seconds))
    if settings.checkpoint_file is not None:
        duties.append(Duty(FILE, partial(write_file, wiring.store, settings.checkpoint_file), look_seconds))
    return CheckpointSchedule(duties, step_seconds=min(1.0, look_seconds))


def write_file(store: Store, path: Path) -> int:
    """Append to a file of checkpoints what it lacks; returns how many. Raises StoreError, CheckpointFileError."""
    installation = installation_id(store)
    if installation is None:
        raise StoreNotMigrated(reason=_("the installation has no id yet"))

    def stored(first: int) -> tuple[Checkpoint, ...]:
        return Checkpoints(store).all(after=first - 1)

    return CheckpointFile(path, installation).bring_up_to_date(stored)
