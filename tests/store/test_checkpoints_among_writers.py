"""Every committed row gets its leaf, once, at the next checkpoint; nothing is signed that is not stored, nor the other way."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import text

from audit.proof.sealing import sealing_with
from events.language.checkpoint import digest_of_checkpoint
from store import checkpoints as module
from store.checkpoints import Checkpoints, Draft, Sealed
from store.database import Store
from store.leaves import Leaves
from tests.store.signing import KEY, TOPIC, made, make, places, record, root_in, write


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
