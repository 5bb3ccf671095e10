"""Waiting for what is away: pauses that grow, of different length for each who waits, and a complaint that is made once.

It lies here because the transport is the lowest room that waits for anybody; the store and the program use it from above.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import SystemRandom

import structlog

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Backoff:
    """How long to wait after each failure in a row; all in real seconds."""

    first_seconds: float
    most_seconds: float
    factor: float = 2.0
    """By which each pause is longer than the one before it."""
    jitter: float = 0.2
    """The share that chance may take off a pause, so that those who failed together do not come back together."""
    chance: Callable[[], float] = field(default=SystemRandom().random, repr=False, compare=False)
    """A number from 0 to 1, drawn for each pause."""

    def pause(self, failures: int) -> float:
        """Seconds to wait after so many failures (1: the first), never more than the most."""
        whole = min(self.most_seconds, self.first_seconds * self.factor ** min(failures - 1, 100))
        return whole * (1.0 - self.jitter * self.chance())

    def pauses(self, failures: int) -> Iterator[float]:
        """The pauses after each of so many failures."""
        return map(self.pause, range(1, failures + 1))


SERVER_AWAY = Backoff(first_seconds=0.25, most_seconds=5.0)
"""For a server that is away and that everything waits for."""


@dataclass(slots=True)
class Wait:
    """One thread's wait for a server that is away. `stop` ends a pause early."""

    stop: threading.Event
    backoff: Backoff = SERVER_AWAY
    _failures: int = 0
    _said: str | None = None

    def pause(self) -> None:
        """Wait; longer each time."""
        self._failures += 1
        self.stop.wait(self.backoff.pause(self._failures))

    def say_once(self, event: str, what: str) -> None:
        """Log this, unless it was the last thing said."""
        if self._said != event:
            self._said = event
            log.warning(event, what=what)

    def over(self, event: str) -> None:
        """It works again: say so if the contrary was said, and begin anew."""
        if self._said is not None:
            log.info(event, after=self._said)
        self._said = None
        self._failures = 0
