"""What the senders are told, how they say how far they are, and how they are stopped."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any, Self

from eventlog.identity import SYSTEM, ImportKey
from events.language.topics import Topics
from events.transport.cluster import Cluster
from events.transport.sender import Outgoing
from greenlane.admission import KafkaAccess
from sla.units import Budget
from wording.json_text import read_json

NOTE_EVERY_SECONDS = 0.3
STOPPED = 75
"""Exit code of a sender that was told to stop before its work was done."""


@dataclass(frozen=True, slots=True)
class Orders:
    """Everything a sender knows: it has neither the settings nor the database, only Kafka and the prepared log."""

    kafka: Mapping[str, Any] = field(repr=False)
    """How Kafka is reached, as an account that may act for the log's departments."""
    topic_prefix: str
    log_digest: str
    limit: Mapping[str, Any] | None
    index: str
    folder: str
    in_flight_max: int
    players: int
    """How many processes play the departments; each reads its share of the partitions."""
    max_message_bytes: int
    attempt: int
    """How often the driving was given up before: the players then read their work again from the beginning."""
    from_beginning: bool
    """Whether closings may lie before the end of the log of events, because the import was begun before."""

    @classmethod
    def read(cls, path: Path) -> Self:
        """Orders from their file."""
        return cls(**read_json(path.read_bytes()))

    def write(self, path: Path) -> None:
        """Put the orders where the senders find them."""
        replace(path, asdict(self))

    @property
    def key(self) -> ImportKey:
        """Which import it is."""
        return ImportKey(self.log_digest, None if self.limit is None else Budget.model_validate(self.limit))

    @property
    def group(self) -> str:
        """Under which name the players commit how far they are; it begins with their account."""
        name = f"{SYSTEM.id}.{self.topic_prefix}-{self.key.key[:16]}"
        return f"{name}-{self.attempt}" if self.attempt else name

    @property
    def diary(self) -> Path:
        """The submitter's diary."""
        return Path(self.folder) / "submitter.sqlite"

    @property
    def topics(self) -> Topics:
        """The names of the topics."""
        return Topics(self.topic_prefix)

    @property
    def submissions(self) -> str:
        """Where the applications are sent."""
        return self.topics.submissions_of(SYSTEM.id)

    @property
    def answers(self) -> str:
        """Where refusals of them are told."""
        return self.topics.answers(SYSTEM.id)

    def outgoing(self, stop: StopWish, client_id: str) -> Outgoing:
        """What sends under the import's source."""
        return Outgoing(self.cluster, self.key.source, stop, client_id, self.max_message_bytes)

    @property
    def cluster(self) -> Cluster:
        """Where Kafka is."""
        return KafkaAccess(**self.kafka).cluster


class NoteBook:
    """A sender's small account of what it does, replaced at once, so that a reader never finds half of it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._next = 0.0

    def note(self, values: Mapping[str, Any], *, now: bool = False) -> None:
        """Write it down, unless that was done a moment ago."""
        if now or time.monotonic() >= self._next:
            self._next = time.monotonic() + NOTE_EVERY_SECONDS
            replace(self._path, values)

    @staticmethod
    def read(path: Path) -> dict[str, Any]:
        """The last account; empty before the first."""
        try:
            values: dict[str, Any] = read_json(path.read_bytes())
        except (FileNotFoundError, ValueError):
            return {}
        return values


def replace(path: Path, values: Mapping[str, Any]) -> None:
    """Write a small file in one step."""
    draft = path.with_suffix(".new")
    draft.touch(mode=0o600)  # the orders hold a password
    draft.write_text(json.dumps(values, allow_nan=False))
    os.replace(draft, path)


class StopWish:
    """Whether somebody asked this process to stop. Senders stop between messages, and lose nothing by being killed."""

    def __init__(self) -> None:
        self.wanted = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        self.wanted = True
