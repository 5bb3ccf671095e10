"""Ledgers of any size, made quickly: some lives are recorded as the engine records them, the others are copies of their rows.

A copy has its own ids, dossier code, and chain of hashes, in every table that says something of a case; so it is a case like
any other, and verification finds nothing. Its rows go in by COPY. What lies sealed in the vault of a copy stays sealed: it is
bound to the place where it was.
"""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Identity, Table

from bench.lives import SOURCE, application_id_of, application_of, definitions_in_force, life, long_life
from cases.turn import Recorded, Turn
from events.language.chain import GENESIS, link
from events.language.commands import Application
from events.language.identity import case_id_of, subject_ref_of
from events.language.topics import Topics
from greenlane.master_keys.file import FileMasterKey
from store.database import Session, Store
from store.inbox import Inbox, Submission
from store.ledger import Ledger, LedgerRow
from store.recorder import Recorder
from store.tables import applications, commands, ledger, outbox
from store.vault.vault import Vault
from store.vault_tables import entries, subjects
from store.view_tables import cases, escalations, worklist

LIVES_EACH: Final = 3
"""Lives that are recorded under each procedure."""
COPIED: Final = (applications, commands, outbox, cases, worklist, escalations)
MASTER_KEY: Final = FileMasterKey((b"of benchmarks".ljust(32),))
ORIGINALS_MAX: Final = 100
AT_ONCE: Final = 400
"""Copies in one transaction."""


def grow(store: Store, events: int) -> int:
    """Fill an empty, migrated database with cases until its ledger has so many events, or a few more; returns how many."""
    record_lives(store)
    add_copies(store, events - Ledger(store).counts()[1])
    vacuum = store.open_session("bench", autocommit=True)
    vacuum.execute("VACUUM (ANALYZE)")
    vacuum.close()
    return Ledger(store).counts()[1]


def add_copies(store: Store, events: int) -> None:
    """Add copies of the recorded cases, of so many events together, or a few more."""
    number = Ledger(store).counts()[0]
    originals = min(ORIGINALS_MAX, number)
    with store.session() as session:
        read = Copyist(session)
        recorded = [read.read(number, Ledger(store).rows(_case_id(number))) for number in range(originals)]
    left = events
    while left > 0:
        with store.session() as session:
            copyist = Copyist(session)
            for _ in range(AT_ONCE):
                if left > 0:
                    left -= copyist.copy(recorded[number % originals], number)
                    number += 1
            copyist.write()


def record_lives(store: Store) -> None:
    """Open, decide and record some lives under each procedure in force, as inbox and recorder do it."""
    recorder, inbox = Recorder(store, Topics()), Inbox(store, Topics(), Vault(store, MASTER_KEY))
    kept = definitions_in_force() * LIVES_EACH
    try:
        for number, definitions in enumerate(kept):
            asyncio.run(_record(recorder, inbox, application_of(definitions, number), life(definitions, number)))
    finally:
        recorder.close()
        inbox.close()


def record_long_life(store: Store, events: int) -> str:
    """Record one more case, of so many events; its id."""
    number, definitions = Ledger(store).counts()[0], definitions_in_force()[0]
    recorder, inbox = Recorder(store, Topics()), Inbox(store, Topics(), Vault(store, MASTER_KEY))
    try:
        asyncio.run(
            _record(recorder, inbox, application_of(definitions, number), long_life(definitions, number, events))
        )
    finally:
        recorder.close()
        inbox.close()
    return _case_id(number)


async def _record(recorder: Recorder, inbox: Inbox, application: Application, turns: Generator[Turn, Recorded]) -> None:
    turn = next(turns)
    await inbox.accept_application(
        Submission(
            case_id=turn.case_id,
            source=application.source,
            application_id=application.application_id,
            content_digest="0" * 64,
            subject_ref=application.subject_ref,
            received_at=turn.records[0].at,
            opening="{}",
            person='{"name": "Nguyễn Văn A"}',
        )
    )
    while True:
        recorded = await recorder.record(turn)
        try:
            turn = turns.send(recorded)
        except StopIteration:
            return


