"""When what the handler needs is away: everybody waits, one tries, and its success opens the way for all."""

from __future__ import annotations

import asyncio

import structlog

from events.transport.backoff import Backoff

log = structlog.get_logger(__name__)

SHORT_OUTAGE = Backoff(first_seconds=0.1, most_seconds=5.0)


class Outage:
    """Lives in one event loop; `away` may be read from other threads."""

    def __init__(self, backoff: Backoff = SHORT_OUTAGE) -> None:
        self.away = False
        self._backoff = backoff
        self._failures = 0
        self._probing = False
        self._changed = asyncio.Event()

    async def passage(self) -> None:
        """At once while all is well; else when it is this caller's turn to try, or when it works again."""
        while self.away:
            if self._probing:
                await self._changed.wait()
                continue
            self._probing = True
            try:
                await asyncio.sleep(self._backoff.pause(self._failures))
            except asyncio.CancelledError:
                self._let_another()
                raise
            return

    def failed(self, what: str) -> None:
        """Whoever tried found it away."""
        if not self.away:
            self._failures = 1
            log.warning("handler_unavailable", what=what)
        elif self._probing:
            self._failures += 1
        self.away = True
        self._let_another()

    def answered(self) -> None:
        """Whoever tried got an answer."""
        if self.away:
            log.info("handler_available_again")
            self.away = False
            self._let_another()

    def left(self) -> None:
        """Whoever had the turn went away without trying."""
        if self.away:
            self._let_another()

    def _let_another(self) -> None:
        self._probing = False
        waiting, self._changed = self._changed, asyncio.Event()
        waiting.set()
