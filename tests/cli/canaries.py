"""Canaries: words that only an applicant can have written, one for each place; and a look for them in all that is kept."""

from __future__ import annotations

import asyncio
import urllib.request
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field

from google.protobuf.message import Message
from kafka import KafkaAdminClient
from sqlalchemy import text

from events.language.topics import Topics
from events.transport.reading import read_all
from greenlane.admission import as_owner
from greenlane.connecting import cluster_of
from greenlane.wiring import Wiring
from store.database import Store
from tests.cli.opened_letters import bytes_of, opened_letters
from tests.cli.program import LiveStack

BIRD = "kanariq"
"""In every canary; occurs in no word of ours."""
TOPICS = Topics()
PERSONAL = {TOPICS.submissions}
"""The topics that may carry personal data: what applicants' systems write themselves."""


OFFICERS_BIRD = "zeisiq"
"""The same in what officers write, which is public in the case's history."""
NUMBERS, PHONES = "07999", "0987"
"""How numbers and phones of canaries begin."""


@dataclass
class Flock:
    """Canaries by the place that they were written to."""

    bird: str = BIRD
    places: dict[str, str] = field(default_factory=dict)

    def __call__(self, place: str) -> str:
        """A new canary for this place: letters and digits, fit for a name, an id or a text."""
        return self.places.setdefault(place, f"{self.bird}{len(self.places):04d}")

    def number(self, place: str) -> str:
        """A new identity number for this place."""
        return self.places.setdefault(place, f"{NUMBERS}{len(self.places):07d}")

    def phone(self, place: str) -> str:
        """A new phone number for this place."""
        return self.places.setdefault(place, f"{PHONES}{len(self.places):06d}")

    def found_in(self, content: bytes) -> set[str]:
        """The places whose canaries occur, as text or as hexadecimal."""
        marks = [mark.encode() for mark in (self.bird, NUMBERS, PHONES)]
        if not any(mark in content or mark.hex().encode() in content for mark in marks):
            return set()
        names = {place: bird.encode() for place, bird in self.places.items()}
        return {place for place, bird in names.items() if bird in content or bird.hex().encode() in content}


def kept_by(stack: LiveStack, owner_url: str) -> Iterator[tuple[str, bytes]]:
    """All that a stack keeps and shows, but the topics of submissions: where, and what. In the vault everything lies sealed.

    `owner_url`: the database as its owner, whom no right keeps from any table.
    """
    yield from _tables(owner_url)
    yield from _topics(stack)
    yield from asyncio.run(_histories(stack))
    for path in sorted(stack.state_dir.rglob("*")):
        # Temporal's database as it lies on the disk, whatever a history shows; and what every process said.
        if path.is_file() and (path.parent.name == "logs" or "temporal" in path.name):
            yield str(path.relative_to(stack.state_dir)), path.read_bytes()
    for process, url in stack.addresses.metrics.items():
        with urllib.request.urlopen(url) as response:
            yield f"metrics of {process}", response.read()


def personal_of(stack: LiveStack) -> Iterator[bytes]:
    """What lies where personal data may lie: the vault, the topics of submissions, and dead letters once they are opened."""
    with closing(Wiring(stack.settings)) as wiring:
        for entry in wiring.vault.people():
            yield entry.person.encode()
            yield from (written.encode() for written in wiring.vault.texts_of(entry.subject_ref).values())
    yield from (content for _, content in _messages(stack, sorted(PERSONAL)))
    yield from map(bytes_of, opened_letters(stack, TOPICS.submissions))


def dead_letters(stack: LiveStack) -> int:
    """How many messages with a canary could not be taken."""
    return sum(BIRD.encode() in bytes_of(letter) for letter in opened_letters(stack, TOPICS.submissions))


def _tables(url: str) -> Iterator[tuple[str, bytes]]:
    tables = text("SELECT schemaname, tablename FROM pg_tables WHERE schemaname IN ('public', 'vault')")
    with closing(Store.connect(url)) as store, store.reading() as connection:
        for schema, table in connection.execute(tables).all():
            rows = connection.execute(text(f"SELECT t::text FROM {schema}.{table} t")).scalars()
            yield f"table {schema}.{table}", "\n".join(rows).encode()


def _topics(stack: LiveStack) -> Iterator[tuple[str, bytes]]:
    cluster = cluster_of(as_owner(stack.settings))
    admin = cluster.connected(KafkaAdminClient, "canaries")
    names = sorted(set(admin.list_topics()) - PERSONAL)
    admin.close()
    yield from _messages(stack, [name for name in names if not name.startswith("__")])


def _messages(stack: LiveStack, topics: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    for message in read_all(cluster_of(as_owner(stack.settings)), topics):
        headers = b" ".join(name.encode() + b"=" + (value or b"") for name, value in message.headers)
        yield f"topic {message.topic}", b" ".join((message.key or b"", message.value or b"", headers))


async def _histories(stack: LiveStack) -> list[tuple[str, bytes]]:
    found: list[tuple[str, bytes]] = []
    with closing(Wiring(stack.settings)) as wiring:
        client = await wiring.temporal()
        async for execution in client.list_workflows():
            found.append((f"workflow {execution.id}", _bytes_of(execution.raw_info)))
            handle = client.get_workflow_handle(execution.id, run_id=execution.run_id)
            async for event in handle.fetch_history_events():
                found.append((f"history of {execution.id}", _bytes_of(event)))
    return found


def _bytes_of(message: Message) -> bytes:
    return message.SerializeToString()
