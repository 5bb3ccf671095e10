"""What may be committed, and who may try while something is away: without Kafka, in all orders."""

from __future__ import annotations

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from events.transport.backoff import Backoff
from events.transport.offsets import Job, OffsetBook
from events.transport.outage import Outage

PLACE = ("decisions", 0)


def taken(book: OffsetBook, offsets: list[int]) -> list[Job]:
    jobs = [book.take(PLACE, offset, 10) for offset in offsets]
    return [job for job in jobs if job is not None]


@given(st.sets(st.integers(0, 60), min_size=1).map(sorted), st.randoms(use_true_random=False))
def test_a_commit_never_passes_an_unfinished_message(offsets: list[int], rng: object) -> None:
    """In whatever order messages end, gaps between offsets included; when all have ended, the commit is behind the last."""
    book = OffsetBook()
    book.assign([PLACE])
    jobs = taken(book, offsets)
    rng.shuffle(jobs)  # type: ignore[attr-defined]
    unfinished = set(offsets)
    for job in jobs:
        assert book.begin(job)
        book.end(job)
        unfinished.discard(job.offset)
        for committed in book.committable().values():
            assert all(offset >= committed for offset in unfinished)
            book.confirmed({PLACE: committed})
        assert book.backlog == len(unfinished)
        assert book.backlog_bytes == 10 * len(unfinished)
    assert book.positions() == {PLACE: offsets[-1] + 1}
    assert book.committable() == {}


def test_nothing_is_committed_before_anything_is_finished() -> None:
    """The first message read is where the commit stands already."""
    book = OffsetBook()
    book.assign([PLACE])
    taken(book, [5, 6])
    assert book.committable() == {}


def test_a_commit_that_failed_is_due_again() -> None:
    """Only what Kafka confirmed counts as committed."""
    book = OffsetBook()
    book.assign([PLACE])
    (job,) = taken(book, [5])
    book.begin(job)
    book.end(job)
    assert book.committable() == book.committable() == {PLACE: 6}
    book.confirmed({PLACE: 6})
    assert book.committable() == {}


def test_a_revoked_partition_begins_nothing_and_resumes_where_it_was_left() -> None:
    """What is being handled may end and counts; the rest is read again, by us or by another."""
    book = OffsetBook()
    book.assign([PLACE])
    first, second, third = taken(book, [0, 1, 2])
    assert book.begin(first)
    assert book.begin(third)
    book.revoke([PLACE])
    assert not book.begin(second)
    book.abandon(second)
    assert book.busy([PLACE]) == 2
    book.end(first)
    book.end(third)
    assert book.committable([PLACE]) == {PLACE: 1}
    book.release([PLACE], keep_position=True)
    assert book.backlog == 0
    assert book.assign([PLACE]) == {PLACE: 1}
    assert book.committable() == {}


def test_a_lost_partition_is_not_resumed() -> None:
    """Others have worked on it: only what they committed tells where to go on."""
    book = OffsetBook()
    book.assign([PLACE])
    taken(book, [0, 1])
    book.revoke([PLACE])
    book.release([PLACE], keep_position=False)
    assert book.assign([PLACE]) == {}


def test_a_late_end_does_not_touch_the_next_assignment() -> None:
    """A message whose partition went and came back in between is taken anew."""
    book = OffsetBook()
    book.assign([PLACE])
    (old,) = taken(book, [0])
    book.begin(old)
    book.revoke([PLACE])
    book.release([PLACE], keep_position=True)
    book.assign([PLACE])
    (new,) = taken(book, [0])
    book.end(old)
    assert book.committable() == {}
    assert book.begin(new)
    book.end(new)
    assert book.committable() == {PLACE: 1}


def test_messages_of_partitions_that_are_not_ours_are_not_taken() -> None:
    """They are read by whoever has them."""
    book = OffsetBook()
    book.assign([PLACE])
    assert book.take(("decisions", 1), 0, 1) is None
    book.revoke_all()
    assert book.take(PLACE, 0, 1) is None
    assert book.backlog == 0


async def test_while_it_is_away_one_tries_for_all() -> None:
    """Everybody waits, one at a time tries, and the first answer lets all through."""
    outage, tried, passed = Outage(Backoff(0.01, 0.02, jitter=0.0)), 0, 0
    outage.failed("Temporal")

    async def caller() -> None:
        nonlocal tried, passed
        while True:
            await outage.passage()
            if not outage.away:
                passed += 1
                return
            tried += 1
            if tried < 5:
                outage.failed("Temporal")
            else:
                outage.answered()

    began = asyncio.get_running_loop().time()
    await asyncio.gather(*(caller() for _ in range(50)))
    assert (tried, passed) == (5, 50)
    # 10, 20, 20, 20 and 20 ms: the pauses grow up to their limit.
    assert asyncio.get_running_loop().time() - began > 0.08


async def test_whoever_leaves_passes_the_turn_on() -> None:
    """A caller cancelled while it was its turn does not keep the others waiting."""
    outage = Outage(Backoff(0.01, 0.01))
    outage.failed("Temporal")
    first = asyncio.create_task(outage.passage())
    await asyncio.sleep(0)
    second = asyncio.create_task(outage.passage())
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.wait_for(second, 60)
