"""Senders of dead letters are told, before the letter is put away, as often as it takes."""

from __future__ import annotations

from events.transport.cluster import Cluster
from events.transport.errors import Unavailable
from events.transport.ports import DeadLetter, Disposition, Done, Incoming
from events.transport.producer import Producer
from tests.events.bridges import MakeTopics, a_bridge
from tests.events.memory_letters import letter_box
from tests.events.sending import Remembering, Running, until


class Teller:
    """Remembers whom it told of what; away, or at fault, as often as it is asked to."""

    def __init__(self, *troubles: Exception) -> None:
        self.troubles = list(troubles)
        self.told: list[tuple[str, bytes | None, str]] = []

    async def tell(self, message: Incoming, letter: DeadLetter) -> None:
        if self.troubles:
            raise self.troubles.pop(0)
        self.told.append((message.topic, message.value, letter.code))


async def troubled(message: Incoming) -> Disposition:
    match message.value:
        case b"unread":
            return DeadLetter("malformed_json", "data", "not JSON")
        case b"fault":
            raise ZeroDivisionError
        case _:
            return Done()


async def test_senders_are_told_of_every_dead_letter(cluster: Cluster, make_topics: MakeTopics) -> None:
    """Of one that cannot be read, one that is too large, and one that our handler fails at; not of what was done."""
    topics = make_topics("finance", partitions=1)
    topic = topics.decisions("finance")
    teller = Teller()
    handler, box = Remembering(troubled), letter_box(cluster, topic)
    with Producer(cluster, max_message_bytes=4_000_000) as producer:
        async with Running(a_bridge(cluster, topics, handler, teller=teller)):
            for value in (b"unread", b"fine", b"fault"):
                producer.send_now(topic, "case-a", value)
            await until(lambda: len(box.letters()) == 2, "both were buried")
    assert teller.told == [(topic, b"unread", "malformed_json"), (topic, b"fault", "handler_error")]


async def test_a_letter_waits_until_its_sender_can_be_told(cluster: Cluster, make_topics: MakeTopics) -> None:
    """Where the answer goes is away for a while: then the message is not settled either."""
    topics = make_topics("finance", partitions=1)
    topic = topics.decisions("finance")
    teller = Teller(Unavailable("PostgreSQL"), Unavailable("PostgreSQL"))
    box = letter_box(cluster, topic)
    with Producer(cluster) as producer:
        async with Running(a_bridge(cluster, topics, Remembering(troubled), teller=teller)):
            producer.send_now(topic, "case-a", b"unread")
            await until(box.letters, "it was buried")
    assert teller.told == [(topic, b"unread", "malformed_json")]
    assert len(box.letters()) == 1


async def test_a_fault_of_the_telling_loses_no_letter(cluster: Cluster, make_topics: MakeTopics) -> None:
    """What cannot be told is put away all the same, and what comes after it goes on."""
    topics = make_topics("finance", partitions=1)
    topic = topics.decisions("finance")
    handler, box = Remembering(troubled), letter_box(cluster, topic)
    with Producer(cluster) as producer:
        async with Running(a_bridge(cluster, topics, handler, teller=Teller(ValueError("x")))):
            producer.send_now(topic, "case-a", b"unread")
            producer.send_now(topic, "case-a", b"fine")
            await until(lambda: b"fine" in [each.value for each in handler.done], "the next was handled")
    assert [letter.code for letter in box.letters()] == ["malformed_json"]
