"""Finding cases by how a promise stands, beside what the read model is narrowed by."""

from __future__ import annotations

from dataclasses import replace

from cases.turn import CaseView
from store.views import LIST_MAX, CaseFilter, Views


def searched(views: Views, wanted: CaseFilter, states: frozenset[str], limit: int) -> tuple[list[CaseView], int]:
    """Cases, the latest first, at most `limit` of them, and how many there are.

    `states`: open cases only, of which a promise is in one of these states. Raises StoreError.
    """
    if not states:
        return views.cases(wanted, limit=limit), views.count(wanted)
    wanted = replace(wanted, open_only=True)
    found: list[CaseView] = []
    total, after = 0, None
    while page := views.cases(wanted, limit=LIST_MAX, after=after):
        after = page[-1].opened_at, page[-1].case_id
        matching = [view for view in page if states & _states(view)]
        total += len(matching)
        found += matching[: limit - len(found)]
    return found, total


def _states(view: CaseView) -> set[str]:
    promises = (view.promises.statutory, view.promises.green)
    return {promised.state for promised in promises if promised is not None}
