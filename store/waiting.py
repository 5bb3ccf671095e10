"""The waiting room's table: commands that wait outside Temporal, and are handed over in order, sender by sender."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum

import psycopg

from store.arrays import Bigs
from store.database import Session, Store
from store.errors import translated

ROWS_MAX = 1_000
"""So many commands of one sender wait for one case; what comes beyond is refused."""
BYTES_MAX = 16 * 1024 * 1024
"""And so many bytes of them."""
HANDED_MAX = 8
"""So many of them are in Temporal's hands at a time, unanswered."""
LOCK = 0x77616974  # "wait": one process at a time hands over

PUT = """
WITH room AS (
    SELECT count(*) AS number, coalesce(sum(size), 0) AS bytes FROM waiting WHERE case_id = %(case)s AND sender = %(sender)s
), added AS (
    INSERT INTO waiting (case_id, sender, command_id, body, size)
    SELECT %(case)s, %(sender)s, %(command)s, %(body)s, %(size)s FROM room
    WHERE number < %(rows_max)s AND bytes + %(size)s <= %(bytes_max)s
    ON CONFLICT (case_id, command_id) DO NOTHING
    RETURNING position
)
SELECT (SELECT position FROM added),
    (SELECT body FROM waiting WHERE case_id = %(case)s AND command_id = %(command)s)
"""
SENDERS = "SELECT DISTINCT case_id, sender FROM waiting"
# What is settled goes, whoever settled it. Another command under the same id is settled when its sender was told so; the id
# under which that stands is events.language.identity.conflict_id_of.
LEAVE = """
DELETE FROM waiting w USING (
    SELECT position, case_id, command_id, body::json ->> 'digest' AS digest FROM waiting WHERE sent_at IS NOT NULL
) s, commands c
WHERE w.position = s.position AND c.case_id = s.case_id AND (
    c.command_id = s.command_id AND (c.digest IS NULL OR s.digest IS NULL OR c.digest = s.digest)
    OR c.command_id = 'conflict/' || left(
        encode(sha256(convert_to(s.command_id || chr(10) || s.digest, 'UTF8')), 'hex'), 32
    )
)
"""
# The senders of a case take turns: the first of each, then the second of each.
NEXT = """
WITH senders AS (
    SELECT case_id, sender, count(*) FILTER (WHERE sent_at IS NOT NULL) AS handed FROM waiting GROUP BY case_id, sender
)
SELECT w.position, w.case_id, w.sender, w.command_id, w.body
FROM senders s CROSS JOIN LATERAL (
    SELECT position, case_id, sender, command_id, body, row_number() OVER (ORDER BY position) AS place
    FROM waiting WHERE case_id = s.case_id AND sender = s.sender AND sent_at IS NULL
    ORDER BY position LIMIT greatest(0, %(handed_max)s - s.handed)
) w ORDER BY w.place, w.position LIMIT %(most)s
"""
# The longer nobody has answered, the longer the pause: a worker that is away for days is not called twice a minute.
UNANSWERED = """
SELECT position, case_id, sender, command_id, body FROM waiting
WHERE sent_at < now() - greatest(%(after)s * interval '1 second', least(sent_at - recorded_at, interval '10 minutes'))
ORDER BY position LIMIT %(most)s
"""
SENT = "UPDATE waiting SET sent_at = clock_timestamp() WHERE position = ANY(%s::bigint[])"
COUNT = "SELECT count(*), coalesce(extract(epoch FROM now() - min(recorded_at)), 0) FROM waiting"


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
        given = {
            "case": case_id,
            "sender": sender,
            "command": command_id,
            "body": body,
            "size": len(body.encode()),
            "rows_max": ROWS_MAX,
            "bytes_max": BYTES_MAX,
        }
        with self._store.writing_session() as session:
            row = session.execute(PUT, given).fetchone()
        position, standing = row if row is not None else (None, None)
        if position is not None:
            return Entry.WAITS, None
        return (Entry.FULL, None) if standing is None else (Entry.KNOWN, standing)

    def senders(self) -> set[tuple[str, str]]:
        """(case, sender) of all that waits."""
        with self._store.writing_session() as session:
            return {(case_id, sender) for case_id, sender in session.execute(SENDERS)}

    def count(self) -> tuple[int, float]:
        """How many commands wait, and how long the oldest of them has (real seconds)."""
        with self._store.writing_session() as session:
            row = session.execute(COUNT).fetchone()
        return (0, 0.0) if row is None else (int(row[0]), float(row[1]))

    def lease(self) -> HandingOver | None:
        """The right to hand over; None while another process has it."""
        with translated():
            session = self._store.open_session("waiting room", autocommit=True)
            try:
                if session.execute("SELECT pg_try_advisory_lock(%s)", (LOCK,)).fetchone() == (True,):
                    return HandingOver(session)
            except BaseException:
                session.close()
                raise
        session.close()
        return None


class HandingOver:
    """The right to hand over; it lives and dies with its connection. Calls raise StoreError: it is lost then."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def has_any(self) -> bool:
        """Whether anything waits."""
        with translated():
            return self._session.execute("SELECT EXISTS (SELECT FROM waiting)").fetchone() == (True,)

    def drop_settled(self) -> int:
        """Forget what has its outcome; how many that were."""
        with translated():
            return self._session.execute(LEAVE).rowcount

    def following(self, most: int) -> list[WaitingCommand]:
        """What is to be handed over next, in the order in which that is to be done."""
        with translated():
            given = {"handed_max": HANDED_MAX, "most": most}
            return [WaitingCommand(*row) for row in self._session.execute(NEXT, given)]

    def unanswered(self, after_seconds: float, most: int) -> list[WaitingCommand]:
        """What was handed over long ago and has no outcome: whoever had it may have lost it."""
        with translated():
            given = {"after": after_seconds, "most": most}
            return [WaitingCommand(*row) for row in self._session.execute(UNANSWERED, given)]

    def mark_sent(self, positions: Sequence[int]) -> None:
        """These are in Temporal's hands, as of now."""
        with translated():
            self._session.execute(SENT, (Bigs(positions),))

    def release(self) -> None:
        """Let another process hand over."""
        with suppress(psycopg.Error):
            self._session.close()
