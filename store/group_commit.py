"""Whoever waits when the writer is free goes into one transaction: a quarter of the CPU of a transaction each."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from store.errors import RecorderClosed

Item = TypeVar("Item")
Result = TypeVar("Result")

BATCH_MAX = 200
"""Most items of one transaction: bounds the time a lock is held and the memory of a batch."""
LINGER_SECONDS = 0.005
"""How long the writer lets a crowd grow. A caller who is alone never waits: only after a batch of several does it linger."""


@dataclass(slots=True, eq=False)
class Waiting(Generic[Item, Result]):
    """One caller: its item, and where the answer goes."""

    item: Item
    future: asyncio.Future[Result]
    loop: asyncio.AbstractEventLoop


@dataclass(slots=True)
class GroupCommit(Generic[Item, Result]):
    """One writer thread. `write` gets what waits and gives for each item, in order, its result or why not.

    An exception out of `write` reaches every caller of that batch.
    """

    name: str
    write: Callable[[Sequence[Item]], Sequence[Result | Exception]]
    batch_max: int = BATCH_MAX
    linger_seconds: float = LINGER_SECONDS
    _crowded: bool = False
    _queue: deque[Waiting[Item, Result]] = field(default_factory=deque)
    _wake: threading.Condition = field(default_factory=threading.Condition)
    _thread: threading.Thread | None = None
    _closed: bool = False

    async def submit(self, item: Item) -> Result:
        """From an event loop: the result, once it is committed. Raises StoreError."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Result] = loop.create_future()
        self._enqueue(Waiting(item, future, loop))
        return await future

    def close(self) -> None:
        """Finish what waits, then stop. Later items are refused with RecorderClosed."""
        with self._wake:
            self._closed = True
            self._wake.notify()
        if self._thread is not None:
            self._thread.join()

    def _enqueue(self, waiting: Waiting[Item, Result]) -> None:
        with self._wake:
            if self._closed:
                raise RecorderClosed
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name=self.name, daemon=True)
                self._thread.start()
            self._queue.append(waiting)
            self._wake.notify()

    def _run(self) -> None:
        while batch := self._next_batch():
            try:
                results: Sequence[Result | Exception] = self.write([waiting.item for waiting in batch])
            except Exception as error:
                # Whatever it is belongs to the callers; the thread must live on.
                results = [error] * len(batch)
            _answer(batch, results)

    def _next_batch(self) -> list[Waiting[Item, Result]]:
        """What waits, at least one; empty when closed and done. Who was cancelled meanwhile is left out."""
        if self._crowded and not self._closed:
            time.sleep(self.linger_seconds)
        with self._wake:
            while True:
                batch: list[Waiting[Item, Result]] = []
                while self._queue and len(batch) < self.batch_max:
                    waiting = self._queue.popleft()
                    if not waiting.future.cancelled():
                        batch.append(waiting)
                if batch or self._closed:
                    self._crowded = len(batch) > 1
                    return batch
                self._wake.wait()


def waves(items: Sequence[Item], key: Callable[[Item], str]) -> list[list[int]]:
    """Indexes of the items, cut so that no wave holds two with the same key: the second must see what the first did."""
    cut: list[list[int]] = []
    seen: Counter[str] = Counter()
    for index, item in enumerate(items):
        wave = seen[key(item)]
        seen[key(item)] += 1
        if wave == len(cut):
            cut.append([])
        cut[wave].append(index)
    return cut


def _answer(batch: list[Waiting[Item, Result]], results: Sequence[Result | Exception]) -> None:
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[Waiting[Item, Result], Result | Exception]]] = {}
    for waiting, result in zip(batch, results, strict=True):
        by_loop.setdefault(waiting.loop, []).append((waiting, result))
    for loop, answers in by_loop.items():
        # One wake-up of the loop for all its callers. A loop that closed meanwhile has nobody left to tell.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(_settle, answers)


def _settle(answers: Sequence[tuple[Waiting[Item, Result], Result | Exception]]) -> None:
    for waiting, result in answers:
        if waiting.future.done():
            continue
        if isinstance(result, Exception):
            waiting.future.set_exception(result)
        else:
            waiting.future.set_result(result)
