"""Waiting for a server that is away: pauses that grow, and a complaint that is made once."""

from __future__ import annotations

import threading
from dataclasses import dataclass

import structlog

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class BackOff:
    """Used by one thread. `stop` ends a pause early."""

    stop: threading.Event
    first_seconds: float = 0.25
    max_seconds: float = 5.0
    _seconds: float = 0.0
    _said: str | None = None

    def pause(self) -> None:
        """Wait; each time twice as long, up to the maximum."""
        self._seconds = min(max(self._seconds * 2, self.first_seconds), self.max_seconds)
        self.stop.wait(self._seconds)

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
        self._seconds = 0.0
