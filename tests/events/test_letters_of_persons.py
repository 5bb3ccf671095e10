"""Erasing a person finds his dead letters on every topic, and nobody else's."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any, cast

from events.language.topics import Topics
from events.transport.cluster import Cluster
from events.transport.letter_content import LetterContent, packed
from events.transport.letters import SEALED
from events.transport.producer import Producer
from services.actors import claimed
from services.installation import Installation
from services.personal_letters import find_letters_of
from store.errors import VaultValueBroken
from tests.events.bridges import MakeTopics
from tests.events.memory_letters import MemoryLetters

PERSON = {"applicant": {"name": "Nguyễn Văn An", "cccd": "079085001234"}}
STREAM = "case-000000000000000000000007"


def test_a_persons_letters_are_found_sealed_and_in_clear(cluster: Cluster, make_topics: MakeTopics) -> None:
    """By any value, in any part; what another key sealed is counted, what was destroyed is over, a mark is no letter."""
    topics, ours, others = make_topics("finance", partitions=1), MemoryLetters(), MemoryLetters()
    his = [json.dumps(PERSON).encode(), f'{{"case": "{STREAM}"}}'.encode(), b"goi 079.085.001.234"]
    places = [Topics.dead_letters(topic) for topic in (topics.decisions("finance"), topics.submissions)]

    with Producer(cluster) as producer:

        def bury(number: int, value: bytes, vault: MemoryLetters) -> str:
            reference = f"letter-{number:024x}"
            sealed = vault.seal(reference, packed(LetterContent(b"key", (("ce_id", b"1"),), value)))
            producer.send_now(places[number % 2], reference, sealed, [(SEALED, reference.encode())])
            return reference

        references = [bury(number, value, ours) for number, value in enumerate(his)]
        bury(3, b'{"name": "Tran Van Binh"}', ours)
        ours.destroy([bury(4, his[0], ours)])
        ours.keys[bury(5, his[0], others)] = b"k" * 32
        producer.send_now(places[0], b"079085001234", b"in clear", [("dlq-code", b"x")])
        producer.send_now(places[0], b"079085001234", b"", [("dlq-replayed", b"0-0")])

    def person(stream_id: str) -> str:
        if stream_id != STREAM:
            raise VaultValueBroken(column="entries.sealed", row_key=stream_id)
        return json.dumps(PERSON)

    vault = SimpleNamespace(person=person, streams_of=lambda ref: ("case-broken", STREAM))
    installation: Any = SimpleNamespace(cluster=cluster, topics=topics, letter_keys=ours, vault=vault, code_of=str)
    found = find_letters_of(cast("Installation", installation), claimed("operator", "tests"), "subject-a")
    assert (set(found.references), found.clear, found.closed, found.broken) == (set(references), 1, 1, 1)
