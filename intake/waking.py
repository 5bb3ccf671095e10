"""Waking what sleeps through its due instants, and bringing back what Temporal failed, ended or lost."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import structlog
from temporalio.client import Client

from events.transport.errors import Unavailable
from intake.cases import CaseIntake
from intake.dossiers import DossierIntake
from intake.lost_runs import ended_otherwise
from intake.temporal import outages_as_unavailable
from store.errors import StoreError
from store.views import Views

log = structlog.get_logger()

FIRST_LOOK_AT = datetime(2020, 1, 1, tzinfo=UTC)
LISTED_LATE = timedelta(minutes=5)
"""So late may Temporal's list tell of an end."""
WOKEN_AGAIN_AFTER = timedelta(minutes=30)
"""While no worker runs everything sleeps: each is called once, not at every look."""


class Waking:
    """Finds open cases and dossiers whose next due instant passed and woke nobody, and calls them."""

    def __init__(self, views: Views, cases: CaseIntake, dossiers: DossierIntake) -> None:
        self._views, self._cases, self._dossiers = views, cases, dossiers
        self._woken: dict[str, datetime] = {}

    async def look(self, older_than_seconds: float) -> int:
        """Wake what has slept so long, in real seconds. Returns how many. Raises Unavailable and store errors."""
        now = datetime.now(UTC)
        self._woken = {name: at for name, at in self._woken.items() if now - at < WOKEN_AGAIN_AFTER}
        missed_at = self._cases.business(now - timedelta(seconds=older_than_seconds))
        sleeping = await asyncio.to_thread(self._views.sleeping, missed_at, 0.0)
        fresh = [(name, is_linked) for name, is_linked in sleeping if name not in self._woken]
        woken = 0
        for name, is_linked in fresh:
            self._woken[name] = now
            try:
                await (self._dossiers.wake(name) if is_linked else self._cases.wake(name))
                woken += 1
            except Exception as error:
                if isinstance(error, Unavailable) or (isinstance(error, StoreError) and error.retryable):
                    raise
                # One that cannot be brought back, its ledger broken perhaps, holds up none of those behind it.
                log.error("a case that sleeps cannot be woken", case=name, error=type(error).__name__)
        return woken


class Sweep:
    """Finds cases and dossiers that are open in the ledger and whose run somebody ended, or that failed: and brings them back.

    Asked of Temporal is what ended otherwise than by its own end since the last look, so its cost follows what happens, not
    what is open. What Temporal lost without a trace is found by Waking, when it falls due, or by the next command for it.
    """

    def __init__(self, client: Client, views: Views, cases: CaseIntake, dossiers: DossierIntake) -> None:
        self._client, self._views, self._cases, self._dossiers = client, views, cases, dossiers
        self._since = FIRST_LOOK_AT
        self._seen: dict[str, datetime] = {}
        self._again: dict[str, datetime] = {}
        """What could not be brought back, and when that was tried last."""

    async def look(self, _: float) -> int:
        """Bring back what ended since the last look. Returns how many. Raises Unavailable and store errors."""
        now = datetime.now(UTC)
        with outages_as_unavailable():
            ended = await ended_otherwise(self._client, self._since - LISTED_LATE)
        fresh = {run.workflow_id for run in ended if run.run_id not in self._seen}
        due = {name for name, at in self._again.items() if now - at >= WOKEN_AGAIN_AFTER}
        is_linked = dict(await asyncio.to_thread(self._views.open_among, sorted(fresh | due)))
        brought_back = 0
        for name, linked in is_linked.items():
            brought_back += await self._bring_back(name, linked, now)
        self._seen = {run.run_id: run.closed_at for run in ended}
        self._again = {name: at for name, at in self._again.items() if name not in due or name in is_linked}
        self._since = now
        return brought_back

    async def _bring_back(self, name: str, is_linked: bool, now: datetime) -> bool:
        self._again.pop(name, None)
        try:
            return await (self._dossiers.revive(name) if is_linked else self._cases.revive(name))
        except Exception as error:
            if isinstance(error, Unavailable) or (isinstance(error, StoreError) and error.retryable):
                raise
            log.error("a case whose run ended cannot be brought back", case=name, error=type(error).__name__)
            self._again[name] = now
            return False
