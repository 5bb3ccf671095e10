"""A recorder in trouble: the one in memory, behind a store that goes away, loses its answer, or never gives it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from activities.memory import MemoryRecorder
from cases.turn import Recorded, Turn

Trouble = Callable[[Turn], Exception | None]


def _open_gate() -> asyncio.Event:
    gate = asyncio.Event()
    gate.set()
    return gate


@dataclass
class TroubledRecorder:
    """Asks before and after each commit whether something happens now. What was committed stays in `memory`."""

    before: Trouble = lambda _: None
    after: Trouble = lambda _: None
    memory: MemoryRecorder = field(default_factory=MemoryRecorder)
    attempts: int = 0
    held: int = 0
    """Turns that are committed and whose answer is held back."""
    _gate: asyncio.Event = field(default_factory=_open_gate)

    def holds(self) -> None:
        """From now on commit, and do not answer."""
        self._gate.clear()

    def goes_on(self) -> None:
        """Answer all that was held back, and answer again."""
        self._gate.set()

    async def record(self, turn: Turn) -> Recorded:
        """As the recorder in memory does, with the trouble that was asked for."""
        self.attempts += 1
        if (trouble := self.before(turn)) is not None:
            raise trouble
        recorded = await self.memory.record(turn)
        if not self._gate.is_set():
            self.held += 1
            await self._gate.wait()
        if (trouble := self.after(turn)) is not None:
            raise trouble
        return recorded


def times(count: int, error: Exception) -> Trouble:
    """The same error so many times, then none."""
    left = [error] * count
    return lambda _: left.pop() if left else None
