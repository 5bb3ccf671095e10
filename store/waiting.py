"""The waiting room's table: commands that wait outside Temporal, and are handed over in order, sender by sender."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import psycopg

from store.arrays import Bigs
from store.database import Session, Store
from store.errors import as_store_errors
from store.statements import statements_in

ROWS_MAX = 1_000
"""So many commands of one sender wait for one case; what comes beyond is refused."""
BYTES_MAX = 16 * 1024 * 1024
"""And so many bytes of them."""
HANDED_MAX = 8
"""So many of them are in Temporal's hands at a time, unanswered."""
LOCK = 0x77616974  # "wait": one process at a time hands over

SQL: Final = statements_in("waiting")


class Entry(StrEnum):
    """What became of a command that was to wait."""

    WAITS = "waits"
    KNOWN = "known"
    """It waits already, or another command under its id does."""
    FULL = "full"
    """Too many of its sender wait for this case."""


@dataclass(frozen=True, slots=True)
class WaitingCommand:
    """A command that waits; `body` is its JSON."""

    position: int
    case_id: str
    sender: str
    command_id: str
    body: str


class WaitingCommands:
    """What every process does with the table. All calls raise StoreError."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def put(self, case_id: str, sender: str, command_id: str, body: str) -> tuple[Entry, str | None]:
        """Let a command wait. The body of the one that waits under its id, if one does."""
        waiting = {
            "case_id": case_id,
            "sender": sender,
            "command_id": command_id,
            "body": body,
            "size": len(body.encode()),
            "rows_max": ROWS_MAX,
            "bytes_max": BYTES_MAX,
        }
        with self._store.session() as session:
            row = session.execute(SQL["add_command"], waiting).fetchone()
        position, standing = row if row is not None else (None, None)
        if position is not None:
            return Entry.WAITS, None
        return (Entry.FULL, None) if standing is None else (Entry.KNOWN, standing)

    def senders(self) -> set[tuple[str, str]]:
        """(case, sender) of all that waits."""
        with self._store.session() as session:
            return {(case_id, sender) for case_id, sender in session.execute(SQL["find_senders"])}

    def count(self) -> tuple[int, float]:
        """How many commands wait, and how long the oldest of them has (real seconds)."""
        with self._store.session() as session:
            row = session.execute(SQL["count_commands"]).fetchone()
        return (0, 0.0) if row is None else (int(row[0]), float(row[1]))

    def lease(self) -> HandingOver | None:
        """The right to hand over; None while another process has it."""
        session = self._store.try_lease("waiting room", LOCK)
        return None if session is None else HandingOver(session)


class HandingOver:
    """The right to hand over; it lives and dies with its connection. Calls raise StoreError: it is lost then."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def has_any(self) -> bool:
        """Whether anything waits."""
        with as_store_errors():
            return self._session.execute(SQL["has_any"]).fetchone() == (True,)

    def drop_answered(self) -> int:
        """Forget what has its outcome; how many that were."""
        with as_store_errors():
            return self._session.execute(SQL["drop_answered"]).rowcount

    def following(self, most: int) -> list[WaitingCommand]:
        """What is to be handed over next, in the order in which that is to be done."""
        with as_store_errors():
            limits = {"handed_max": HANDED_MAX, "limit": most}
            return [WaitingCommand(*row) for row in self._session.execute(SQL["find_next"], limits)]

    def unanswered(self, after_seconds: float, most: int) -> list[WaitingCommand]:
        """What was handed over long ago and has no outcome: whoever had it may have lost it."""
        with as_store_errors():
            limits = {"after_seconds": after_seconds, "limit": most}
            return [WaitingCommand(*row) for row in self._session.execute(SQL["find_unanswered"], limits)]

    def mark_sent(self, positions: Sequence[int]) -> None:
        """These are in Temporal's hands, as of now."""
        with as_store_errors():
            self._session.execute(SQL["mark_sent"], {"positions": Bigs(positions)})

    def release(self) -> None:
        """Let another process hand over."""
        with suppress(psycopg.Error):
            self._session.close()
