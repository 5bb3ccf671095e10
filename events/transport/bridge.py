"""The way in: messages from Kafka to a handler, in order per key, committed only when they have had their effect."""

from __future__ import annotations

import asyncio
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from events.language.topics import Topics
from events.transport.cluster import Cluster
from events.transport.consumption import ConsumerSettings, Consumption
from events.transport.errors import MessageTooLargeError, TopicMissingError
from events.transport.lanes import Lanes, LaneSettings, Waiting
from events.transport.letter_content import content_of_message, packed, reference_of
from events.transport.letters import SEAL, SEALED, SIZE_BYTES, letter_headers, own_headers, seal_of
from events.transport.metrics import BridgeMetrics
from events.transport.offsets import Job, OffsetBook
from events.transport.ports import DeadLetter, Handler, Incoming, Teller
from events.transport.producer import Producer
from events.transport.replays import Replays


@dataclass(frozen=True, slots=True)
class BridgeSettings:
    """How the bridge reads and handles."""

    reading: ConsumerSettings = field(default_factory=ConsumerSettings)
    handling: LaneSettings = field(default_factory=LaneSettings)


def incoming_pattern(topics: Topics) -> str:
    """A regular expression that matches every submitting system's and every department's topic, and orders to replay."""
    return f"{topics.submissions_pattern}|{topics.decisions_pattern}|^{re.escape(topics.replays)}$"


class Bridge:
    """Reads every topic that matches a pattern, also those made later, and gives each message to the handler."""

    _loop: asyncio.AbstractEventLoop

    def __init__(
        self,
        cluster: Cluster,
        pattern: str,
        handler: Handler,
        *,
        settings: BridgeSettings | None = None,
        metrics: BridgeMetrics | None = None,
        make_topic: Callable[[str], None] | None = None,
        teller: Teller | None = None,
        replays: Replays | None = None,
        assigned: Callable[[], None] | None = None,
    ) -> None:
        """`assigned` is called, from another thread, when partitions became ours, before anything of them is handled.

        `make_topic` makes a dead-letter topic that is missing; without it the message waits until somebody does.
        `teller` tells senders of their dead letters; `replays` finds the letters that are to be handled again, and has the
        seal that letters bear, and the vault that has their keys.
        """
        self._cluster = cluster
        self._settings = settings or BridgeSettings()
        self._make_topic = make_topic
        self._replays = replays
        self._seal = None if replays is None else replays.seal
        self._vault = None if replays is None else replays.vault
        self._producer: Producer | None = None
        self._connecting = threading.Lock()
        metrics = metrics or BridgeMetrics()
        book = OffsetBook()
        self._lanes = Lanes(
            handler,
            book,
            bury=self._bury,
            teller=teller,
            replays=replays,
            settings=self._settings.handling,
            metrics=metrics,
        )
        self._consumption = Consumption(
            cluster,
            pattern,
            book=book,
            hand=self._hand,
            is_away=lambda: self._lanes.outage.away,
            settings=self._settings.reading,
            metrics=metrics,
            assigned=assigned,
        )

    def stop(self) -> None:
        """Finish what is in hand, commit, leave the group, and return from `run`. Safe from any thread."""
        self._consumption.stop.set()

    async def run(self) -> None:
        """Run until stopped or cancelled. Waits for Kafka as long as it takes.

        Raises NotPermittedError, and RequestRefusedError when another process has our `instance_id`.
        """
        self._loop = asyncio.get_running_loop()
        lanes = asyncio.create_task(self._lanes.work(), name="bridge-lanes")
        reading = asyncio.create_task(asyncio.to_thread(self._consumption.run), name="bridge-reading")
        try:
            await asyncio.wait({lanes, reading}, return_when=asyncio.FIRST_COMPLETED)
            if lanes.done():
                lanes.result()
        finally:
            self.stop()
            await asyncio.wait({reading})
            lanes.cancel()
            await asyncio.wait({lanes})
            if self._producer is not None:
                await asyncio.to_thread(self._producer.close)
        reading.result()

    def _hand(self, arrived: list[tuple[Incoming, Job]]) -> None:
        now = time.monotonic()
        self._loop.call_soon_threadsafe(self._lanes.put, [Waiting(message, job, now) for message, job in arrived])

    async def _bury(self, message: Incoming, letter: DeadLetter, attempts: int) -> None:
        await asyncio.to_thread(self._bury_now, message, letter, attempts)

    def _bury_now(self, message: Incoming, letter: DeadLetter, attempts: int) -> None:
        try:
            self._send_letter(message, letter, attempts)
        except TopicMissingError:
            if self._make_topic is None:
                raise
            self._make_topic(Topics.dead_letters(message.topic))
            self._send_letter(message, letter, attempts)

    def _send_letter(self, message: Incoming, letter: DeadLetter, attempts: int) -> None:
        topic, producer = Topics.dead_letters(message.topic), self._connected()
        size = len(message.value or b"")
        # Of what could not be read at all there is nothing to keep but where it lies.
        omitted = None if message.unreadable is None else size
        try:
            self._put(producer, topic, message, letter_headers(message, letter, attempts, omitted_bytes=omitted))
        except MessageTooLargeError:
            # Then the letter only says where the original lies.
            bare = replace(message, value=b"")
            self._put(producer, topic, bare, letter_headers(message, letter, attempts, omitted_bytes=size))

    def _put(self, producer: Producer, topic: str, message: Incoming, headers: list[tuple[str, bytes]]) -> None:
        key, value = message.key, message.value or b""
        if self._vault is None or self._is_order(message):
            headers = [*own_headers(message.headers), *headers]
        else:
            reference = reference_of(message)
            headers = [*headers, (SEALED, reference.encode()), (SIZE_BYTES, str(len(value)).encode())]
            key, value = reference.encode(), self._vault.seal(reference, packed(content_of_message(message)))
        if self._seal is not None:
            headers = [*headers, (SEAL, seal_of(self._seal, key, value, headers))]
        producer.send_now(topic, key, value, headers)

    def _is_order(self, message: Incoming) -> bool:
        """An order names a letter, and holds nothing of it."""
        return self._replays is not None and self._replays.is_order(message)

    def _connected(self) -> Producer:
        with self._connecting:
            if self._producer is None:
                # Made on first use: most bridges never meet a dead letter.
                self._producer = Producer(
                    self._cluster,
                    client_id="greenlane-bridge",
                    max_message_bytes=self._settings.handling.max_message_bytes,
                )
            return self._producer


__all__ = ["Bridge", "BridgeSettings", "ConsumerSettings", "LaneSettings", "incoming_pattern"]
