"""What the database alone can say of outbox against ledger, of dossier codes, and of the vault: row by row, however many."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

from events.language.topics import Topics
from store.database import Store
from store.statements import statements_in

SQL: Final = statements_in("verification")
EVERY_PREFIX: Final = "%"
ROWS: Final = 2000
"""Rows fetched at once."""


class CodeGap(NamedTuple):
    """Ordinals that an agency gave on a day, from one to another, and that no case has."""

    agency_code: str
    day: date
    first: int
    last: int


def owed_without_event(store: Store) -> Iterator[tuple[str, int]]:
    """Stream and sequence of events that the outbox owes and the ledger does not have."""
    return stream(store, "find_owed_without_event")


def events_never_owed(store: Store) -> Iterator[tuple[str, int]]:
    """Stream and sequence of events that were never owed to the topic of all events."""
    return stream(store, "find_events_never_owed", topic=Topics(EVERY_PREFIX).case_events)


def messages_of_nothing(store: Store, names: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Id and topic of messages that stand for no event and have none of these names."""
    return stream(store, "find_messages_of_nothing", topic=Topics(EVERY_PREFIX).case_events, names=list(names))


def code_gaps(store: Store) -> Iterator[CodeGap]:
    """Dossier codes that were given and that no case has."""
    return (CodeGap(*row) for row in stream(store, "find_code_gaps"))


def codes_never_given(store: Store) -> Iterator[tuple[str, int, str]]:
    """Stream, sequence and dossier code of acceptances whose code was not given."""
    return stream(store, "find_codes_never_given")


def repeated_codes(store: Store) -> Iterator[tuple[str, str, str]]:
    """Dossier codes that stand in more than one acceptance, each with the first and the last of its cases."""
    return stream(store, "find_repeated_codes")


def may_see_persons(store: Store) -> bool:
    """Whether this account may look into the vault."""
    return all(row[0] for row in stream(store, "may_see_persons"))


def persons_of_nobody(store: Store) -> Iterator[tuple[str, str]]:
    """References in the vault that no application has, and what lies under them."""
    return stream(store, "find_persons_of_nobody")


def applications_without_person(store: Store) -> Iterator[tuple[str]]:
    """Applications whose person does not lie in the vault."""
    return stream(store, "find_applications_without_person")


def stream(store: Store, statement: str, **values: object) -> Iterator[tuple[Any, ...]]:
    """The rows of a statement as of one instant, a few at a time. Raises StoreError."""
    with store.session() as session, session.cursor(name="verification") as cursor:
        cursor.itersize = ROWS
        cursor.execute(SQL[statement], values or None)
        yield from cursor
