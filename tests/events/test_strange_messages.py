"""Messages of anybody on a real Kafka, to the real reception over a real database: each is accounted for, none stops others."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from prometheus_client import CollectorRegistry

from catalog.loader import load_catalog
from events.language.envelope import binary_headers
from events.language.identity import message_command_id
from events.language.topics import Topics
from events.transport.cluster import Cluster
from events.transport.letters import OFFSET, PARTITION, TOPIC, texts_of
from events.transport.ports import DeadLetter, Disposition, Done, Incoming
from events.transport.producer import Producer
from intake.cases import CaseIntake
from intake.reception import Reception
from intake.records import IntakeRecords
from intake.temporal import StreamUnknownError
from sla.business_time import BusinessTime
from store.database import Store
from tests.events.bridges import MakeTopics, a_bridge, ends
from tests.events.sending import Running, committed, read_topic, until
from tests.intake.strange_messages import AT, CASE, COUNT, DEPARTMENT, SYSTEM, Strange, many
from tests.master_keys import vault_of
from tests.settled_catalogue import SettledCatalogue

OTHERS_EVERY = 20
"""Among so many messages of strangers one of somebody else."""
LARGE = [b"[" * 900_000, b'{"a":' * 150_000, b"[]" * 100 + b'"' + b'\\"' * 400_000, b'{"a": "' + b"x" * 900_000 + b'"}']
Place = tuple[str, int, int]


@dataclass
class Cases:
    """What Temporal does for the intake, in memory: it knows one case, and those that were started."""

    started: set[str] = field(default_factory=lambda: {CASE})
    commands: list[Any] = field(default_factory=list)

    async def start(self, given: Any, _: Any, *, again: bool = False) -> bool:
        self.started.add(given.case_id)
        return True

    async def given(self, *_: Any) -> list[Any]:
        return []

    async def signal(self, case_id: str, command: Any) -> None:
        if case_id not in self.started:
            raise StreamUnknownError
        self.commands.append(command)


@dataclass
class Watched:
    """The reception, with what it said of each message."""

    reception: Reception
    said: dict[Place, list[Disposition]] = field(default_factory=dict)

    async def handle(self, message: Incoming) -> Disposition:
        found = await self.reception.handle(message)
        self.said.setdefault((message.topic, message.partition, message.offset), []).append(found)
        return found


@pytest.fixture
def register(database_url: str, topics: Topics) -> Iterator[IntakeRecords]:
    store = Store(database_url)
    register = IntakeRecords(store, topics, vault_of(store))
    yield register
    register.close()
    store.close()


def lawful(number: int) -> Strange:
    """An answer of somebody else, who has a case open and knows the language."""
    data = {"case": CASE, "step_id": f"step-{number}", "outcome": "approve"}
    headers = binary_headers(id=str(number), source="/culture/office", name="DecideStep", subject=CASE, time=AT)
    return Strange(True, "somebody else", tuple(headers), json.dumps(data).encode())


def send(cluster: Cluster, topics: Topics, messages: list[Strange]) -> None:
    with Producer(cluster, linger_ms=20) as producer:
        pending = [producer.send(each.topic(topics), each.key, each.value, list(each.headers)) for each in messages]
        for each in pending:
            each.wait(120)


@pytest.mark.timeout(300 + COUNT / 5)
async def test_every_message_of_a_stranger_is_accounted_for(
    cluster: Cluster, make_topics: MakeTopics, register: IntakeRecords
) -> None:
    """All are committed; every one had its effect or lies among the dead letters, once; somebody else's all went through."""
    topics = make_topics(DEPARTMENT)
    cases, registry = Cases(), CollectorRegistry()
    time = BusinessTime(business_anchor_at=AT, real_anchor_at=datetime.now(UTC))
    intake = CaseIntake(cases, register, SettledCatalogue(load_catalog()), time, ZoneInfo("Asia/Ho_Chi_Minh"))  # type: ignore[arg-type]
    watched = Watched(Reception(intake, topics))
    large = [Strange(True, "large", lawful(0).headers, value) for value in LARGE]
    sent: list[Strange] = [*large]
    for number, message in enumerate(many(COUNT, seeded=10)):
        sent += [message] if number % OTHERS_EVERY else [message, lawful(number)]
    others = list(range(0, COUNT, OTHERS_EVERY))
    both = [topics.decisions(DEPARTMENT), topics.submissions_of(SYSTEM)]
    async with Running(a_bridge(cluster, topics, watched, registry=registry)):
        await asyncio.to_thread(send, cluster, topics, sent)
        group = f"{topics.prefix}-bridge"
        for topic in both:
            wanted = await asyncio.to_thread(ends, cluster, topic)
            await until(lambda: committed(cluster, group, topic) == wanted, "all was committed", 3000)  # noqa: B023
    assert sum(1 for _ in watched.said) == len(sent)
    said = {place: found[-1] for place, found in watched.said.items()}
    dead = {place for place, found in said.items() if isinstance(found, DeadLetter)}
    letters = [
        (texts[TOPIC], int(texts[PARTITION]), int(texts[OFFSET]))
        for topic in both
        for texts in (texts_of(letter.headers) for letter in read_topic(cluster, topics.dead_letters(topic)))
    ]
    assert Counter(letters) == Counter(dead)
    assert {type(found) for found in said.values()} == {Done, DeadLetter}
    assert registry.get_sample_value("greenlane_bridge_retries_total", {"reason": "handler_error"}) in (None, 0)
    ids = [message_command_id("department", DEPARTMENT, "/culture/office", str(number)) for number in others]
    given = [command.command_id for command in cases.commands if command.command_id in set(ids)]
    assert given == ids
