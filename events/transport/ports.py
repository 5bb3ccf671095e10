"""What the transport needs from the other rooms: an outbox to publish from, and a handler to give messages to."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Protocol, Self

Headers = tuple[tuple[str, bytes | None], ...]


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """One message that waits to be published. Rows of one case are sent in the order of their ids."""

    id: int
    topic: str
    key: str
    """The Kafka key: the case id."""
    event_id: str
    """The CloudEvents id, unique per topic."""
    name: str
    """The event's type, e.g. `StepAssigned`."""
    body: str
    """The message's JSON, exactly as stored."""
    at: datetime
    """The business instant of the event (UTC)."""
    case_id: str
    sequence: int | None
    """The event's place in the ledger; None for what is no ledger event (refusals)."""


@dataclass(frozen=True, slots=True)
class OutboxLag:
    """How much waits to be published, over all shards."""

    rows: int
    oldest_seconds: float
    """Age of the oldest waiting row, in real time; 0 when nothing waits."""


class ShardLease(Protocol):
    """The right to publish one shard, held by one process at a time, until released or its connection is lost.

    All methods raise `Unavailable` when the store is away or the right is lost; the lease is then dead.
    """

    def unpublished(self, limit: int, without_topics: Set[str] = frozenset()) -> Sequence[OutboxRow]:
        """The first rows not yet marked, by id. Never "greater than the last one seen": ids commit out of order."""
        ...

    def mark_published(self, ids: Sequence[int]) -> None:
        """These rows were acknowledged by Kafka. Marking again is allowed."""
        ...

    def wait(self, timeout_seconds: float) -> None:
        """As soon as there may be new rows, at the latest after the timeout."""
        ...

    def release(self) -> None:
        """Let another process have the shard. Never raises; may be called twice."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class OutboxPort(Protocol):
    """The outbox as the publisher sees it. Methods raise `Unavailable` when the store is away."""

    def claim_shard(self, shard: int) -> ShardLease | None:
        """The right to publish this shard; None while another process has it."""
        ...

    def lag(self) -> OutboxLag:
        """What waits, for metrics."""
        ...

    def cluster_id(self) -> str | None:
        """The Kafka cluster that got what is marked as published; None before the first time."""
        ...

    def remember_cluster(self, cluster_id: str) -> None:
        """From now on this is the cluster that holds what is marked."""
        ...

    def republish(self, from_id: int = 0) -> int:
        """Unmark every row with at least this id, so that all are sent again. Returns how many that are.

        The remembered cluster is forgotten with it: the publisher takes the one it finds.
        """
        ...


@dataclass(frozen=True, slots=True)
class Replay:
    """How a message comes again that was a dead letter."""

    place: str
    """`<partition>-<offset>` of the order to replay it."""
    attempts: int
    """How often it was tried before."""
    is_borne_out: bool
    """The letter bears our seal: it came on its topic, and when it says."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """One message as Kafka delivered it."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers
    timestamp_at: datetime
    """When the broker appended it (LogAppendTime, UTC): the instant at which it entered the system."""
    unreadable: str | None = None
    """Why Kafka's client could not read the record; then only its place is known."""
    replay: Replay | None = None
    """None: it comes for the first time."""


@dataclass(frozen=True, slots=True)
class Done:
    """The message has had its effect, or was lawfully refused: its offset may be committed."""


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """The message can never be processed as it is. Names the field and the reason, never the message's values."""

    code: str
    field: str | None
    reason: str
    remedy: str = ""
    """What its sender can do, where more can be said than to mend it."""


Disposition = Done | DeadLetter


class Handler(Protocol):
    """What the bridge gives messages to. Must be idempotent: a message may come again."""

    async def handle(self, message: Incoming) -> Disposition:
        """Take one message. Raises `Unavailable` when it must be kept and tried again.

        Any other exception is a fault of ours: the message is tried a few times and then becomes a dead letter.
        """
        ...


class LetterVault(Protocol):
    """Seals dead letters, each under a key of its own: who destroys the key destroys the letter."""

    def seal(self, reference: str, content: bytes) -> bytes:
        """What the letter holds, sealed; its key lies under the reference. Raises `Unavailable` when it must be tried again."""
        ...

    def open(self, reference: str, sealed: bytes) -> bytes:
        """What was sealed. Raises LetterSealedError, LetterErasedError, and `Unavailable` when it must be tried again."""
        ...


class Teller(Protocol):
    """Who tells a sender of a dead letter. Must be idempotent."""

    async def tell(self, message: Incoming, letter: DeadLetter) -> None:
        """Owe the sender the answer. Raises `Unavailable` when it must be tried again."""
        ...
