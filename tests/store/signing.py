"""Making checkpoints in a database of a test's own, over rows as short as can be."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, text

from audit.proof.leaves import hashes_of
from audit.proof.merkle import root_of
from audit.proof.sealing import sealing_with
from audit.proof.signing import SigningKey
from events.language.checkpoint import Checkpoint
from store.checkpoints import Checkpoints
from store.database import Store
from store.leaves import Leaves

KEY = SigningKey.new()
TOPIC = "greenlane.checkpoints.v1"
INSERT = text("INSERT INTO ledger (case_id, sequence, body, hash, type, at) VALUES (:c, :s, '{}', :h, 'X', now())")
GUARD = "ALTER TABLE {table} {verb} TRIGGER {table}_append_only"


def write(connection: Connection, stream_id: str, *sequences: int) -> None:
    for sequence in sequences:
        connection.execute(INSERT, {"c": stream_id, "s": sequence, "h": sequence.to_bytes(32, "big")})


def record(store: Store, stream_id: str, *sequences: int) -> None:
    with store.writing() as connection:
        write(connection, stream_id, *sequences)


def make(checkpoints: Checkpoints, key: SigningKey = KEY) -> Checkpoint | None:
    return checkpoints.make(sealing_with(key), TOPIC)


def made(checkpoints: Checkpoints, key: SigningKey = KEY) -> Checkpoint:
    checkpoint = make(checkpoints, key)
    assert checkpoint is not None
    return checkpoint


def places(store: Store, log: str = "events") -> list[tuple[int, str, int]]:
    return [(leaf.number, leaf.stream_id, leaf.sequence) for leaf in Leaves(store).of_log(log)]


def root_in(store: Store, log: str, size: int) -> str:
    return root_of(hashes_of(Leaves(store).of_log(log, size))).hex()


@contextmanager
def unguarded(store: Store, *tables: str) -> Iterator[Connection]:
    """As somebody with the owner's password, who switches the guard off."""
    with store.writing() as connection:
        for table in tables:
            connection.execute(text(GUARD.format(table=table, verb="DISABLE")))
        yield connection
        for table in tables:
            connection.execute(text(GUARD.format(table=table, verb="ENABLE")))
