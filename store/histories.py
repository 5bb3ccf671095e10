"""Temporal's histories of runs that closed: stored once, looked at by the auditor, removed when their time is over."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

import psycopg

from store.arrays import Texts
from store.database import Session, Store
from store.errors import as_store_errors
from store.statements import statements_in

LOCK: Final = 0x68697374  # "hist": one process at a time exports
AT_ONCE: Final = 50
"""So many are read in one go."""
DROPPED_AT_ONCE: Final = 500

SQL: Final = statements_in("histories")


class Run(NamedTuple):
    """One run of a workflow, as Temporal names it."""

    workflow_id: str
    run_id: str


@dataclass(frozen=True, slots=True)
class ClosedRun:
    """A run that closed, and when (real time)."""

    run: Run
    workflow_type: str
    started_at: datetime
    closed_at: datetime


@dataclass(frozen=True, slots=True)
class StoredHistory:
    """The history of a run as it is stored."""

    run: Run
    body: bytes

    def unpacked(self, max_bytes: int) -> bytes:
        """What was packed. Raises ValueError for what is damaged, or is longer than that."""
        unpacking = zlib.decompressobj()
        try:
            data = unpacking.decompress(self.body, max_bytes)
        except zlib.error as error:
            raise ValueError(str(error)) from error
        if not unpacking.eof or unpacking.unused_data:
            raise ValueError("the packed data does not end where it should")
        return data


class Histories:
    """What the auditor does with them. All calls raise StoreError."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def count(self) -> tuple[int, int]:
        """Of how many runs the history is stored, and of how many it could not be."""
        with self._store.session() as session:
            row = session.execute(SQL["count_histories"]).fetchone()
        return (0, 0) if row is None else (int(row[0]), int(row[1]))

    def all(self) -> Iterator[StoredHistory]:
        """Every history, in the order of ids, a few at a time."""
        last = Run("", "")
        while True:
            with self._store.session() as session:
                rows = session.execute(SQL["find_next"], {**last._asdict(), "limit": AT_ONCE}).fetchall()
            yield from _histories(rows)
            if len(rows) < AT_ONCE:
                return
            last = Run(*rows[-1][:2])

    def sample(self, number: int, seed: str) -> Iterator[StoredHistory]:
        """So many: half of them the newest, the others as the seed draws them; the same seed draws the same again."""
        halves = {"newest": number - number // 2, "drawn": number // 2, "seed": seed}
        with self._store.session() as session:
            runs = [Run(*row) for row in session.execute(SQL["find_sample"], halves)]
        for first in range(0, len(runs), AT_ONCE):
            some = runs[first : first + AT_ONCE]
            with self._store.session() as session:
                rows = session.execute(SQL["find_bodies"], _columns(some)).fetchall()
            yield from _histories(rows)

    def lease(self) -> Exporting | None:
        """The right to export; None while another process has it."""
        session = self._store.try_lease("histories", LOCK)
        return None if session is None else Exporting(session)


class Exporting:
    """The right to export; it lives and dies with its connection. Calls raise StoreError: it is lost then."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def last_closed_at(self) -> datetime | None:
        """When that run closed which closed last of all that were exported; None: none was."""
        with as_store_errors():
            row = self._session.execute(SQL["find_last"]).fetchone()
        return None if row is None else row[0]

    def missing(self, runs: Sequence[ClosedRun]) -> list[ClosedRun]:
        """Those that were never exported, in their order."""
        with as_store_errors():
            places = self._session.execute(SQL["find_missing"], _columns([closed.run for closed in runs])).fetchall()
        return [runs[place - 1] for (place,) in places]

    def put(self, closed: ClosedRun, history: bytes) -> None:
        """Store a history, once."""
        self._add(closed, zlib.compress(history), None)

    def leave_out(self, closed: ClosedRun, why: str) -> None:
        """Note why there is none: so it is not asked for again."""
        self._add(closed, None, why)

    def drop_older(self, before: datetime) -> int:
        """Remove those whose run closed before then, some at a time; how many that were."""
        limits, dropped = {"before": before, "limit": DROPPED_AT_ONCE}, 0
        with as_store_errors():
            while some := self._session.execute(SQL["drop_older"], limits).rowcount:
                dropped += some
        return dropped

    def release(self) -> None:
        """Let another process export."""
        with suppress(psycopg.Error):
            self._session.close()

    def _add(self, closed: ClosedRun, body: bytes | None, left_out: str | None) -> None:
        values = {
            **closed.run._asdict(),
            "workflow_type": closed.workflow_type,
            "started_at": closed.started_at,
            "closed_at": closed.closed_at,
            "body": body,
            "left_out": left_out,
        }
        with as_store_errors():
            self._session.execute(SQL["add_history"], values)


def _columns(runs: Sequence[Run]) -> dict[str, Texts]:
    workflow_ids, run_ids = zip(*runs, strict=True) if runs else ((), ())
    return {"workflow_ids": Texts(workflow_ids), "run_ids": Texts(run_ids)}


def _histories(rows: Sequence[tuple[str, str, bytes]]) -> Iterator[StoredHistory]:
    for workflow_id, run_id, body in rows:
        yield StoredHistory(Run(workflow_id, run_id), bytes(body))
