"""What only the store can say about the invariants: submissions without a case, effects that happened twice."""

from __future__ import annotations

from typing import Final

from store.database import Store
from store.statements import statements_in

SQL: Final = statements_in("verification")


def accepted_without_case(store: Store) -> list[str]:
    """I1: accepted submissions that have no case, and cases that nobody submitted; not what waits to be opened."""
    with store.session() as session:
        one_sided = ("find_applications_without_case", "find_cases_without_application")
        return [stream_id for statement in one_sided for (stream_id,) in session.execute(SQL[statement])]


def effects_repeated(store: Store) -> list[tuple[str, str]]:
    """I4: commands whose effect stands twice in a ledger, or that have an effect and were never accepted: case, and what."""
    faults = {
        "find_repeated_effects": "has two effects",
        "find_effects_without_outcome": "has an effect and was not accepted",
    }
    with store.session() as session:
        return [
            (stream_id, f"command {command_id} {fault}")
            for statement, fault in faults.items()
            for stream_id, command_id in session.execute(SQL[statement])
        ]
