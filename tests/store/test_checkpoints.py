"""Every committed row gets its leaf, once, at the next checkpoint; nothing is signed that is not stored, nor the other way."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from audit.proof.errors import CheckpointBroken, KeyNotHandedOver
from audit.proof.leaves import hashes_of
from audit.proof.merkle import EMPTY_ROOT, consistency_path, inclusion_paths, root_of, verify_consistency
from audit.proof.paths import paths_of
from audit.proof.sealing import handing_over, sealing_with
from audit.proof.signing import KeyRing, SigningKey, sign_checkpoint, signature_holds
from catalog.definition import Key
from events.language.checkpoint import Checkpoint, canonical_checkpoint, digest_of_checkpoint
from store import checkpoints as module
from store.catalogue import PublishedCatalogue, PublishedVersion, acts_after, digest_of_act
from store.checkpoints import Checkpoints, Draft, Sealed
from store.database import Store
from store.errors import CheckpointUnreadable, LeavesCut, StoreAccessDenied, StoreNotMigrated
from store.leaves import Leaves, block_roots, leaves_of_streams
from store.seals import installation_id, make_installation_id

KEY = SigningKey.new()
TOPIC = "greenlane.checkpoints.v1"
INSERT = text("INSERT INTO ledger (case_id, sequence, body, hash, type, at) VALUES (:c, :s, '{}', :h, 'X', now())")
MESSAGE = "topic, case_id, sequence, event_id, name, body"
GUARD = "ALTER TABLE {table} {verb} TRIGGER {table}_append_only"


@pytest.fixture(autouse=True)
def installation(store: Store) -> str:
    """What the installation calls itself."""
    make_installation_id(store)
    named = installation_id(store)
    assert named is not None
    return named


@pytest.fixture
def signer(as_account: Callable[[str], Store]) -> Checkpoints:
    """With the rights of the process that holds the key."""
    return Checkpoints(as_account("publisher"))


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


def test_a_checkpoint_signs_what_all_logs_hold(store: Store, signer: Checkpoints, installation: str) -> None:
    """Sizes, roots, cases without the dossiers that hold them together, and the checkpoint before."""
    record(store, "case-a", 1, 2)
    record(store, "dossier-d", 1)
    first = made(signer)
    assert signature_holds(first, [KEY.public])
    assert (first.number, first.previous, first.installation, first.cases) == (1, None, installation, 1)
    assert places(store) == [(0, "case-a", 1), (1, "case-a", 2), (2, "dossier-d", 1)]
    assert (first.logs["events"].size, first.logs["events"].root) == (3, root_in(store, "events", 3))
    assert (first.logs["publications"].size, first.logs["publications"].root) == (0, EMPTY_ROOT.hex())
    record(store, "case-b", 1)
    record(store, "case-a", 3)
    second = made(signer)
    assert (second.number, second.previous, second.cases) == (2, digest_of_checkpoint(first), 2)
    assert (second.logs["events"].size, second.logs["events"].root) == (5, root_in(store, "events", 5))
    assert second.at >= first.at
    assert (signer.all(), signer.all(after=1), signer.latest()) == ((first, second), (second,), second)
    path = consistency_path(hashes_of(Leaves(store).of_log("events", 5)), 3, 5)
    old_root, root = (bytes.fromhex(one.logs["events"].root) for one in (first, second))
    assert verify_consistency(3, 5, old_root, root, path)


def test_a_leaf_says_what_stands_in_the_ledger(store: Store, signer: Checkpoints) -> None:
    """Place, chain hash, position and instant of the row."""
    record(store, "case-a", 1, 2)
    record(store, "case-b", 1)
    made(signer)
    with store.reading() as connection:
        rows = connection.execute(
            text("SELECT case_id, sequence, position, hash, recorded_at FROM ledger ORDER BY 1, 2")
        )
        leaves = list(leaves_of_streams(connection, ["case-b", "case-a"]))
        assert [leaf[2:] for leaf in leaves] == [tuple(row) for row in rows]
    assert Leaves(store).find("events", "case-b", 1) == leaves[2]
    assert Leaves(store).find("events", "case-b", 2) is None
    assert Leaves(store).find("publications", "case-b", 1) is None


def test_acts_of_publishing_are_a_log_of_their_own(store: Store, signer: Checkpoints) -> None:
    """Numbered as they were done, each by the digest of all that it says."""
    catalogue = PublishedCatalogue(store)

    def publish(name: str) -> None:
        version = PublishedVersion(Key("procedure", name, "1"), f"d-{name}", f"procedures/{name}.yaml", "id: a\n", "{}")
        catalogue.publish([version], act="publish", by="an", note=None, check=lambda acts: None)

    publish("a")
    first = made(signer)
    publish("b")
    publish("c")
    second = made(signer)
    assert (first.logs["publications"].size, second.logs["publications"].size) == (1, 3)
    assert places(store, "publications") == [(0, "catalog", 1), (1, "catalog", 2), (2, "catalog", 3)]
    with store.reading() as connection:
        acts = acts_after(connection, 0)
    leaves = list(Leaves(store).of_log("publications"))
    assert [(leaf.hash, leaf.recorded_at, leaf.position) for leaf in leaves] == [
        (digest_of_act(act), act.at, None) for act in acts
    ]
    assert second.logs["publications"].root == root_in(store, "publications", 3)
    assert second.logs["events"] == first.logs["events"]


def test_it_leaves_the_house_by_the_outbox(store: Store, signer: Checkpoints, installation: str) -> None:
    """Once, with its own canonical form as the message."""
    record(store, "case-a", 1)
    checkpoint = made(signer)
    with store.reading() as connection:
        rows = connection.execute(text(f"SELECT {MESSAGE} FROM outbox JOIN outbox_unpublished USING (id)")).all()
    body = canonical_checkpoint(checkpoint).decode()
    event_id = f"checkpoint-{installation[:8]}-1"
    assert [tuple(row) for row in rows] == [(TOPIC, "checkpoints", None, event_id, "CheckpointSigned", body)]


def test_where_nothing_is_new_nothing_is_signed(store: Store, signer: Checkpoints) -> None:
    """But the first is, of whatever there is, and one that must be."""
    assert made(signer).number == 1
    assert make(signer) is None
    assert len(signer.all()) == 1
    assert signer.make(sealing_with(KEY), TOPIC, even_unchanged=True) is not None
    record(store, "case-a", 1)
    assert made(signer).number == 3
    assert make(signer) is None


def test_a_row_that_is_committed_late_gets_its_leaf_at_the_next_checkpoint(store: Store, signer: Checkpoints) -> None:
    """Its position is lower than such as are numbered already; none of these is moved, and recording never waited."""
    with store.engine.connect() as slow, slow.begin():
        write(slow, "case-slow", 1)
        record(store, "case-quick", 1)
        first = made(signer)
        assert places(store) == [(0, "case-quick", 1)]
        write(slow, "case-slow", 2)
    second = made(signer)
    assert places(store) == [(0, "case-quick", 1), (1, "case-slow", 1), (2, "case-slow", 2)]
    assert (first.logs["events"].size, second.logs["events"].size) == (1, 3)


def test_none_is_left_out_however_long_a_transaction_is_open(store: Store, signer: Checkpoints) -> None:
    """Not even when checkpoints pass whose look begins behind rows that all had been seen."""
    quick = 0
    with store.engine.connect() as slow, slow.begin():
        write(slow, "case-slow", 1)
        for _ in range(5):
            quick += 1
            record(store, "case-quick", quick)
            made(signer)
        assert settled_positions(store)[-1] == 0
    for _ in range(4):
        quick += 1
        record(store, "case-quick", quick)
        made(signer)
    assert (5, "case-slow", 1) in places(store)
    assert len(places(store)) == quick + 1
    # And then the look no longer begins at the beginning.
    assert settled_positions(store)[-1] > 1


def settled_positions(store: Store) -> list[int]:
    with store.reading() as connection:
        return list(connection.scalars(text("SELECT settled_position FROM checkpoints ORDER BY number")))


def test_a_transaction_that_has_drawn_a_position_and_not_written_is_waited_for(
    store: Store, signer: Checkpoints
) -> None:
    """Between the two lies an instant only, in which it has no number of its own yet: it holds its lock already."""
    # Columns are made in their order: the position before the body, which waits.
    slow = "INSERT INTO ledger (case_id, sequence, body, hash, type, at) VALUES ('case-slow', 1, {}, '', 'X', now())"
    with store.engine.connect() as gate, ThreadPoolExecutor(1) as pool:
        gate.execute(text("SELECT pg_advisory_lock(7)"))

        def write_slowly() -> None:
            with store.writing() as connection:
                connection.execute(text(slow.format("pg_advisory_lock(7)::text")))

        writing = pool.submit(write_slowly)
        await_writer(store)
        for sequence in range(1, 4):
            record(store, "case-quick", sequence)
            made(signer)
        assert settled_positions(store) == [0, 0, 0]
        gate.execute(text("SELECT pg_advisory_unlock(7)"))
        writing.result()
    record(store, "case-quick", 4)
    assert made(signer).logs["events"].size == 5
    assert settled_positions(store)[-1] > 0
    late = Leaves(store).find("events", "case-slow", 1)
    assert late is not None
    assert (late.number, late.position) == (3, 1)


def await_writer(store: Store) -> None:
    """Until somebody has begun to write to the ledger."""
    while True:
        with store.session() as session:
            row = session.execute(module.SQL["find_writers"]).fetchone()
        if row is not None and row[0]:
            return
        time.sleep(0.01)


@pytest.mark.parametrize("transactions", [40])
def test_rows_that_are_recorded_meanwhile_all_get_one_leaf(
    store: Store, signer: Checkpoints, transactions: int
) -> None:
    """Writers that overlap, some of which give up, while checkpoints are made one after the other."""
    done = threading.Event()

    def live(number: int) -> None:
        with store.engine.connect() as connection, connection.begin() as transaction:
            write(connection, f"case-{number}", 1, 2)
            connection.execute(text("SELECT pg_sleep(:s)"), {"s": (number * 7 % 5) / 50})
            if number % 9 == 0:
                transaction.rollback()

    def sign() -> int:
        count = 0
        while not done.is_set():
            count += make(signer) is not None
        return count

    with ThreadPoolExecutor(5) as pool:
        signing = pool.submit(sign)
        list(pool.map(live, range(transactions)))
        done.set()
        assert signing.result() >= 1
    make(signer)
    written = {f"case-{number}" for number in range(transactions) if number % 9}
    numbered = places(store)
    assert [number for number, _, _ in numbered] == list(range(2 * len(written)))
    assert {(stream, sequence) for _, stream, sequence in numbered} == {(one, s) for one in written for s in (1, 2)}
    for checkpoint in signer.all():
        state = checkpoint.logs["events"]
        assert state.root == root_in(store, "events", state.size)


def test_two_that_make_one_at_once_go_one_after_the_other(store: Store, signer: Checkpoints) -> None:
    """The second sees the first's, and signs what is new since then, or nothing."""
    record(store, "case-a", 1)
    sealing, goes_on = threading.Event(), threading.Event()

    def slow(draft: Draft) -> Sealed:
        sealing.set()
        assert goes_on.wait(60)
        return sealing_with(KEY)(draft)

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(signer.make, slow, TOPIC)
        assert sealing.wait(60)
        record(store, "case-b", 1)
        second = pool.submit(make, signer)
        goes_on.set()
        one, other = first.result(), second.result()
    assert one is not None
    assert other is not None
    assert (one.number, other.number) == (1, 2)
    assert other.previous == digest_of_checkpoint(one)
    assert places(store) == [(0, "case-a", 1), (1, "case-b", 1)]


