"""Reads on record: who looked at what. Added to, never changed; each row is a leaf of the log `reads` once it is signed."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final

from pydantic import ValidationError
from sqlalchemy import ColumnElement, Select, func, or_, select

from events.language.checkpoint import canonical_bytes, instant_text
from events.language.commands import Actor
from store.database import Session, Store
from store.record_tables import reads
from store.statements import statements_in
from wording.json_text import read_json

SQL: Final = statements_in("reads")

Filter = Mapping[str, Any]
"""What a list was narrowed to, by the names of its options; nothing in it names a person."""


@dataclass(frozen=True, slots=True)
class Read:
    """What somebody looked at: one case, dossier or person, or one list with its filter and how much it showed."""

    actor: Actor
    door: str
    purpose: str
    case_id: str | None = None
    """The stream of a case or of a linked dossier."""
    subject: str | None = None
    """The reference of a person or an enterprise, never who that is."""
    as_of: datetime | None = None
    known_at: datetime | None = None
    """The two instants of a replay; business time."""
    filter: Filter | None = None
    count: int = 1


@dataclass(frozen=True, slots=True)
class RecordedRead:
    """A read, and when it was."""

    position: int
    at: datetime
    """Real time (UTC), by the database's clock."""
    account: str
    """The role of the database that put it there, by the database's own word: it says who acts."""
    read: Read | None
    """None: what was put there past this program is no read."""


@dataclass(frozen=True, slots=True)
class ReadFilter:
    """Which reads are wanted; None: of all."""

    case_id: str | None = None
    subject: str | None = None
    actor_id: str | None = None
    from_at: datetime | None = None
    until_at: datetime | None = None
    """Real time, from the one and before the other."""


@dataclass(frozen=True, slots=True)
class ReadRow:
    """The columns over which the hash of a read goes, as they stand."""

    account: str
    actor: str
    door: str
    purpose: str
    case_id: str | None
    subject: str | None
    as_of: datetime | None
    known_at: datetime | None
    filter: str | None
    count: int


FIELDS: Final = tuple(field.name for field in fields(ReadRow))
COLUMNS: Final = tuple(reads.c[name] for name in FIELDS)


def values_of(row: ReadRow) -> dict[str, Any]:
    """By the names of the columns what they hold."""
    return {name: getattr(row, name) for name in FIELDS}


def digest_of_read(row: ReadRow) -> bytes:
    """SHA-256 (32 bytes) of the canonical JSON of what the row says; its place and instant stand in its leaf beside it."""
    said = values_of(row) | {"as_of": _said(row.as_of), "known_at": _said(row.known_at)}
    return hashlib.sha256(canonical_bytes(said)).digest()


def columns_of(read: Read) -> dict[str, Any]:
    """By the names of the columns what a read says in them."""
    return {
        "actor": canonical_bytes(read.actor.on_record.model_dump(mode="json")).decode(),
        "door": read.door,
        "purpose": read.purpose,
        "case_id": read.case_id,
        "subject": read.subject,
        "as_of": read.as_of,
        "known_at": read.known_at,
        "filter": None if read.filter is None else canonical_bytes(dict(read.filter)).decode(),
        "count": read.count,
    }


def row_of(read: Read, account: str) -> ReadRow:
    """The row of a read that this account of the database put there."""
    return ReadRow(account, **columns_of(read))


def add_read(session: Session, read: Read) -> None:
    """Put it on record within the caller's transaction, with which it stays or goes."""
    session.execute(SQL["add_read"], columns_of(read))


class Reads:
    """The table of reads. All calls block, and raise StoreError."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, read: Read) -> None:
        """Put it on record; once this returns it stays."""
        with self._store.session() as session:
            add_read(session, read)

    def find(self, wanted: ReadFilter, *, limit: int) -> tuple[RecordedRead, ...]:
        """The newest that are wanted, at most so many, the newest first."""
        return self._found(select(reads.c.position, reads.c.at, *COLUMNS).where(*_conditions(wanted)), limit)

    def of_person(self, subject: str, streams: Collection[str], *, limit: int) -> tuple[RecordedRead, ...]:
        """The newest reads of a person, and of these cases and dossiers, which are the person's; the newest first."""
        query = select(reads.c.position, reads.c.at, *COLUMNS)
        query = query.where(or_(reads.c.subject == subject, reads.c.case_id.in_(streams)))
        return self._found(query, limit)

    def count(self, wanted: ReadFilter) -> int:
        """How many are wanted."""
        with self._store.reading() as connection:
            return connection.scalar(select(func.count()).select_from(reads).where(*_conditions(wanted))) or 0

    def standing(self, position: int) -> tuple[ReadRow, bytes, datetime] | None:
        """What stands at a place, with its hash and its instant, unread; None: nothing."""
        query = select(*COLUMNS, reads.c.hash, reads.c.at).where(reads.c.position == position)
        with self._store.reading() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else (ReadRow(*row[:-2]), row[-2], row[-1])

    def _found(self, query: Select[Any], limit: int) -> tuple[RecordedRead, ...]:
        with self._store.reading() as connection:
            rows = connection.execute(query.order_by(reads.c.position.desc()).limit(limit)).all()
        return tuple(_recorded(row[0], row[1], ReadRow(*row[2:])) for row in rows)


def _conditions(wanted: ReadFilter) -> list[ColumnElement[bool]]:
    c = reads.c
    asked = (
        (wanted.case_id, lambda value: c.case_id == value),
        (wanted.subject, lambda value: c.subject == value),
        # A valid actor is one object with these keys; the id stands in it as JSON has it.
        (wanted.actor_id, lambda value: c.actor.contains(_pair("id", value), autoescape=True)),
        (wanted.from_at, lambda value: c.at >= value),
        (wanted.until_at, lambda value: c.at < value),
    )
    return [condition(value) for value, condition in asked if value is not None]


def _pair(name: str, value: str) -> str:
    return canonical_bytes({name: value}).decode()[1:-1]


def _said(instant: datetime | None) -> str | None:
    return None if instant is None else instant_text(instant)


def _recorded(position: int, at: datetime, row: ReadRow) -> RecordedRead:
    try:
        actor = Actor.model_validate_json(row.actor)
        narrowed = None if row.filter is None else dict(read_json(row.filter))
    except (ValidationError, ValueError, TypeError, RecursionError):
        return RecordedRead(position, at, row.account, None)
    read = Read(actor, row.door, row.purpose, row.case_id, row.subject, row.as_of, row.known_at, narrowed, row.count)
    return RecordedRead(position, at, row.account, read)
