"""I3: what the topics hold is what the outbox owes, message by message; and nobody who is honest is accused."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

import pytest
from sqlalchemy import text

from audit.marks import Marks
from audit.published import Tally, check_published
from audit.routing import check_routing
from events.language.identity import event_id_of
from events.transport.ports import Incoming
from store.database import Store
from store.outbox import Outbox
from store.recorder import Recorder
from tests.audit.owing import TOPICS, MemoryReading, live
from tests.store.turn_builder import Sketch

EVENTS, WORK = TOPICS.case_events, TOPICS.work("one-stop")


@pytest.fixture
async def sketches(store: Store, recorder: Recorder) -> list[Sketch]:
    """Three cases."""
    return await live(store, recorder, range(1, 4))


@pytest.fixture
def reading(store: Store, sketches: list[Sketch]) -> MemoryReading:
    """Topics on which everything is that is owed."""
    reading = MemoryReading()
    reading.publish(store)
    return reading


def said(store: Store, reading: MemoryReading, tally: Tally | None = None) -> list[str]:
    """Every finding."""
    return [str(violation) for violation in (*check_published(store, TOPICS, reading, tally), *check_routing(store))]


def tamper(store: Store, statement: str, **values: object) -> None:
    with store.writing() as connection:
        connection.execute(text("ALTER TABLE ledger DISABLE TRIGGER USER"))
        connection.execute(text(statement), values)


def test_what_was_published_is_what_is_owed(
    store: Store, as_account: Callable[[str], Store], reading: MemoryReading
) -> None:
    """Events, work, refused answers: each is there, as it was sent."""
    tally = Tally()
    assert said(as_account("operator"), reading, tally) == []
    assert (tally.messages, tally.redelivered) == (len(reading.log), 0)


def test_what_waits_for_the_publisher_is_not_missing(store: Store, sketches: list[Sketch]) -> None:
    """Nothing published, some, and some that are on the topic before they are marked."""
    reading = MemoryReading()
    assert said(store, reading) == []
    reading.publish(store, 5)
    assert said(store, reading) == []
    reading.publish(store, 9, mark=False)
    assert said(store, reading) == []
    tally = Tally()
    reading.publish(store)
    assert (said(store, reading, tally), tally.redelivered) == ([], 9)


async def test_cases_go_on_while_the_topics_are_read(
    store: Store, recorder: Recorder, reading: MemoryReading, sketches: list[Sketch]
) -> None:
    """What is recorded and published after the ends were taken is not missing; what was before the outbox is asked is known."""
    sketches[0].take(await recorder.record(sketches[0].answer("fire", "police")))

    class Late(MemoryReading):
        def messages(self, topics: Iterable[str]) -> Iterator[Incoming]:
            # The publisher is quick: between our look at what is published and the ends of the topics.
            self.publish(store, 2)
            yield from super().messages(topics)
            self.publish(store)

    late = Late(list(reading.log))
    assert said(store, late) == []
    assert len(late.log) > len(reading.log) + 2
    assert said(store, late) == []


def test_everything_sent_again_is_redelivered(store: Store, reading: MemoryReading) -> None:
    """After a Kafka that was lost, or on demand; also to a cluster that has nothing yet."""
    sent, tally = len(reading.log), Tally()
    Outbox(store).republish()
    reading.publish(store)
    assert (said(store, reading, tally), tally.redelivered) == ([], sent)
    reading.log = []
    assert len(said(store, reading)) == sent, "marked as published, and lost"
    Outbox(store).republish()
    assert said(store, reading) == [], "nothing is published"
    reading.publish(store, sent // 2)
    assert said(store, reading) == []
    reading.publish(store)
    assert said(store, reading) == []


def test_what_expired_is_not_missing_and_what_is_kept_for_ever_is(
    store: Store, reading: MemoryReading, sketches: list[Sketch]
) -> None:
    """Kafka removes work from the front when its time is over; what stands after one that is there must be there."""
    first, second = (sketches[number].case_id for number in (0, 1))
    taken = {(EVENTS, f"{first}.1"), (TOPICS.work("police"), f"{first}.5"), (TOPICS.work("police"), f"{second}.8")}
    reading.log = [
        each
        for each in reading.log
        if (each.topic, dict(each.headers)["ce_id"].decode()) not in taken  # type: ignore[union-attr]
    ]
    reading.cut = {EVENTS, TOPICS.work("police")}
    assert sorted(said(store, reading)) == sorted(
        [
            f"I3 {first}.1: is owed to {EVENTS} and not there",
            f"I3 {second}.8: is owed to {TOPICS.work('police')} and not there",
        ]
    )


def test_a_missing_message_is_named(store: Store, reading: MemoryReading, sketches: list[Sketch]) -> None:
    """Topic, case and place."""
    case_id = sketches[2].case_id
    del reading.log[reading.index(EVENTS, f"{case_id}.8")]
    assert said(store, reading) == [f"I3 {case_id}.8: is owed to {EVENTS} and not there"]


CHANGES: dict[str, tuple[dict[str, object], str]] = {
    "body": ({"value": b'{"event":{}}'}, "another body"),
    "body removed": ({"value": None}, "another body"),
    "key": ({"key": b"case-b"}, "another key"),
    "no key": ({"key": None}, "another key"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_any_other_content_is_found(store: Store, reading: MemoryReading, sketches: list[Sketch], change: str) -> None:
    """In the first occurrence and in a repeated one."""
    case_id, (changed, what) = sketches[0].case_id, CHANGES[change]
    index = reading.index(EVENTS, f"{case_id}.2")
    original = reading.log[index]
    reading.change(index, **changed)
    found = f"I3 {case_id}.2: is on {EVENTS} (0-{index}) with {what}"
    assert said(store, reading) == [found]
    reading.log[index] = original
    reading.log.append(replace(original, **changed))  # type: ignore[arg-type]
    tally = Tally()
    assert (said(store, reading, tally), tally.redelivered) == ([found], 1)


@pytest.mark.parametrize("name", ["ce_specversion", "ce_source", "ce_type", "ce_time", "ce_subject", "content-type"])
def test_any_other_header_is_found(store: Store, reading: MemoryReading, sketches: list[Sketch], name: str) -> None:
    """Changed, removed or doubled."""
    case_id = sketches[0].case_id
    index = reading.index(WORK, f"{case_id}.4")
    headers = reading.log[index].headers
    found = [f"I3 {case_id}.4: is on {WORK} (0-{index}) with another {name}"]
    reading.change(index, headers=tuple((key, b"x" if key == name else value) for key, value in headers))
    assert said(store, reading) == found
    reading.change(index, headers=tuple((key, value) for key, value in headers if key != name))
    assert said(store, reading) == found
    reading.change(index, headers=(*headers, *(each for each in headers if each[0] == name)))
    assert said(store, reading) == found
    reading.change(index, headers=(*headers, ("more", b"")))
    assert said(store, reading) == [f"I3 {case_id}.4: is on {WORK} (0-{index}) with other headers"]


@pytest.mark.parametrize(
    "headers",
    [(), (("ce_id", None),), (("ce_id", b"\xff"),), (("ce_id", b"a\x00b"),), (("ce_id", b"x" * 5000),)],
    ids=["none", "empty", "no text", "nul", "long"],
)
def test_a_message_without_a_readable_id_is_found_by_its_place(
    store: Store, reading: MemoryReading, headers: tuple[tuple[str, bytes | None], ...]
) -> None:
    """Nothing of it is repeated."""
    place = len(reading.log)
    reading.log.append(replace(reading.log[0], offset=place, headers=headers))
    assert said(store, reading) == [f"I3 {reading.log[0].topic}: message 0-{place} has no id that could be read"]


def test_what_was_never_owed_is_found_on_every_topic_of_ours(
    store: Store, reading: MemoryReading, sketches: list[Sketch]
) -> None:
    """Also on one that nothing was owed to. What is nobody's id is not repeated; what comes in is not ours to judge."""
    case_id, place = sketches[0].case_id, len(reading.log)
    for topic, event_id in (
        (EVENTS, f"{case_id}.99"),
        (TOPICS.work("nobody"), "evil \u202e"),
        (TOPICS.decisions("police"), "d"),
    ):
        headers = (("ce_id", event_id.encode()),)
        reading.log.append(replace(reading.log[0], offset=len(reading.log), topic=topic, headers=headers))
    assert said(store, reading) == [
        f"I3 {case_id}.99: is on {EVENTS} and was never owed",
        f"I3 {TOPICS.work('nobody')}: message 0-{place + 1} has no id that could be read",
    ]


