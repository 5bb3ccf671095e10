"""How far the past is signed: by the newest checkpoint, and by what came after it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, insert, text

from store.database import Store
from store.errors import CheckpointUnreadable
from store.proof_tables import checkpoints
from store.recorder import Recorder
from store.signing_state import SigningState, signing_state
from tests.blocking import record_now
from tests.store.turn_builder import Sketch


def sign(store: Store, number: int, events: int, position: int, age_seconds: int, body: str | None = None) -> None:
    """A checkpoint as far as it is asked for here."""
    body = body or json.dumps({"logs": {"events": {"size": events}}})
    at = func.now() - timedelta(seconds=age_seconds)
    asked_for = {"number": number, "at": at, "body": body, "ledger_position": position, "edges": "{}"}
    with store.writing() as connection:
        connection.execute(insert(checkpoints).values(dict.fromkeys(checkpoints.c.keys(), 0) | asked_for))


def last_position(store: Store) -> int:
    with store.reading() as connection:
        return int(connection.execute(text("SELECT max(position) FROM ledger")).scalar_one())


def test_nothing_recorded_and_nothing_signed(store: Store) -> None:
    assert signing_state(store) == SigningState(0, 0, 0.0, 0.0)


@pytest.mark.parametrize("account", ["publisher", "operator", "reader"])
def test_what_is_signed_and_what_waits(
    store: Store, recorder: Recorder, as_account: Callable[[str], Store], account: str
) -> None:
    """Asked with the rights of who asks: the publisher for its metrics, the doctor as operator."""
    asking, case = as_account(account), Sketch()
    case.take(record_now(recorder, case.opening()))
    unsigned = signing_state(asking)
    assert (unsigned.number, unsigned.events, unsigned.age_seconds) == (0, 0, 0.0)
    assert unsigned.unsigned_seconds > 0
    sign(store, 1, 2, 0, age_seconds=7200)
    sign(store, 2, 4, last_position(store), age_seconds=3600)
    signed = signing_state(asking)
    assert (signed.number, signed.events, signed.unsigned_seconds) == (2, 4, 0.0)
    assert 3600 <= signed.age_seconds < 7200
    case.take(record_now(recorder, case.answer()))
    later = signing_state(asking)
    assert later.number == 2
    assert 0 < later.unsigned_seconds < later.age_seconds


@pytest.mark.parametrize("body", ["{", "{}", "[]", '{"logs": {"events": {"size": null}}}'])
def test_a_checkpoint_that_was_changed_says_so(store: Store, body: str) -> None:
    """Whoever asks is told as of any fault of the store, however far the content is from a checkpoint's."""
    sign(store, 1, 2, 0, age_seconds=0, body=body)
    with pytest.raises(CheckpointUnreadable):
        signing_state(store)
