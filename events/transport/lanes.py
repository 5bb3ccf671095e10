"""Handling messages: one at a time per key, many keys at once, again when something is away, and to the dead letters."""

from __future__ import annotations

import asyncio
import re
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import structlog

from events.language.envelope import MESSAGE_MAX_BYTES
from events.transport.backoff import Backoff
from events.transport.errors import TransportError, Unavailable, reason_of
from events.transport.metrics import BridgeMetrics
from events.transport.offsets import Job, OffsetBook
from events.transport.outage import SHORT_OUTAGE, Outage
from events.transport.ports import DeadLetter, Disposition, Handler, Incoming, Teller
from events.transport.replays import Replays
from wording.text import _

CASE_ID = re.compile(rb"case-[0-9a-f]{24}")
TOO_LARGE = "message_too_large"
HANDLER_ERROR = "handler_error"
UNREADABLE = "unreadable_record"
BURY_RETRY_SECONDS = 1.0
AFTER_FAULT = Backoff(first_seconds=0.2, most_seconds=5.0)
OUR_FAULT = _("Nothing is to be mended: the operator lets it be handled again.")

LaneKey = tuple[str, bytes | int]
Bury = Callable[[Incoming, DeadLetter, int], Awaitable[None]]
"""Puts a message on its dead-letter topic; returns once Kafka has acknowledged it."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class LaneSettings:
    """How messages are handled."""

    concurrency: int = 64
    """Keys handled at the same time."""
    attempts_max: int = 5
    """How often a message is tried that makes the handler fail, before it becomes a dead letter."""
    retries: Backoff = AFTER_FAULT
    max_message_bytes: int = MESSAGE_MAX_BYTES
    outage: Backoff = SHORT_OUTAGE
    """While what the handler needs is away."""


@dataclass(slots=True)
class Waiting:
    """A message in its lane."""

    message: Incoming
    job: Job
    taken: float
    """Monotonic seconds."""


class Lanes:
    """The half of the bridge that lives in the event loop."""

    def __init__(
        self,
        handler: Handler,
        book: OffsetBook,
        *,
        bury: Bury,
        teller: Teller | None,
        replays: Replays | None,
        settings: LaneSettings,
        metrics: BridgeMetrics,
    ) -> None:
        self.outage = Outage(settings.outage)
        self._handler = handler
        self._book = book
        self._bury = bury
        self._teller = teller
        self._replays = replays
        self._settings = settings
        self._metrics = metrics
        self._lanes: dict[LaneKey, deque[Waiting]] = {}
        self._ready: asyncio.Queue[LaneKey] = asyncio.Queue()

    def put(self, arrived: Iterable[Waiting]) -> None:
        """Messages in the order of their partition. Call it in the event loop."""
        for waiting in arrived:
            message = waiting.message
            # Without a key nothing says what belongs together: then the partition's order is kept. Who writes on another topic
            # is another sender: what one of them writes much of, about the same case, does not hold up the other.
            key = message.topic, message.partition if message.key is None else message.key
            lane = self._lanes.get(key)
            if lane is None:
                self._lanes[key] = deque((waiting,))
                self._ready.put_nowait(key)
            else:
                lane.append(waiting)

    async def work(self) -> None:
        """Handle messages until cancelled; raises when a fault of the bridge itself makes going on unsafe."""
        async with asyncio.TaskGroup() as group:
            for _ in range(self._settings.concurrency):
                group.create_task(self._worker())

    async def _worker(self) -> None:
        while True:
            key = await self._ready.get()
            lane = self._lanes[key]
            await self._settle(lane[0])
            lane.popleft()
            if lane:
                self._ready.put_nowait(key)
            else:
                del self._lanes[key]

    async def _settle(self, waiting: Waiting) -> None:
        """Handle a message until it is finished, or its partition is gone."""
        attempts = 0
        while True:
            if self.outage.away:
                await self.outage.passage()
            if not self._book.begin(waiting.job):
                self.outage.left()
                self._book.abandon(waiting.job)
                return
            try:
                pause = await self._attempt(waiting, attempts + 1)
            except BaseException:
                self._book.pause(waiting.job)
                raise
            if pause is None:
                self._book.end(waiting.job)
                self._metrics.handling_seconds.observe(time.monotonic() - waiting.taken)
                return
            self._book.pause(waiting.job)
            if pause > 0:
                attempts += 1
                await asyncio.sleep(pause)

    async def _attempt(self, waiting: Waiting, attempt: int) -> float | None:
        """Try once. None: finished; else seconds to wait before the next attempt (0: until what is away is back)."""
        try:
            disposition = await self._disposition(waiting)
            self.outage.answered()
        except Unavailable as error:
            return self._away(error)
        except Exception as error:
            self.outage.answered()
            pause = self._after_fault(waiting.message, error, attempt)
            if pause is not None:
                return pause
            failed = _("the handler failed {attempt} times ({reason})", attempt=attempt, reason=reason_of(error))
            disposition = DeadLetter(HANDLER_ERROR, None, failed, OUR_FAULT)
        if isinstance(disposition, DeadLetter):
            try:
                await self._tell(waiting.message, disposition)
                is_buried = await self._buried(waiting.message, disposition, attempt)
            except Unavailable as error:
                return self._away(error)
            if not is_buried:
                return BURY_RETRY_SECONDS
        self._metrics.messages.labels("dead_letter" if isinstance(disposition, DeadLetter) else "done").inc()
        return None

    def _away(self, error: Unavailable) -> float:
        self._metrics.retries.labels("unavailable").inc()
        self.outage.failed(error.what)
        return 0.0

    async def _tell(self, message: Incoming, letter: DeadLetter) -> None:
        """Tell the sender. Raises Unavailable; for any other fault of the telling the letter must not wait."""
        if self._teller is None:
            return
        try:
            await self._teller.tell(message, letter)
        except Unavailable:
            raise
        except Exception as error:
            log.error("sender_not_told", error=type(error).__name__, place=_place(error), **_origin(message))

    async def _disposition(self, waiting: Waiting) -> Disposition:
        if self._replays is not None and self._replays.is_order(waiting.message):
            original = await asyncio.to_thread(self._replays.original_of, waiting.message)
            if isinstance(original, DeadLetter):
                return original
            waiting.message = original
        message = waiting.message
        if message.unreadable is not None:
            return DeadLetter(UNREADABLE, "record", message.unreadable)
        size = len(message.value or b"")
        if size > self._settings.max_message_bytes:
            limit = self._settings.max_message_bytes
            return DeadLetter(TOO_LARGE, "data", _("{size} bytes; the limit is {limit}", size=size, limit=limit))
        return await self._handler.handle(message)

    def _after_fault(self, message: Incoming, error: Exception, attempt: int) -> float | None:
        """Seconds until the next attempt after a fault of the handler; None: no more."""
        # The class and the place only: the text of an exception may quote the message.
        log.error("handler_error", attempt=attempt, error=type(error).__name__, place=_place(error), **_origin(message))
        if attempt >= self._settings.attempts_max:
            return None
        self._metrics.retries.labels("handler_error").inc()
        return self._settings.retries.pause(attempt)

    async def _buried(self, message: Incoming, letter: DeadLetter, attempt: int) -> bool:
        try:
            await self._bury(message, letter, attempt)
        except TransportError as error:
            log.error("dead_letter_not_sent", code=letter.code, what=str(error), **_origin(message))
            self._metrics.retries.labels("dead_letter_not_sent").inc()
            return False
        log.warning("dead_letter", code=letter.code, field=letter.field, **_origin(message))
        self._metrics.dead_letters.labels(message.topic, letter.code).inc()
        return True


def _origin(message: Incoming) -> dict[str, str | int]:
    origin: dict[str, str | int] = {
        "topic": message.topic,
        "partition": message.partition,
        "offset": message.offset,
    }
    if message.key is not None and CASE_ID.fullmatch(message.key):
        origin["case_id"] = message.key.decode()
    return origin


def _place(error: Exception) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace is not None else ""