@dataclass(frozen=True, slots=True)
class Original:
    """A recorded case."""

    names: tuple[str, str, str, str]
    """Its own id, its application's, its person's, and its dossier code: what a copy has otherwise."""
    rows: tuple[LedgerRow, ...]
    others: tuple[tuple[Table, str], ...]
    """Its rows in other tables, as COPY writes them."""


class Copyist:
    """Writes copies of cases."""

    def __init__(self, session: Session) -> None:
        self.session = session
        rows = session.execute("SELECT agency_code, day, last_ordinal FROM dossier_codes").fetchall()
        self._ordinals: dict[str, int] = {f"{agency}-{day:%y%m%d}": last for agency, day, last in rows}
        self._days = {f"{agency}-{day:%y%m%d}": (agency, day) for agency, day, _ in rows}
        self._lines: dict[Table, list[str]] = {}

    def read(self, number: int, rows: list[LedgerRow]) -> Original:
        """The recorded case with this number."""
        case_id, application_id = _case_id(number), application_id_of(number)
        others = [(table, self._rows_of(table, "case_id", case_id)) for table in COPIED]
        subject_ref = subject_ref_of(case_id)
        others += [(table, self._rows_of(table, "subject_ref", subject_ref)) for table in (subjects, entries)]
        [(code,)] = self.session.execute("SELECT dossier_code FROM cases WHERE case_id = %s", (case_id,))
        return Original((case_id, application_id, subject_ref, code), tuple(rows), tuple(others))

    def copy(self, original: Original, number: int) -> int:
        """A copy under this number, which waits to be written; how many events it has."""
        agency = original.names[3].rpartition("-")[0]
        self._ordinals[agency] += 1
        case_id = _case_id(number)
        others = (application_id_of(number), subject_ref_of(case_id), f"{agency}-{self._ordinals[agency]:04d}")
        changes = tuple(zip(original.names, (case_id, *others), strict=True))
        digest = GENESIS
        for row in original.rows:
            body = _changed(row.body, changes)
            digest = link(digest, body)
            columns = (case_id, str(row.sequence), body.replace("\\", "\\\\"), f"\\\\x{digest.hex()}", row.type)
            self._add(ledger, "\t".join((*columns, row.at.isoformat(), row.recorded_at.isoformat())) + "\n")
        hashes = (original.rows[-1].hash.hex(), digest.hex())
        for table, text in original.others:
            self._add(table, _changed(text, (*changes, hashes)))
        return len(original.rows)

    def write(self) -> None:
        """Write what waits, and the last ordinals of the codes that were given."""
        for table, lines in self._lines.items():
            with (
                self.session.cursor() as cursor,
                cursor.copy(f"COPY {_with_columns(table)} FROM STDIN".encode()) as copy,
            ):
                copy.write("".join(lines))
        self._lines.clear()
        for code, last in self._ordinals.items():
            self.session.execute(
                "UPDATE dossier_codes SET last_ordinal = %s WHERE agency_code = %s AND day = %s",
                (last, *self._days[code]),
            )

    def _add(self, table: Table, lines: str) -> None:
        self._lines.setdefault(table, []).append(lines)

    def _rows_of(self, table: Table, column: str, value: str) -> str:
        query = f"COPY (SELECT {_columns(table)} FROM {table.fullname} WHERE {column} = '{value}') TO STDOUT"
        with self.session.cursor() as cursor, cursor.copy(query.encode()) as copy:
            return b"".join(bytes(part) for part in copy).decode()


def _columns(table: Table) -> str:
    return ", ".join(f'"{column.name}"' for column in table.columns if not isinstance(column.identity, Identity))


def _with_columns(table: Table) -> str:
    return f"{table.fullname} ({_columns(table)})"


def _case_id(number: int) -> str:
    return case_id_of(SOURCE, application_id_of(number))


def _changed(text: str, changes: tuple[tuple[str, str], ...]) -> str:
    for former, latter in changes:
        text = text.replace(former, latter)
    return text
