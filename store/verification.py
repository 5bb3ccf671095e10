"""What only the store can say about the invariants: submissions without a case, effects of no command."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from store.arrays import Texts
from store.database import Session, Store
from store.statements import statements_in

SQL: Final = statements_in("verification")
OPENED_WITHIN: Final = timedelta(days=1)
"""Real time from an acceptance in which its case is opened at the latest: the worker may be down, or have much to do."""


def accepted_without_case(store: Store) -> list[str]:
    """I1: accepted submissions that have no case; not what waits to be opened. Raises StoreError."""
    with store.session() as session:
        rows = session.execute(SQL["find_applications_without_case"], {"within": OPENED_WITHIN})
        return [stream_id for (stream_id,) in rows]


def never_submitted(store: Store) -> list[str]:
    """I1: cases that nobody submitted. Raises StoreError."""
    with store.session() as session:
        return [case_id for (case_id,) in session.execute(SQL["find_cases_without_application"])]


def never_accepted(session: Session, effects: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """I4: those of these effects (stream, command) whose command was never accepted, as the caller's transaction sees it."""
    ids = {
        "case_ids": Texts(stream_id for stream_id, _ in effects),
        "command_ids": Texts(command for _, command in effects),
    }
    return session.execute(SQL["find_effects_without_outcome"], ids).fetchall()
