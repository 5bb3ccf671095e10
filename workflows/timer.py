"""One durable timer per case, left alone while it is early enough."""

from __future__ import annotations

import asyncio
import math
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

    def has_reached(self, wakes_at: datetime | None) -> bool:
        """Whether the timer fired for this instant or a later one.

        Told from what it was armed for, without a look at any clock: a replay must come to the same answer.
        """
        if wakes_at is None or self._wakes_at is None:
            return False
        return self.has_fired and wakes_at <= self._wakes_at

    def arm(self, wakes_at: datetime | None, summary: str) -> None:
        """Make sure that the case wakes at `wakes_at` or earlier; None: nothing is due, a running timer may run out."""
        if self.has_fired:
            self._task = self._wakes_at = None
        if wakes_at is None or (self._wakes_at is not None and self._wakes_at <= wakes_at):
            return
        if self._task is not None:
            self._task.cancel()
        self._wakes_at = wakes_at
        self._task = asyncio.create_task(workflow.sleep(_delay_seconds(wakes_at), summary=summary))


def _delay_seconds(wakes_at: datetime) -> float:
    # Whole milliseconds, upwards: a server that cuts off the rest must not wake us early. Temporal refuses a timer of no
    # length; an instant that has passed already wakes the case at once.
    milliseconds = math.ceil((wakes_at - workflow.now()).total_seconds() * 1000)
    return max(1, milliseconds) / 1000
