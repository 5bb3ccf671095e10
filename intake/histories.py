"""Exporting the histories of runs that closed: while Temporal still has them, one after the other, never in a case's way."""

from __future__ import annotations

import asyncio
import collections
import time
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog
from prometheus_client import Counter, Gauge
from temporalio.api.history.v1 import History
from temporalio.client import Client, WorkflowExecution
from temporalio.service import RPCError, RPCStatusCode

from events.transport.errors import Unavailable
from intake.temporal import outages_as_unavailable
from store.histories import ClosedRun, Exporting, Histories, Run
from workflows.messages import CASE_WORKFLOW, DOSSIER_WORKFLOW

LISTED_LATE: Final = timedelta(minutes=5)
"""So late may Temporal's list tell of an end: what closed later than that is left for the next look."""
LOOKED_BACK: Final = timedelta(hours=1)
"""From time to time it is asked again what closed: the list may have been later still."""
LISTED_MAX: Final = 1000
"""So many runs are listed at once; where more closed, a shorter time is looked at."""
HISTORY_MAX_BYTES: Final = 16 * 1024 * 1024
"""A longer history is not stored. Ours continue as new long before."""
ATTEMPTS_MAX: Final = 20
"""So often, with pauses, a history is asked for that Temporal fails to give."""
IDLE_SECONDS: Final = 30.0
REST: Final = 19
"""After each history a pause so many times as long as it took: a twentieth of one core at most, all servers together."""

EXPORTED_UNTIL = Gauge(
    "greenlane_histories_exported_until_seconds",
    "Of all runs that closed before this instant (seconds since 1970) the history is stored; 0: another process exports",
)
LEFT_OUT = Counter("greenlane_histories_left_out", "Runs that closed and whose history could not be stored")

log = structlog.get_logger()


class HistoryExport:
    """Run it in every bridge; one of them at a time does the work. What stands in the store is where the next one goes on."""

    def __init__(
        self,
        client: Client,
        histories: Histories,
        days: int,
        *,
        listed_late: timedelta = LISTED_LATE,
        rest: float = REST,
    ) -> None:
        """`days`: so long histories are kept, from the end of their run on."""
        self._client, self._histories = client, histories
        self._kept, self._listed_late, self._rest = timedelta(days=days), listed_late, rest
        self._attempts: collections.Counter[Run] = collections.Counter()

    async def run(self) -> None:
        """Export until cancelled. Waits for PostgreSQL and Temporal as long as it takes; nothing stops the bridge."""
        while True:
            try:
                lease = await asyncio.to_thread(self._histories.lease)
                if lease is not None:
                    try:
                        await self._serve(lease)
                    finally:
                        EXPORTED_UNTIL.set(0)
                        lease.release()
            except Exception as error:
                log.warning("no histories can be exported now", error=type(error).__name__)
            await asyncio.sleep(IDLE_SECONDS)

    async def _serve(self, lease: Exporting) -> None:
        while True:
            back_at = time.monotonic() + LOOKED_BACK.total_seconds()
            await asyncio.to_thread(lease.drop_older, datetime.now(UTC) - self._kept)
            last_at = await asyncio.to_thread(lease.last_closed_at)
            since = None if last_at is None else last_at - LOOKED_BACK
            while time.monotonic() < back_at:
                since = await self.look(lease, since)
                await asyncio.sleep(IDLE_SECONDS)

    async def look(self, lease: Exporting, since: datetime | None) -> datetime:
        """Export what closed since then and is not too old. Returns from when on the next look is to look.

        Raises Unavailable, StoreError.
        """
        now = datetime.now(UTC)
        oldest, until = now - self._kept, now - self._listed_late
        since = max(since or oldest, oldest)
        while since < until:
            end = await self._end_of_few(since, until)
            for closed in await asyncio.to_thread(lease.missing, await self._closed(since, end)):
                began_at = time.monotonic()
                await self._export(lease, closed)
                await asyncio.sleep(self._rest * (time.monotonic() - began_at))
            since = end
            EXPORTED_UNTIL.set(since.timestamp())
        return since

    async def _end_of_few(self, since: datetime, until: datetime) -> datetime:
        """An instant up to which few enough runs closed to be listed at once."""
        while until - since > timedelta(milliseconds=1):
            with outages_as_unavailable():
                number = (await self._client.count_workflows(_closed_between(since, until))).count
            if number <= LISTED_MAX:
                break
            until = since + (until - since) / 2
        return until

    async def _closed(self, since: datetime, until: datetime) -> list[ClosedRun]:
        """Runs that closed in this time, the first first: so what stands in the store is all that closed before its last."""
        with outages_as_unavailable():
            listed = [run async for run in self._client.list_workflows(_closed_between(since, until))]
        return sorted(filter(None, map(_closed_run, listed)), key=lambda closed: closed.closed_at)

    async def _export(self, lease: Exporting, closed: ClosedRun) -> None:
        history, why = None, "too long"
        try:
            history = await self._fetched(closed.run)
        except Exception as error:
            never = self._why_never(closed.run, error)
            if never is None:
                raise
            why = never
        if history is None:
            log.warning("a history cannot be exported", case=closed.run.workflow_id, run=closed.run.run_id, why=why)
            await asyncio.to_thread(lease.leave_out, closed, why)
            LEFT_OUT.inc()
        else:
            await asyncio.to_thread(lease.put, closed, history)
            self._attempts.pop(closed.run, None)

    def _why_never(self, run: Run, error: Exception) -> str | None:
        """Why this history will never be had: noted, it is not asked for again and holds up none. None: it is worth a try."""
        if isinstance(error, RPCError) and error.status is RPCStatusCode.NOT_FOUND:
            return "gone from Temporal"
        if not isinstance(error, Unavailable | RPCError):
            return type(error).__name__
        # Temporal had just told that the run closed, so it is there: if it fails at this run again and again, it is this run.
        self._attempts[run] += 1
        if self._attempts[run] < ATTEMPTS_MAX:
            return None
        del self._attempts[run]
        return "cannot be fetched"

    async def _fetched(self, run: Run) -> bytes | None:
        """The history as Temporal's own message; None: it is too long."""
        handle = self._client.get_workflow_handle(run.workflow_id, run_id=run.run_id)
        history, size = History(), 0
        with outages_as_unavailable():
            async for event in handle.fetch_history_events():
                size += event.ByteSize()
                if size > HISTORY_MAX_BYTES:
                    return None
                history.events.append(event)
        return history.SerializeToString()


def _closed_between(since: datetime, until: datetime) -> str:
    return (
        f"WorkflowType IN ('{CASE_WORKFLOW}', '{DOSSIER_WORKFLOW}') AND ExecutionStatus != 'Running'"
        f" AND CloseTime >= '{since.isoformat()}' AND CloseTime <= '{until.isoformat()}'"
    )


def _closed_run(listed: WorkflowExecution) -> ClosedRun | None:
    if listed.close_time is None:
        return None
    return ClosedRun(Run(listed.id, listed.run_id), listed.workflow_type, listed.start_time, listed.close_time)