def test_a_case_removed_with_all_its_rows_is_still_on_the_topics(
    store: Store, reading: MemoryReading, sketches: list[Sketch]
) -> None:
    """Each of its events is named, where it was published."""
    case_id = sketches[1].case_id
    for table in ("ledger", "outbox", "applications", "commands", "cases", "worklist"):
        tamper(store, f"DELETE FROM {table} WHERE case_id = :gone", gone=case_id)
    found = said(store, reading)
    assert f"I3 {case_id}.8: is on {EVENTS} and was never owed" in found
    assert {line.split(":")[0] for line in found} == {
        *(f"I3 {event_id_of(case_id, sequence)}" for sequence in range(1, 9)),
        f"I3 {TOPICS.work('finance')}",
    }


def test_first_occurrences_keep_the_order_of_the_ledger(
    store: Store, reading: MemoryReading, sketches: list[Sketch]
) -> None:
    """Within a partition: where the number of partitions grew, nothing is known of the order."""
    case_id = sketches[0].case_id
    one, other = (reading.index(EVENTS, f"{case_id}.{sequence}") for sequence in (3, 4))
    reading.log[one], reading.log[other] = reading.log[other], reading.log[one]
    assert said(store, reading) == [f"I3 {case_id}.3: came after the next event on {EVENTS}"]
    reading.change(one, partition=1)
    assert said(store, reading) == []