def test_what_cannot_be_signed_leaves_nothing(store: Store, signer: Checkpoints) -> None:
    """No leaf, no checkpoint, no message: the next begins where this one did."""

    def fail(draft: Draft) -> Sealed:
        assert len(list(draft.added("events"))) == 1
        raise RuntimeError("the key is gone")

    record(store, "case-a", 1)
    with pytest.raises(RuntimeError, match="the key is gone"):
        signer.make(fail, TOPIC)
    assert (places(store), signer.all(), messages(store)) == ([], (), 0)
    assert made(signer).number == 1


def messages(store: Store) -> int:
    with store.reading() as connection:
        return connection.scalar(text("SELECT count(*) FROM outbox")) or 0


KILLED = """
import sys, time
from store.checkpoints import Checkpoints
from store.database import Store

def seal(draft):
    print(len(list(draft.added("events"))), flush=True)
    time.sleep(600)

Checkpoints(Store.connect(sys.argv[1])).make(seal, "greenlane.checkpoints.v1")
"""


def test_a_maker_that_is_killed_before_it_commits_leaves_nothing(
    store: Store, signer: Checkpoints, database_url: str
) -> None:
    """All leaves were numbered, and nothing was signed: the next one numbers them again, and none twice."""
    record(store, "case-a", 1, 2)
    root = Path(module.__file__).parents[1]
    command = [sys.executable, "-c", KILLED, database_url]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, cwd=root, env={**os.environ, "PYTHONPATH": str(root)}
    ) as maker:
        assert maker.stdout is not None
        assert maker.stdout.readline() == "2\n"
        maker.send_signal(signal.SIGKILL)
    record(store, "case-b", 1)
    checkpoint = made(signer)
    assert (checkpoint.number, checkpoint.logs["events"].size) == (1, 3)
    assert places(store) == [(0, "case-a", 1), (1, "case-a", 2), (2, "case-b", 1)]
    assert messages(store) == 1


