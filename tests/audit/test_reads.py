"""I9 of reads: what somebody changed, removed, put in between or dated back is named; what came honestly never is."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import text

from audit.checkpoints import check_proofs
from audit.proof.sealing import sealing_with
from audit.proof.signing import sign_checkpoint
from audit.proof.witness import Outside
from events.language.checkpoint import Checkpoint, canonical_checkpoint
from services.actors import claimed
from store.checkpoints import Checkpoints
from store.database import Store
from store.proof_tables import checkpoints
from store.reads import Read, Reads, digest_of_read, row_of
from store.seals import make_installation_id
from tests.store.signing import KEY, TOPIC, made, record

READ = Read(claimed("operator", "root"), "command_line", "show", "case-1")
FORGED = digest_of_read(row_of(replace(READ, purpose="elsewhere"), "another")).hex()
COLUMNS = "account, actor, door, purpose, case_id, subject, as_of, known_at, filter, count, hash"
PUT = (
    f"INSERT INTO reads (position, at, {COLUMNS}) OVERRIDING SYSTEM VALUE"
    f" SELECT {{}}, {{}}, {COLUMNS} FROM reads WHERE position = 3"
)
TABLES = ("reads", "log_leaves", "checkpoints")
KEEP = tuple(f"CREATE TABLE kept_{table} AS TABLE {table}" for table in TABLES)
PUT_BACK = tuple(
    statement.format(table)
    for table in TABLES
    for statement in (
        "DELETE FROM {0}",
        "INSERT INTO {0} OVERRIDING SYSTEM VALUE SELECT * FROM kept_{0}",
        "DROP TABLE kept_{0}",
    )
)


@pytest.fixture
def signer(store: Store, as_account: Callable[[str], Store]) -> Checkpoints:
    """Three checkpoints: of reads 1 and 2, of 3 to 5, and of 6, which settles what the second saw; 7 came since."""
    make_installation_id(store)
    signing = Checkpoints(as_account("publisher"))
    for reads in (2, 3, 1):
        look(as_account("operator"), reads)
        made(signing)
    look(as_account("reader"))
    return signing


def look(store: Store, times: int = 1) -> None:
    for _ in range(times):
        Reads(store).add(READ)


def change(store: Store, *statements: str) -> None:
    """With the owner's rights, past every guard."""
    with store.writing() as connection:
        for table in TABLES:
            connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        for statement in statements:
            connection.exec_driver_sql(statement)
        connection.execute(text("ALTER TABLE reads ENABLE TRIGGER USER"))


def faults(store: Store, outside: Outside | None = None) -> list[str]:
    keys = () if outside is None else (KEY.public,)
    return [str(violation) for violation in check_proofs(store, keys, outside, (KEY.public,)).violations]


def test_honest_reads_have_no_fault(store: Store, signer: Checkpoints) -> None:
    """Whoever signed what, and what came since; against what left the house too."""
    assert [one.logs["reads"].size for one in signer.all()] == [2, 5, 6]
    assert faults(store) == faults(store, Outside(signer.all())) == []


def test_what_was_done_to_reads_is_named(store: Store, signer: Checkpoints) -> None:
    """With its place, and nothing else is."""
    ways: dict[str, tuple[str, ...]] = {
        "UPDATE reads SET purpose = 'elsewhere' WHERE position = 4": ("read 4: is not what its hash says",),
        "UPDATE reads SET actor = actor || ' ' WHERE position = 7": ("read 7: is not what its hash says",),
        "UPDATE reads SET account = 'another' WHERE position = 7": ("read 7: is not what its hash says",),
        "UPDATE reads SET count = 2, case_id = NULL WHERE position = 1": ("read 1: is not what its hash says",),
        f"UPDATE reads SET purpose = 'elsewhere', account = 'another', hash = '\\x{FORGED}' WHERE position = 4": (
            "read 4: has another hash than checkpoint 2 signed",
        ),
        "UPDATE reads SET at = at - interval '1 day' WHERE position = 2": (
            "read 2: has another instant than checkpoint 1 signed",
        ),
        "DELETE FROM reads WHERE position = 6": ("read 6: is gone, and checkpoint 3 had signed it",),
        "TRUNCATE reads": (
            "each of the reads 1 to 2: is gone, and checkpoint 1 had signed it",
            "each of the reads 3 to 5: is gone, and checkpoint 2 had signed it",
            "read 6: is gone, and checkpoint 3 had signed it",
        ),
        PUT.format(0, "now()"): ("read 0: stands at a position that is never drawn",),
        PUT.format(8, "now() - interval '1 day'"): (
            "read 8: was recorded long before the last checkpoint, and not signed",
        ),
        PUT.format(9, "now() + interval '1 day'"): ("read 9: was recorded in the future",),
    }
    for statement, named in ways.items():
        change(store, *KEEP, statement)
        assert faults(store) == [f"I9 {one}" for one in named], statement
        change(store, *PUT_BACK)
    assert faults(store) == []


