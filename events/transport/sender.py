"""Messages of an outside sender: acknowledged by Kafka, however long that takes, or not counted as sent."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Protocol

from events.language.carried import Parcel
from events.language.envelope import MESSAGE_MAX_BYTES, binary_headers
from events.transport.cluster import Cluster
from events.transport.errors import TransportError
from events.transport.producer import Pending, Producer

FLUSH_SECONDS = 2.0
PAUSE_SECONDS = 0.5


class Wish(Protocol):
    """Whether a sender is to stop."""

    wanted: bool


class Stopped(Exception):
    """We were asked to stop before everything was acknowledged: what was not is sent again another time."""


class Outgoing:
    """A producer that does not give up while Kafka is away."""

    def __init__(
        self, cluster: Cluster, source: str, stop: Wish, client_id: str, max_message_bytes: int = MESSAGE_MAX_BYTES
    ) -> None:
        """`source`: the CloudEvents source of everything that is sent."""
        self._source = source
        self._stop = stop
        self._waiting: list[tuple[Parcel, Pending]] = []
        self._producer = self._connected(cluster, client_id, max_message_bytes)

    def _connected(self, cluster: Cluster, client_id: str, max_message_bytes: int) -> Producer:
        while True:
            try:
                return Producer(cluster, client_id=client_id, max_message_bytes=max_message_bytes, linger_ms=2)
            except TransportError as error:
                self._pause(error)

    def add(self, parcel: Parcel) -> None:
        """Hand a message over. Raises Stopped, and TransportError for what waiting does not cure."""
        self._waiting.append((parcel, self._send(parcel)))

    def settle(self) -> None:
        """When Kafka has everything that was handed over. Raises as `add`."""
        while self._waiting:
            self._producer.flush(FLUSH_SECONDS)
            left: list[tuple[Parcel, Pending]] = []
            for parcel, pending in self._waiting:
                if pending.acknowledged:
                    continue
                error = pending.error()
                if error is not None:
                    self._pause(error)
                left.append((parcel, pending if error is None else self._send(parcel)))
            self._waiting = left
            if left and self._stop.wanted:
                raise Stopped

    def close(self) -> None:
        """Give up the connection."""
        self._producer.close()

    def _send(self, parcel: Parcel) -> Pending:
        headers = binary_headers(
            id=parcel.id, source=self._source, name=parcel.name, subject=parcel.subject, time=datetime.now(UTC)
        )
        while True:
            try:
                return self._producer.send(parcel.topic, parcel.key, parcel.body.encode(), headers)
            except TransportError as error:
                self._pause(error)

    def _pause(self, error: TransportError) -> None:
        if not error.retryable:
            raise error
        if self._stop.wanted:
            raise Stopped from error
        time.sleep(PAUSE_SECONDS)
