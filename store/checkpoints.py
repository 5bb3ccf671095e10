"""Checkpoints: all that is committed gets its leaf, and what the logs then hold is signed, stored and owed to Kafka, at once.

Nothing committed is ever left without a leaf, though positions are drawn before they are committed, and nothing waits for a
checkpoint. Each looks at the rows after the `settled_position` of the one before, and names those who write to the ledger
when it has looked; of reads it does the same, after `settled_reads`. Whoever drew a position up to the last that it saw is
among them, or has ended. So when none of them is left, whoever looks then sees every row up to there that will ever come: the
position is settled for the next one. After a restore all is there that will come from before, so that what was settled stays
so, whatever names its writers have.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from psycopg import ServerCursor
from pydantic import ValidationError
from sqlalchemy import Connection, select

from events.language.checkpoint import (
    EVENTS,
    FIRST_LOGS,
    LOGS,
    NAME,
    PUBLICATIONS,
    READS,
    Checkpoint,
    Handover,
    canonical_checkpoint,
)
from events.language.identity import DOSSIER_PREFIX
from store.access import INSTALLATION
from store.arrays import Bigs, Blobs
from store.batch import slot_of
from store.catalogue import acts_after, digest_of_act
from store.database import Session, Store, session_of
from store.errors import CheckpointUnreadable, LeavesCut, StoreNotMigrated
from store.leaves import CATALOG, READ_ROWS, Leaf
from store.proof_tables import checkpoints
from store.statements import statements_in
from wording.json_text import read_json, shown_json
from wording.text import _

SQL: Final = statements_in("checkpoints")
LOCK: Final = 0x636865636B  # "check"
STALLED: Final = "30s"
PATIENCE: Final = "60s"
HANDED_OVER: Final = '"handover":{'
"""In the canonical JSON of a checkpoint, where it brings in another key."""
OUTBOX_KEY: Final = "checkpoints"
INSTALLATION_DIGITS: Final = 8
"""Hex digits of the installation's id in the id of the message."""


@dataclass(frozen=True, slots=True)
class Edge:
    """The right edge of a log's tree: the roots of the full trees that it consists of, the largest first."""

    size: int = 0
    hashes: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """What a checkpoint is to sign, while its transaction is open."""

    installation: str
    number: int
    at: datetime
    """Real time (UTC), by the database's clock; never before the checkpoint before."""
    cases: int
    """Streams with a first event among the leaves; dossiers, which hold cases together, are not counted."""
    previous: Checkpoint | None
    edges: Mapping[str, Edge]
    """Of every log, as the checkpoint before left it."""
    added: Callable[[str], Iterator[Leaf]]
    """The new leaves of a log, by number; fetched as they are used."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A draft's checkpoint, signed, and the edges from which the next one grows."""

    checkpoint: Checkpoint
    edges: Mapping[str, Edge]
    blocks: Mapping[str, Mapping[int, bytes]]
    """By log, the roots of the blocks that became full, by their numbers."""