def test_what_was_done_to_their_proofs_is_found(store: Store, signer: Checkpoints) -> None:
    """What was signed, and how far was seen."""
    for statement in (
        "UPDATE log_leaves SET position = 9, hash = '' WHERE log = 'reads' AND number = 3",
        "DELETE FROM log_leaves WHERE log = 'reads' AND number = 5",
        "UPDATE checkpoints SET settled_reads = 6 WHERE number = 2",
        "UPDATE checkpoints SET reads_position = 7 WHERE number = 3",
    ):
        change(store, *KEEP, statement)
        assert faults(store), statement
        change(store, *PUT_BACK)


def test_what_is_put_in_between_is_signed_by_none(store: Store, signer: Checkpoints) -> None:
    """Where a place was drawn and given up nobody puts a read any more once that is settled."""
    change(store, "DELETE FROM reads WHERE position = 7", "SELECT setval('reads_position_seq', 9)")
    for _ in range(3):
        look(store)
        made(signer)
    change(store, PUT.format(8, "(SELECT at FROM reads WHERE position = 6)"))
    assert faults(store) == ["I9 read 8: stands before what was signed, and no checkpoint signed it"]


def test_a_read_dated_back_before_it_is_signed_is_named(store: Store, signer: Checkpoints) -> None:
    """The honest signer signs it: it cannot have come then."""
    change(store, PUT.format(8, "now() - interval '2 hours'"))
    assert made(signer).logs["reads"].size == 8
    assert faults(store) == ["I9 read 8: was recorded long before the checkpoint that first signed it"]


def test_checkpoints_from_before_reads_stay_valid(store: Store, as_account: Callable[[str], Store]) -> None:
    """They say nothing of that log; the next one signs all reads there are, and from then on each must."""
    make_installation_id(store)
    signer = Checkpoints(as_account("publisher"))
    record(store, "case-1", 1)
    older = without_reads(made(signer))
    put_in_place(store, older)
    assert faults(store) == []
    look(store, 2)
    second = made(signer)
    assert (second.number, second.logs["reads"].size, second.logs["events"].size) == (2, 2, 1)
    assert faults(store) == faults(store, Outside((older, second))) == []
    look(store)
    put_in_place(store, without_reads(made(signer)))
    assert "I9 checkpoint 3: it says nothing of the log reads" in faults(store)


def without_reads(checkpoint: Checkpoint) -> Checkpoint:
    """As the version before would have signed it."""
    logs = {log: state for log, state in checkpoint.logs.items() if log != "reads"}
    return sign_checkpoint(KEY, checkpoint.model_copy(update={"logs": logs}))


def put_in_place(store: Store, checkpoint: Checkpoint) -> None:
    """Of the checkpoint with this number, as the version before would have left it."""
    change(store)
    with store.writing() as connection:
        row = connection.execute(checkpoints.select().where(checkpoints.c.number == checkpoint.number)).one()
        edges = {log: edge for log, edge in json.loads(row.edges).items() if log != "reads"}
        values = {"body": canonical_checkpoint(checkpoint).decode(), "edges": json.dumps(edges)}
        values |= {"reads_position": 0, "settled_reads": 0}
        connection.execute(checkpoints.update().where(checkpoints.c.number == checkpoint.number).values(values))


def test_a_read_that_is_committed_late_gets_its_leaf(store: Store, signer: Checkpoints) -> None:
    """Out of the order of places, at the checkpoint after; none is signed twice, and none is left out."""
    with store.engine.connect() as slow, slow.begin():
        slow.execute(text(f"INSERT INTO reads ({COLUMNS}) SELECT {COLUMNS} FROM reads WHERE position = 1"))
        look(store)
        made(signer)
        again = signer.make(sealing_with(KEY), TOPIC, even_unchanged=True)
        assert again is not None
        assert again.logs["reads"].size == 8
    look(store)
    assert made(signer).logs["reads"].size == 10
    with store.reading() as connection:
        places = list(connection.scalars(text("SELECT sequence FROM log_leaves WHERE log = 'reads' ORDER BY number")))
    assert places == [1, 2, 3, 4, 5, 6, 7, 9, 8, 10]
    assert faults(store) == []
