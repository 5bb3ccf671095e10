"""How far the past is signed: the newest checkpoint, and how long what came after it has waited for the next."""

from __future__ import annotations

from typing import Final, NamedTuple

from events.language.checkpoint import EVENTS
from store.database import Store
from store.errors import CheckpointUnreadable
from store.statements import statements_in
from wording.json_text import read_json

SQL: Final = statements_in("signing")


class SigningState(NamedTuple):
    """What a scrape and the doctor ask; real seconds, by the database's clock."""

    number: int
    """Of the newest checkpoint; 0: none was ever made."""
    events: int
    """How many events it signs."""
    age_seconds: float
    unsigned_seconds: float
    """Age of the oldest event that came after it; 0: there is none."""


def signing_state(store: Store) -> SigningState:
    """A few rows by their keys, however long the ledger is. Raises StoreError; CheckpointUnreadable where a row was changed."""
    with store.session() as session:
        row = session.execute(SQL["find_signing_state"]).fetchone()
    number, body, age, unsigned = row or (None, None, None, None)
    size = 0 if number is None else _size_in(number, body)
    return SigningState(number or 0, size, max(0.0, age or 0.0), max(0.0, unsigned or 0.0))


def _size_in(number: int, body: str) -> int:
    try:
        return int(read_json(body)["logs"][EVENTS]["size"])
    except (ValueError, LookupError, TypeError):
        raise CheckpointUnreadable(number=number) from None
