"""What only the store can say about the invariants: submissions without a case, effects that happened twice."""

from __future__ import annotations

from sqlalchemy import text

from store.database import Store

WITHOUT_CASE = text(
    "SELECT a.case_id FROM applications a LEFT JOIN cases c USING (case_id) LEFT JOIN dossiers d USING (case_id)"
    " WHERE (c.case_id IS NULL AND d.case_id IS NULL) OR NOT a.opened ORDER BY a.case_id"
)
WITHOUT_SUBMISSION = text(
    "SELECT c.case_id FROM cases c LEFT JOIN applications a USING (case_id) WHERE a.case_id IS NULL ORDER BY c.case_id"
)
# A command's records stand together: were they recorded twice, they would stand in two places of the ledger.
REPEATED = text(
    "SELECT case_id, command_id FROM (SELECT case_id, body::json->>'command_id' AS command_id, sequence,"
    " lag(body::json->>'command_id') OVER (PARTITION BY case_id ORDER BY sequence) AS before FROM ledger) AS l"
    " WHERE command_id IS DISTINCT FROM before AND command_id NOT LIKE 'tick:%'"
    " GROUP BY case_id, command_id HAVING count(*) > 1 ORDER BY case_id, command_id"
)
NEVER_SETTLED = text(
    "SELECT DISTINCT l.case_id, l.body::json->>'command_id' FROM ledger l"
    " LEFT JOIN commands c ON c.case_id = l.case_id AND c.command_id = l.body::json->>'command_id'"
    " WHERE l.body::json->>'command_id' NOT LIKE 'tick:%' AND (c.command_id IS NULL OR NOT c.accepted)"
)


def accepted_without_case(store: Store) -> list[str]:
    """I1: accepted submissions that have no case, and cases that nobody submitted."""
    with store.reading() as connection:
        return [*connection.scalars(WITHOUT_CASE), *connection.scalars(WITHOUT_SUBMISSION)]


def effects_repeated(store: Store) -> list[str]:
    """I4: commands whose effect stands twice in a ledger, or that have an effect and were never accepted."""
    with store.reading() as connection:
        twice = [
            f"{case_id}: command {command_id} has two effects" for case_id, command_id in connection.execute(REPEATED)
        ]
        unsettled = [
            f"{case_id}: command {command_id} has an effect and was not accepted"
            for case_id, command_id in connection.execute(NEVER_SETTLED)
        ]
    return twice + unsettled