class Checkpoints:
    """The stored checkpoints. All calls block, and raise StoreError; CheckpointUnreadable where a row was changed."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def all(self, after: int = 0) -> tuple[Checkpoint, ...]:
        """Those after the one with this number, in their order."""
        query = select(checkpoints.c.number, checkpoints.c.body).order_by(checkpoints.c.number)
        with self._store.reading() as connection:
            rows = connection.execute(query.where(checkpoints.c.number > after)).all()
        return tuple(_checkpoint_of(row.number, row.body) for row in rows)

    def latest(self) -> Checkpoint | None:
        """The newest; None: there is none yet."""
        query = select(checkpoints.c.number, checkpoints.c.body).order_by(checkpoints.c.number.desc()).limit(1)
        with self._store.reading() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else _checkpoint_of(row.number, row.body)

    def handovers(self) -> tuple[Handover, ...]:
        """Every handing over of the signing key, in order."""
        query = select(checkpoints.c.number, checkpoints.c.body).order_by(checkpoints.c.number)
        with self._store.reading() as connection:
            rows = connection.execute(query.where(checkpoints.c.body.contains(HANDED_OVER))).all()
        made = (_checkpoint_of(row.number, row.body).handover for row in rows)
        return tuple(handover for handover in made if handover is not None)

    def make(
        self,
        seal: Callable[[Draft], Sealed],
        topic: str,
        *,
        even_unchanged: bool = False,
        admit: Callable[[Checkpoint], None] = lambda _: None,
    ) -> Checkpoint | None:
        """Number what is committed, have it signed, store it, and owe it to `topic`, in one transaction.

        None: no log has anything new since the last, and `even_unchanged` is not asked. What `seal` raises undoes all, and what
        `admit` raises of the last, which is asked even where nothing is new.
        Raises LeavesCut where somebody removed or added leaves.
        """
        with self._store.writing() as connection:
            session = session_of(connection)
            session.execute(SQL["lock"], {"key": LOCK, "stalled": STALLED, "patience": PATIENCE})
            last = _last_of(session)
            if last.checkpoint is not None:
                admit(last.checkpoint)
            numbered = _number_rows(session, last)
            acts = _number_acts(connection, session, last)
            if not numbered.leaves and not acts and last.checkpoint is not None and not even_unchanged:
                return None
            writers = _writers(session)
            (at,) = _row(session, "find_moment", previous_at=last.checkpoint and last.checkpoint.at)
            sealed = seal(_draft(session, last, numbered, at))
            _add(session, sealed, numbered, writers)
            _owe(session, sealed.checkpoint, topic)
        return sealed.checkpoint


class _Places(NamedTuple):
    """How far the ledger and the reads were seen, or are settled."""

    ledger: int = 0
    reads: int = 0


class _Last(NamedTuple):
    """Where the checkpoint before left off."""

    checkpoint: Checkpoint | None
    edges: Mapping[str, Edge]
    seen: _Places = _Places()
    settled: _Places = _Places()


class _Numbered(NamedTuple):
    """What was numbered of the ledger and the reads."""

    leaves: int
    cases: int
    seen: _Places
    settled: _Places


def _last_of(session: Session) -> _Last:
    row = session.execute(SQL["find_last"]).fetchone()
    if row is None:
        return _Last(None, {log: Edge() for log in LOGS})
    number, body, edges, *places = row
    last = _Last(_checkpoint_of(number, body), _edges_of(number, edges), _Places(*places[:2]), _Places(*places[2:]))
    for log, edge in last.edges.items():
        (size,) = _row(session, "find_size", log=log)
        if size != edge.size:
            raise LeavesCut(log=log, size=size, signed=edge.size)
    return last


def _number_rows(session: Session, last: _Last) -> _Numbered:
    # Before the look at either: what has ended by then, the look sees.
    row = session.execute(SQL["find_settled"], {"writers": _writers(session)}).fetchone()
    settled = _Places() if row is None else _Places(*row)
    events, position, cases = _row(
        session,
        "number_events",
        log=EVENTS,
        size=last.edges[EVENTS].size,
        settled_position=last.settled.ledger,
        dossiers=DOSSIER_PREFIX,
    )
    size = last.edges[READS].size
    reads, read = _row(session, "number_reads", log=READS, size=size, settled_reads=last.settled.reads)
    return _Numbered(
        events + reads,
        cases,
        _Places(max(last.seen.ledger, position or 0), max(last.seen.reads, read or 0)),
        _Places(max(last.settled.ledger, settled.ledger), max(last.settled.reads, settled.reads)),
    )


def _writers(session: Session) -> list[str]:
    (writers,) = _row(session, "find_writers")
    return list(writers)


def _number_acts(connection: Connection, session: Session, last: _Last) -> int:
    """Acts of publishing are written one after the other, so that those after the last that has a leaf have none."""
    (after,) = _row(session, "find_last_publication", log=PUBLICATIONS, stream_id=CATALOG)
    acts = acts_after(connection, after)
    for number, act in enumerate(acts, last.edges[PUBLICATIONS].size):
        leaf = {"log": PUBLICATIONS, "number": number, "stream_id": CATALOG, "sequence": act.number}
        session.execute(SQL["add_leaf"], leaf | {"hash": digest_of_act(act), "recorded_at": act.at})
    return len(acts)


def _draft(session: Session, last: _Last, numbered: _Numbered, at: datetime) -> Draft:
    row = session.execute(SQL["find_installation"], {"key": INSTALLATION}).fetchone()
    if row is None:
        raise StoreNotMigrated(reason=_("the installation has no id yet"))
    before = last.checkpoint

    def added(log: str) -> Iterator[Leaf]:
        with ServerCursor(session, "added") as cursor:
            cursor.itersize = READ_ROWS
            cursor.execute(SQL["read_added"], {"log": log, "size": last.edges[log].size}, binary=True)
            yield from (Leaf(*leaf) for leaf in cursor)

    return Draft(
        installation=row[0],
        number=before.number + 1 if before else 1,
        at=at,
        cases=(before.cases if before else 0) + numbered.cases,
        previous=before,
        edges=last.edges,
        added=added,
    )


def _add(session: Session, sealed: Sealed, numbered: _Numbered, writers: list[str]) -> None:
    edges = {
        log: {"size": edge.size, "hashes": [one.hex() for one in edge.hashes]} for log, edge in sealed.edges.items()
    }
    row = {
        "number": sealed.checkpoint.number,
        "at": sealed.checkpoint.at,
        "body": canonical_checkpoint(sealed.checkpoint).decode(),
        "ledger_position": numbered.seen.ledger,
        "reads_position": numbered.seen.reads,
        "writers": " ".join(writers),
        "settled_position": numbered.settled.ledger,
        "settled_reads": numbered.settled.reads,
        "edges": shown_json(edges),
    }
    session.execute(SQL["add_checkpoint"], row)
    for log, blocks in sealed.blocks.items():
        full = {"log": log, "numbers": Bigs(blocks), "roots": Blobs(blocks.values())}
        session.execute(SQL["add_blocks"], full)


def _owe(session: Session, checkpoint: Checkpoint, topic: str) -> None:
    message = {
        "slot": slot_of(OUTBOX_KEY),
        "topic": topic,
        "key": OUTBOX_KEY,
        "event_id": f"checkpoint-{checkpoint.installation[:INSTALLATION_DIGITS]}-{checkpoint.number}",
        "name": NAME,
        "body": canonical_checkpoint(checkpoint).decode(),
        "at": checkpoint.at,
    }
    session.execute(SQL["owe_checkpoint"], message)


def _row(session: Session, statement: str, **values: object) -> tuple[Any, ...]:
    row = session.execute(SQL[statement], values).fetchone()
    if row is None:
        raise AssertionError(f"{statement} answers with one row")
    return row


def _checkpoint_of(number: int, body: str) -> Checkpoint:
    try:
        checkpoint = Checkpoint.model_validate_json(body)
    except ValidationError:
        raise CheckpointUnreadable(number=number) from None
    if not checkpoint.logs.keys() >= set(FIRST_LOGS):
        raise CheckpointUnreadable(number=number)
    return checkpoint


def _edges_of(number: int, text: str) -> Mapping[str, Edge]:
    try:
        edges = {log: {"size": 0, "hashes": []} for log in LOGS if log not in FIRST_LOGS} | read_json(text)
        return {log: Edge(edges[log]["size"], tuple(map(bytes.fromhex, edges[log]["hashes"]))) for log in LOGS}
    except (ValueError, LookupError, TypeError, RecursionError):
        raise CheckpointUnreadable(number=number) from None