def test_a_proof_reads_but_the_blocks_that_it_needs(store: Store, signer: Checkpoints) -> None:
    """And is the same as from all leaves; where what is kept of blocks was changed, all are read."""
    for first in (1, 301, 601):
        record(store, "case-a", *range(first, first + 300))
        state = made(signer).logs["events"]
    hashes = list(hashes_of(Leaves(store).of_log("events")))
    wanted = inclusion_paths(hashes, (0, 511, 899), state.size)
    with store.reading() as connection:
        assert block_roots(connection, "events", 9) == [root_of(hashes[n : n + 256]) for n in (0, 256, 512)]
        assert paths_of(connection, "events", (0, 511, 899), state) == wanted
    for change in ("UPDATE log_blocks SET root = '\\x00' WHERE number = 1", "DELETE FROM log_blocks WHERE number = 1"):
        with unguarded(store, "log_blocks") as connection:
            connection.execute(text(change))
        with store.reading() as connection:
            assert paths_of(connection, "events", (0, 511, 899), state) == wanted


def test_only_the_last_key_signs_and_hands_over(store: Store, signer: Checkpoints) -> None:
    """Another key is refused; one that the last names is not, even where nothing else is new."""
    new = SigningKey.new()
    record(store, "case-a", 1)
    first = made(signer)
    record(store, "case-a", 2)
    with pytest.raises(KeyNotHandedOver):
        make(signer, new)
    assert len(places(store)) == 1
    with pytest.raises(KeyNotHandedOver):
        signer.make(handing_over(new, KEY), TOPIC)
    second = made(signer)
    third = signer.make(handing_over(KEY, new), TOPIC, even_unchanged=True)
    assert third is not None
    assert third.logs == second.logs
    record(store, "case-a", 3)
    fourth = made(signer, new)
    record(store, "case-a", 4)
    with pytest.raises(KeyNotHandedOver):
        make(signer, KEY)
    ring = KeyRing(KEY.public).follow(signer.all())
    assert all(ring.holds(one) for one in (first, second, third, fourth))


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
    changes: dict[str, tuple[type[Exception], str, dict[str, Any]]] = {
        "signature": (CheckpointBroken, "UPDATE checkpoints SET body = :b", {"b": forged}),
        "number": (CheckpointBroken, "UPDATE checkpoints SET body = :b", {"b": renumbered}),
        "tree": (CheckpointBroken, "UPDATE checkpoints SET edges = :b", {"b": edges}),
        "size": (LeavesCut, "UPDATE checkpoints SET edges = :b", {"b": fewer}),
        "no JSON": (CheckpointUnreadable, "UPDATE checkpoints SET edges = :b", {"b": "{"}),
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


def test_what_is_signed_stands_for_ever(store: Store, signer: Checkpoints) -> None:
    """Neither the owner nor who signs changes or removes a row by a slip."""
    record(store, "case-a", 1)
    made(signer)
    for table in ("checkpoints", "log_leaves", "log_blocks"):
        for statement in (f"UPDATE {table} SET number = number", f"DELETE FROM {table}", f"TRUNCATE {table}"):
            with pytest.raises(IntegrityError, match="append-only"), store.writing() as connection:
                connection.execute(text(statement))
            with pytest.raises(StoreAccessDenied), signer._store.writing() as connection:
                connection.execute(text(statement))


def test_an_installation_without_an_id_signs_nothing(store: Store, signer: Checkpoints) -> None:
    """A checkpoint says whose it is: `prepare` draws the id."""
    with store.writing() as connection:
        connection.execute(text("DELETE FROM stack WHERE key = 'installation'"))
    with pytest.raises(StoreNotMigrated):
        make(signer)


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
