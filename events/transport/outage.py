"""When what the handler needs is away: everybody waits, one tries, and its success opens the way for all."""

from __future__ import annotations

import asyncio

import structlog

log = structlog.get_logger(__name__)


class Outage:
    """Lives in one event loop; `away` may be read from other threads."""

    def __init__(self, first_seconds: float = 0.1, max_seconds: float = 5.0) -> None:
        self.away = False
        self._first_seconds = first_seconds
        self._max_seconds = max_seconds
        self._seconds = 0.0
        self._probing = False
        self._changed = asyncio.Event()

    async def passage(self) -> None:
        """Return at once while all is well; else when it is this caller's turn to try, or when it works again."""
        while self.away:
            if self._probing:
                await self._changed.wait()
                continue
            self._probing = True
            try:
                await asyncio.sleep(self._seconds)
            except asyncio.CancelledError:
                self._let_another()
                raise
            return

    def failed(self, what: str) -> None:
        """Whoever tried found it away."""
        if not self.away:
            self._seconds = self._first_seconds
            log.warning("handler_unavailable", what=what)
        elif self._probing:
            self._seconds = min(self._seconds * 2, self._max_seconds)
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
