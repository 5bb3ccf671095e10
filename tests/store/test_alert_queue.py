"""Alerts are owed from the moment the rung is recorded, and delivered apart from the case."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import text

from store.alerts import REDELIVERY, AlertQueue, DueAlert
from store.database import Store
from store.recorder import Recorder
from tests.blocking import record_now
from tests.store.turn_builder import Sketch, exhausted, review

BOTH = ("webhook", "email")


@pytest.fixture
def queue(as_account: Callable[[str], Store], recorder: Recorder) -> AlertQueue:
    """Two rungs fired: four deliveries."""
    for number in (1, 2):
        sketch = Sketch(number)
        sketch.take(record_now(recorder, sketch.opening()))
        record_now(recorder, sketch.rung())
    return AlertQueue(as_account("publisher"))


def due_now(store: Store) -> None:
    with store.writing() as connection:
        connection.execute(text("UPDATE alerts SET next_attempt_at = now()"))


def test_each_rung_is_owed_once_a_channel(store: Store, queue: AlertQueue, recorder: Recorder) -> None:
    """Recording the same turn again owes nothing more."""
    record_now(recorder, Sketch(1).opening())
    due = queue.claim(BOTH)
    assert sorted((alert.event_id, alert.channel) for alert in due) == sorted(
        (f"{Sketch(number).case_id}.6", channel) for number in (1, 2) for channel in BOTH
    )
    assert {alert.record.event.type for alert in due} == {"RungFired"}


def test_duties_that_no_clock_tells_of_are_owed_like_rungs(store: Store, recorder: Recorder) -> None:
    """A suspension to be looked at again, a calendar that ends too early: once a channel each, in the order recorded."""
    sketch = Sketch()
    sketch.take(record_now(recorder, sketch.opening()))
    record_now(recorder, sketch.turn((review(), exhausted())))
    due = AlertQueue(store).claim(BOTH)
    assert sorted((alert.event_id, alert.channel, alert.record.event.type) for alert in due) == [
        (f"{sketch.case_id}.6", "email", "SuspensionReviewDue"),
        (f"{sketch.case_id}.6", "webhook", "SuspensionReviewDue"),
        (f"{sketch.case_id}.7", "email", "CalendarExhausted"),
        (f"{sketch.case_id}.7", "webhook", "CalendarExhausted"),
    ]


def test_two_senders_never_get_the_same(queue: AlertQueue) -> None:
    """What one has claimed, the other does not see until the lease ends."""
    first, second = queue.claim(BOTH, limit=3), queue.claim(BOTH, limit=3)
    assert (len(first), len(second)) == (3, 1)
    assert not {alert.id for alert in first} & {alert.id for alert in second}
    assert queue.claim(BOTH) == []


def test_a_killed_senders_alerts_come_again(store: Store, queue: AlertQueue) -> None:
    """The lease ends by itself; the attempt counts."""
    assert len(queue.claim(BOTH, lease_seconds=0)) == 4
    assert {alert.attempts for alert in queue.claim(BOTH)} == {2}


def test_delivered_alerts_rest(store: Store, queue: AlertQueue) -> None:
    """Once acknowledged by the receiver, never again."""
    for alert in queue.claim(("email",)):
        queue.mark_delivered(alert.id)
    due_now(store)
    assert {alert.channel for alert in queue.claim(BOTH)} == {"webhook"}
    assert [(b.channel, b.waiting, b.failing) for b in queue.backlog()] == [("webhook", 2, 0)]


def test_failures_are_tried_later_and_later(store: Store, queue: AlertQueue) -> None:
    """Back-off doubles to a limit; a failing receiver stays visible."""
    alert = queue.claim(("webhook",), limit=1)[0]
    assert queue.retry_later(alert, "HTTP 503" * 200) <= 5
    assert len(queue.claim(BOTH)) == 3
    due_now(store)
    again: DueAlert = next(one for one in queue.claim(BOTH) if one.id == alert.id)
    assert 5 < queue.retry_later(again, "HTTP 503") <= 10
    assert [(b.channel, b.waiting, b.failing) for b in queue.backlog()] == [("email", 2, 0), ("webhook", 2, 1)]
    certain = replace(REDELIVERY, jitter=0.0)
    assert [certain.pause(attempts) for attempts in (1, 2, 8, 9, 500)] == [5, 10, 640, 900, 900]
