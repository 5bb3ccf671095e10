"""What the database alone can say of outbox and inbox against ledger, of dossier codes, and of the vault: row by row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final, Literal, NamedTuple

from events.language.checkpoint import NAME as CHECKPOINT
from events.language.topics import Topics
from store.database import Store
from store.statements import statements_in

SQL: Final = statements_in("owed")
EVERY_PREFIX: Final = "%"


class CodeGap(NamedTuple):
    """Ordinals that an agency gave on a day, from one to another, and that no case has."""

    agency_code: str
    day: date
    first: int
    last: int


def owed_otherwise(store: Store) -> Iterator[tuple[str, int, bool]]:
    """Stream and sequence of events that the outbox owes; True: the ledger has none such, False: it has it otherwise."""
    names = Topics(EVERY_PREFIX)
    topics = [names.case_events, names.escalations, names.work(EVERY_PREFIX)]
    return store.rows(SQL["find_owed_otherwise"], topics=topics)


def checkpoints_otherwise(store: Store) -> Iterator[tuple[int | None, Literal["missing", "never owed", "otherwise"]]]:
    """Numbers of checkpoints, and how they are owed: `missing` is owed and not there, `otherwise` than it stands."""
    return store.rows(SQL["find_checkpoints_otherwise"], name=CHECKPOINT)


def applications_otherwise(store: Store) -> Iterator[tuple[str, str]]:
    """Streams whose row in the inbox is not what their first event says, and the column. Digests cannot be compared."""
    return store.rows(SQL["find_applications_otherwise"])


def openings_otherwise(store: Store) -> Iterator[tuple[str, str, str]]:
    """Streams, what opened them, and the body of their first event, where the one does not hold the other's text."""
    return store.rows(SQL["find_openings_otherwise"])


def links_otherwise(store: Store) -> Iterator[tuple[str]]:
    """Cases of a linked dossier that are not remembered as the ones that they are."""
    return store.rows(SQL["find_links_otherwise"])


def outcomes_of_nothing(store: Store) -> Iterator[tuple[str, str]]:
    """Stream and id of accepted commands whose stream has no events."""
    return store.rows(SQL["find_outcomes_of_nothing"])


def events_never_owed(store: Store) -> Iterator[tuple[str, int]]:
    """Stream and sequence of events that were never owed to the topic of all events."""
    return store.rows(SQL["find_events_never_owed"], topic=Topics(EVERY_PREFIX).case_events)


def messages_of_nothing(store: Store, names: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Id and topic of messages that stand for no event and have none of these names."""
    return store.rows(SQL["find_messages_of_nothing"], topic=Topics(EVERY_PREFIX).case_events, names=list(names))


def code_gaps(store: Store) -> Iterator[CodeGap]:
    """Dossier codes that were given and that no case has."""
    return (CodeGap(*row) for row in store.rows(SQL["find_code_gaps"]))


def codes_never_given(store: Store) -> Iterator[tuple[str, int, str]]:
    """Stream, sequence and dossier code of acceptances whose code was not given."""
    return store.rows(SQL["find_codes_never_given"])


def repeated_codes(store: Store) -> Iterator[tuple[str, str, str]]:
    """Dossier codes that stand in more than one acceptance, each with the first and the last of its cases."""
    return store.rows(SQL["find_repeated_codes"])


def may_see_persons(store: Store) -> bool:
    """Whether this account may look into the vault."""
    return all(row[0] for row in store.rows(SQL["may_see_persons"]))


def persons_of_nobody(store: Store) -> Iterator[tuple[str, str]]:
    """References in the vault that no application has, and what lies under them."""
    return store.rows(SQL["find_persons_of_nobody"])


def applications_without_person(store: Store) -> Iterator[tuple[str]]:
    """Applications whose person does not lie in the vault."""
    return store.rows(SQL["find_applications_without_person"])


def erasures_otherwise(store: Store) -> Iterator[tuple[str, str]]:
    """Subjects whose erasure is not on record, was undone, or left something in the vault; and which of these."""
    return store.rows(SQL["find_erasures_otherwise"])
