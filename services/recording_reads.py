"""Reads on record: no service hands out a case, a list or a person before it is on record who looked.

A service that shows what is on record takes a `Reader` where others take an actor, makes its value, records the read, and only
then returns it. What cannot be recorded is not shown: the store's error says why.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from events.language.commands import Actor
from services.installation import Installation
from store.database import Session
from store.reads import Filter, Read, add_read

Door = Literal["command_line", "portal", "api"]
COMMAND_LINE: Final[Door] = "command_line"


@dataclass(frozen=True, slots=True)
class Reader:
    """Who looks, by which door, and why."""

    actor: Actor
    purpose: str
    """A word or a sentence without personal data; the name of what was asked for where nothing was said."""
    door: Door = COMMAND_LINE


def record_read(
    installation: Installation,
    reader: Reader,
    *,
    case_id: str | None = None,
    subject: str | None = None,
    as_of: datetime | None = None,
    known_at: datetime | None = None,
    filter: Filter | None = None,  # noqa: A002 - the name that it has on record
    count: int = 1,
) -> None:
    """Put on record what is about to be shown: one case, dossier or person, or a list with its filter and count.

    `as_of`, `known_at`: business instants of a replay. Once it returns the record stays. Raises StoreError; nothing may be shown
    then: StoreReadOnly at a replica, StoreNotMigrated, StoreAccessDenied, StoreUnavailable.
    """
    with installation.store.session() as session:
        record_read_in(
            session,
            reader,
            case_id=case_id,
            subject=subject,
            as_of=as_of,
            known_at=known_at,
            filter=filter,
            count=count,
        )


def record_read_in(
    session: Session,
    reader: Reader,
    *,
    case_id: str | None = None,
    subject: str | None = None,
    as_of: datetime | None = None,
    known_at: datetime | None = None,
    filter: Filter | None = None,  # noqa: A002 - the name that it has on record
    count: int = 1,
) -> None:
    """The same within the caller's transaction: what was done in it and its record stay or go together."""
    add_read(session, Read(reader.actor, reader.door, reader.purpose, case_id, subject, as_of, known_at, filter, count))


def filter_said(narrowed: Mapping[str, object]) -> dict[str, object]:
    """What a list is narrowed to, by name, as JSON has it; what narrows nothing is left out, and instants are RFC 3339."""
    return {name: _said(value) for name, value in narrowed.items() if value not in (None, False, frozenset())}


def _said(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    return sorted(value) if isinstance(value, frozenset) else value
