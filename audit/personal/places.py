"""All texts that are kept and shown outside the vault: every table, the topics that we write, and the stored histories."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sqlalchemy import Column, Table, Text, select

from audit.personal.wanted import Place
from events.language.topics import DEAD_LETTER_SUFFIX, Topics
from events.transport.cluster import Cluster
from events.transport.letter_content import reference_in
from events.transport.letters import REPLAYED
from events.transport.ports import Headers, Incoming
from events.transport.reading import TopicReading
from store.columns import VAULT, metadata
from store.database import READ_ROWS, Store
from store.histories import Histories
from store.tables import catalog_versions, definitions

UNPACKED_MAX_BYTES: Final = 64 * 1024 * 1024
STREAM: Final = "case_id"


def texts_of_the_catalogue(store: Store) -> Iterator[str]:
    """What was published of the catalogue: names of offices, procedures and places are no persons. Raises StoreError."""
    for column in (catalog_versions.c.document, definitions.c.body):
        with store.reading() as connection:
            yield from connection.execution_options(yield_per=READ_ROWS).execute(select(column)).scalars()


def texts_of_tables(store: Store) -> Iterator[tuple[Place, str]]:
    """Every text of every table outside the vault, a few rows at a time. Raises StoreError."""
    for table in metadata.sorted_tables:
        if table.schema != VAULT:
            yield from _texts_of(store, table)


def _texts_of(store: Store, table: Table) -> Iterator[tuple[Place, str]]:
    texts: list[Column[str]] = [column for column in table.columns if isinstance(column.type, Text)]
    told = [table.c[name] for name in (STREAM, "sequence") if name in table.c]
    if not texts:
        return
    with store.reading() as connection:
        rows = connection.execution_options(yield_per=READ_ROWS).execute(select(*told, *texts))
        for row in rows:
            stream, sequence = (*row[: len(told)], None, None)[:2] if told else (None, None)
            for column, text in zip(texts, row[len(told) :], strict=True):
                if text:
                    yield Place(f"{table.name}.{column.name}", stream or table.name, sequence), text


def texts_of_histories(store: Store) -> Iterator[tuple[Place, str]]:
    """Every stored history of a workflow, as it lies there; one that cannot be unpacked is told by I13. Raises StoreError."""
    for stored in Histories(store).all():
        try:
            text = stored.unpacked(UNPACKED_MAX_BYTES).decode("utf-8", "replace")
        except ValueError:
            continue
        yield Place("histories.body", stored.run.workflow_id), text


class TopicTexts:
    """The topics that the engine writes. Those that others write are theirs: what we took of them lies in the tables."""

    def __init__(self, cluster: Cluster, topics: Topics) -> None:
        self._cluster, self._topics = cluster, topics
        self.letters_in_clear = 0
        """Dead letters of an older program, which lie in clear until their time on the topic is over."""

    def __iter__(self) -> Iterator[tuple[Place, str]]:
        """Every message. Raises TransportError."""
        reading = TopicReading(self._cluster)
        names = sorted(name for name in reading.names() if self._is_ours(name))
        for message in reading.messages(names):
            if self._is_letter_in_clear(message):
                self.letters_in_clear += 1
            else:
                text = text_of(message.key, message.value, message.headers)
                yield Place(message.topic, f"{message.topic} {message.partition}-{message.offset}"), text

    def _is_ours(self, name: str) -> bool:
        is_dead = name.startswith(f"{self._topics.prefix}.") and name.endswith(DEAD_LETTER_SUFFIX)
        return self._topics.is_outgoing(name) or is_dead

    def _is_letter_in_clear(self, message: Incoming) -> bool:
        is_letter = message.topic.endswith(DEAD_LETTER_SUFFIX)
        is_marker = any(name == REPLAYED for name, _ in message.headers)
        about_orders = message.topic == self._topics.dead_letters(self._topics.replays)
        return is_letter and not is_marker and not about_orders and reference_in(message.headers) is None


def text_of(key: bytes | None, value: bytes | None, headers: Headers) -> str:
    """All of a message as one text, its parts kept apart."""
    parts = [key, value]
    for name, content in headers:
        parts += [name.encode(), content]
    return " | ".join((part or b"").decode("utf-8", "replace") for part in parts)
