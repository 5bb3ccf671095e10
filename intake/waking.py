"""Waking what sleeps through its due instants: left so by an older program, or by a Temporal that lost a timer."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import structlog

from intake.desk import Intake
from intake.linked import LinkedIntake
from store.errors import StoreError
from store.views import Views

log = structlog.get_logger()

WOKEN_AGAIN_AFTER = timedelta(minutes=30)
"""While no worker runs everything sleeps: each is called once, not at every look."""


class Waking:
    """Finds open cases and dossiers whose next due instant passed and woke nobody, and calls them."""

    def __init__(self, views: Views, cases: Intake, dossiers: LinkedIntake) -> None:
        self._views, self._cases, self._dossiers = views, cases, dossiers
        self._woken: dict[str, datetime] = {}

    async def look(self, older_than_seconds: float) -> int:
        """Wake what has slept so long, in real seconds. Returns how many. Raises Unavailable and store errors."""
        now = datetime.now(UTC)
        self._woken = {name: at for name, at in self._woken.items() if now - at < WOKEN_AGAIN_AFTER}
        missed_at = self._cases.business(now - timedelta(seconds=older_than_seconds))
        found = await asyncio.to_thread(self._views.sleeping, missed_at, 0.0)
        fresh = [(name, is_linked) for name, is_linked in found if name not in self._woken]
        woken = 0
        for name, is_linked in fresh:
            self._woken[name] = now
            try:
                await (self._dossiers.wake(name) if is_linked else self._cases.wake(name))
                woken += 1
            except StoreError as error:
                # One that cannot be brought back, its ledger broken perhaps, holds up none of those behind it.
                log.error("a case that sleeps cannot be woken", case=name, error=type(error).__name__)
        return woken
