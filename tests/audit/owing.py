"""Cases whose messages are on topics in memory, as a publisher would have sent them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta

from events.language.identity import subject_ref_of
from events.language.topics import Topics
from events.transport.ports import Incoming
from events.transport.rendering import message_of
from store.database import Store
from store.inbox import Inbox, Submission
from store.outbox import Outbox
from store.recorder import Recorder
from tests.master_keys import vault_of
from tests.store.turn_builder import MORNING, Sketch

TOPICS = Topics("greenlane")


@dataclass
class MemoryReading:
    """Topics in memory: a list of messages, read once."""

    log: list[Incoming] = field(default_factory=list)
    cut: set[str] = field(default_factory=set)

    def names(self) -> frozenset[str]:
        """Also those that nothing was owed to, and those of others."""
        return frozenset({message.topic for message in self.log} | {TOPICS.work("nobody"), TOPICS.decisions("police")})

    def messages(self, topics: Iterable[str]) -> Iterator[Incoming]:
        """In the order of the list."""
        wanted = set(topics)
        return (message for message in list(self.log) if message.topic in wanted)

    def publish(self, store: Store, limit: int = 10_000, *, mark: bool = True) -> None:
        """What the publisher does, for every shard of the outbox."""
        lease = Outbox(store).claim_shard(0)
        assert lease is not None
        with lease:
            rows = lease.unpublished(limit)
            for row in rows:
                sent = message_of(row)
                self.log.append(
                    Incoming(row.topic, 0, len(self.log), sent.key, sent.value, tuple(sent.headers), MORNING)
                )
            if mark:
                lease.mark_published([row.id for row in rows])

    def index(self, topic: str, event_id: str) -> int:
        """Where the first message of this topic and id stands."""
        ids = [(message.topic, dict(message.headers)["ce_id"]) for message in self.log]
        return ids.index((topic, event_id.encode()))

    def change(self, index: int, **change: object) -> None:
        """Another message in place of this one."""
        self.log[index] = replace(self.log[index], **change)  # type: ignore[arg-type]


async def live(store: Store, recorder: Recorder, numbers: range) -> list[Sketch]:
    """Cases of eight events and one refused answer, whose applications came by the inbox."""
    inbox, sketches = Inbox(store, TOPICS, vault_of(store)), [Sketch(number) for number in numbers]
    for sketch in sketches:
        submission = Submission(
            case_id=sketch.case_id,
            source="/portal",
            application_id=sketch.application_id,
            content_digest="d",
            subject_ref=subject_ref_of(sketch.case_id),
            received_at=MORNING + timedelta(minutes=1),
            opening="{}",
            person='{"name":"somebody"}',
        )
        await inbox.accept_application(submission)
        for turn in (sketch.opening, sketch.answer, lambda sketch=sketch: sketch.refusal(f"no:{sketch.case_id}")):
            sketch.take(await recorder.record(turn()))
    inbox.close()
    return sketches
