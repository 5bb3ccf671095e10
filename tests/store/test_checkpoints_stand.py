"""What was signed stands: nobody changes it by a slip, and nothing grows from what somebody changed on purpose."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from audit.proof.errors import CheckpointBroken
from audit.proof.signing import sign_checkpoint
from events.language.checkpoint import Checkpoint, canonical_checkpoint
from store.checkpoints import Checkpoints
from store.database import Store
from store.errors import CheckpointUnreadable, LeavesCut, StoreAccessDenied
from tests.store.signing import GUARD, KEY, made, make, record, unguarded


def test_nothing_grows_from_what_was_not_signed(store: Store, signer: Checkpoints) -> None:
    """The last checkpoint, its trees, or its leaves changed with the owner's rights: refused, in each way."""
    record(store, "case-a", 1, 2, 3)
    signed = made(signer)
    record(store, "case-a", 4)
    edges = json.dumps(
        {"events": {"size": 3, "hashes": ["00" * 32, "11" * 32]}, "publications": {"size": 0, "hashes": []}}
    )
    fewer = edges.replace("3", "2", 1)
    forged = canonical_checkpoint(signed.model_copy(update={"cases": 7})).decode()
    renumbered = canonical_checkpoint(signed.model_copy(update={"number": 3})).decode()
    logless = canonical_checkpoint(signed.model_copy(update={"logs": {"events": signed.logs["events"]}})).decode()
    changes: dict[str, tuple[type[Exception], str, dict[str, Any]]] = {
        "signature": (CheckpointBroken, "UPDATE checkpoints SET body = :b", {"b": forged}),
        "number": (CheckpointBroken, "UPDATE checkpoints SET body = :b", {"b": renumbered}),
        "tree": (CheckpointBroken, "UPDATE checkpoints SET edges = :b", {"b": edges}),
        "size": (LeavesCut, "UPDATE checkpoints SET edges = :b", {"b": fewer}),
        "no JSON": (CheckpointUnreadable, "UPDATE checkpoints SET edges = :b", {"b": "{"}),
        "no log": (CheckpointUnreadable, "UPDATE checkpoints SET body = :b", {"b": logless}),
        "no checkpoint": (CheckpointUnreadable, "UPDATE checkpoints SET body = :b", {"b": "{}"}),
        "cut": (LeavesCut, "DELETE FROM log_leaves WHERE number = 2", {}),
        "one more": (LeavesCut, "INSERT INTO log_leaves VALUES ('events', 3, 'case-z', 1, 1, '', now())", {}),
    }
    for name, (refusal, statement, values) in changes.items():
        with Undone(store) as connection:
            connection.execute(text(statement), values)
            connection.commit()
            with pytest.raises(refusal):
                make(signer)
        assert signer.all() == (signed,), name
    assert made(signer).number == 2


class Undone:
    """Tables without their guards, put back afterwards as they were."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __enter__(self) -> Connection:
        self._connection = self._store.engine.connect()
        for table in ("checkpoints", "log_leaves"):
            self._connection.execute(text(GUARD.format(table=table, verb="DISABLE")))
            self._connection.execute(text(f"CREATE TABLE copy_of_{table} AS TABLE {table}"))
        self._connection.commit()
        return self._connection

    def __exit__(self, *raised: object) -> None:
        for table in ("checkpoints", "log_leaves"):
            self._connection.execute(text(f"DELETE FROM {table}"))
            self._connection.execute(text(f"INSERT INTO {table} TABLE copy_of_{table}"))
            self._connection.execute(text(f"DROP TABLE copy_of_{table}"))
            self._connection.execute(text(GUARD.format(table=table, verb="ENABLE")))
        self._connection.commit()
        self._connection.close()


def test_what_is_signed_stands_for_ever(store: Store, publisher: Store, signer: Checkpoints) -> None:
    """Neither the owner nor who signs changes or removes a row by a slip."""
    record(store, "case-a", 1)
    made(signer)
    for table in ("checkpoints", "log_leaves", "log_blocks"):
        for statement in (f"UPDATE {table} SET number = number", f"DELETE FROM {table}", f"TRUNCATE {table}"):
            with pytest.raises(IntegrityError, match="append-only"), store.writing() as connection:
                connection.execute(text(statement))
            with pytest.raises(StoreAccessDenied), publisher.writing() as connection:
                connection.execute(text(statement))


def test_time_never_goes_back_from_one_to_the_next(store: Store, signer: Checkpoints) -> None:
    """Even where the server's clock was put back."""
    first = made(signer)
    ahead = first.model_copy(update={"at": datetime.now(UTC) + timedelta(hours=1)})
    with unguarded(store, "checkpoints") as connection:
        body = canonical_checkpoint(sealing_again(ahead)).decode()
        connection.execute(text("UPDATE checkpoints SET at = :at, body = :b"), {"at": ahead.at, "b": body})
    record(store, "case-a", 1)
    assert made(signer).at == ahead.at


def sealing_again(checkpoint: Checkpoint) -> Checkpoint:
    """What stands after somebody with the key has signed other words."""
    return sign_checkpoint(KEY, checkpoint)