ROWS = {
    "UPDATE outbox SET name = 'StepDecided' WHERE event_id = :event AND topic = :topic": "otherwise",
    "UPDATE outbox SET at = at + interval '1 s' WHERE event_id = :event AND topic = :topic": "otherwise",
    "UPDATE outbox SET sequence = 3 WHERE event_id = :event AND topic = :topic": "otherwise",
    "UPDATE outbox SET body = '{}' WHERE event_id = :event AND topic = :topic": "otherwise",
    "UPDATE outbox SET topic = 'greenlane.work.tax.v1' WHERE event_id = :event AND topic = :topic": "moved",
    "DELETE FROM outbox WHERE event_id = :event AND topic = :topic": "removed",
    "INSERT INTO outbox (slot, topic, case_id, sequence, event_id, name, at) SELECT slot, 'greenlane.work.tax.v1', case_id,"
    " sequence, event_id, name, at FROM outbox WHERE event_id = :event AND topic = :topic": "added",
}


@pytest.mark.parametrize("statement", ROWS)
def test_the_outbox_owes_what_the_events_give(store: Store, sketches: list[Sketch], statement: str) -> None:
    """Also before anything is published."""
    event, lacking = f"{sketches[0].case_id}.4", f"was never owed to {WORK}"
    tamper(store, statement, event=event, topic=WORK)
    more = "is owed to greenlane.work.tax.v1, which it does not concern"
    expected = {
        "otherwise": [f"is owed to {WORK} otherwise than the ledger has it"],
        "moved": [more, lacking],
        "removed": [lacking],
        "added": [more],
    }
    assert [str(each) for each in check_routing(store)] == [f"I3 {event}: {what}" for what in expected[ROWS[statement]]]


def test_what_an_older_version_wrote_is_not_measured_by_the_rules_of_today(
    store: Store, sketches: list[Sketch]
) -> None:
    """Whom it concerned was another question; that it is owed to nobody else's topic than ours is not."""
    older = """regexp_replace(body, ',"actor":{[^}]*}', '')"""
    tamper(store, f"UPDATE ledger SET body = {older} WHERE sequence = 4")
    tamper(store, "DELETE FROM outbox WHERE sequence = 4 AND topic <> :topic", topic=EVENTS)
    assert list(check_routing(store)) == []
    tamper(store, "UPDATE outbox SET topic = 'elsewhere' WHERE event_id = :event", event=f"{sketches[0].case_id}.4")
    assert list(check_routing(store)) == [], "owed to all no more: that is found without the topics"
    tamper(
        store,
        "INSERT INTO outbox (slot, topic, case_id, sequence, event_id, name, at) SELECT slot, 'elsewhere', case_id,"
        " sequence, event_id, name, at FROM outbox WHERE event_id = :event",
        event=f"{sketches[1].case_id}.4",
    )
    assert [each.message for each in check_routing(store)] == ["is owed to elsewhere, which it does not concern"]


def test_messages_of_a_former_prefix_are_as_they_were(store: Store, reading: MemoryReading) -> None:
    """The prefix may be another since: what was owed under the old one stays owed, and is read there."""
    with store.writing() as connection:
        connection.execute(text("UPDATE outbox SET topic = replace(topic, 'greenlane.', 'former.')"))
    reading.log = [replace(each, topic=each.topic.replace("greenlane.", "former.")) for each in reading.log]
    assert said(store, reading) == []


def test_marks_take_a_byte_apiece_and_no_more_for_numbers_far_away() -> None:
    """Whoever writes a row with a number beyond all others costs nobody the memory between."""
    marks = Marks()
    for number in (7, 2**62, 4096, 0):
        marks[number] = 3
    assert list(marks) == [0, 7, 4096, 2**62]
    assert (marks[7], marks[8], marks[2**61]) == (3, 0, 0)
