"""One durable timer per case, left alone while it is early enough."""

from __future__ import annotations

import asyncio
from datetime import datetime

from temporalio import workflow


class DueTimer:
    """Wakes the case at a due instant (real time, UTC).

    An armed timer that is earlier than needed stays: it wakes, finds nothing due, and is armed again. That halves what
    a timer costs in history events.
    """

    def __init__(self) -> None:
        self._task: asyncio.Task[None] | None = None
        self._wakes_at: datetime | None = None

    @property
    def has_fired(self) -> bool:
        """Whether the timer fired and was not armed again since."""
        return self._task is not None and self._task.done()

    def arm(self, wakes_at: datetime | None, summary: str) -> None:
        """Make sure that the case wakes at `wakes_at` or earlier; None: nothing is due, a running timer may run out."""
        if self.has_fired:
            self._task = self._wakes_at = None
        if wakes_at is None or (self._wakes_at is not None and self._wakes_at <= wakes_at):
            return
        if self._task is not None:
            self._task.cancel()
        self._wakes_at = wakes_at
        # Temporal refuses a timer of no length; an instant that has passed already wakes the case at once.
        delay_seconds = max(0.001, (wakes_at - workflow.now()).total_seconds())
        self._task = asyncio.create_task(workflow.sleep(delay_seconds, summary=summary))
