"""Waiting until what was accepted is on record."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import TypeVar

Record = TypeVar("Record")

RECORD_SECONDS = 30.0
"""How long anything may take from being accepted to being on record before the worker counts as away."""
LOOK_SECONDS = 0.05


class Patience:
    """How long each of many is waited for: not again once one was waited for in vain."""

    def __init__(self) -> None:
        self._seconds = RECORD_SECONDS

    async def recorded(self, look: Callable[[], Record | None]) -> Record | None:
        """What `look` finds, asked again and again in a thread; None: nobody has recorded it."""
        deadline = time.monotonic() + self._seconds
        while (record := await asyncio.to_thread(look)) is None:
            if time.monotonic() >= deadline:
                # Without a worker every further one would wait as long: say it once, for all.
                self._seconds = 0.0
                return None
            await asyncio.sleep(LOOK_SECONDS)
        return record
