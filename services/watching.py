"""The present of the whole installation, look after look: open cases, and the last events of the ledger."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import datetime

from cases.turn import CaseView
from services.case_lists import CaseList, look_up_cases
from services.installation import Installation
from services.recording_reads import Reader, filter_said, record_read
from store.errors import StoreError
from store.ledger import LedgerRow
from store.views import CaseFilter

__all__ = ["Present", "SeenEvent", "StoreError", "Watch"]

LOOK_BACK = 200
"""Positions read again at each look: rows of a slow transaction appear below ones that were seen before."""


@dataclass(frozen=True, slots=True)
class SeenEvent:
    """An event of the ledger."""

    row: LedgerRow
    case: CaseView | None
    """Its case, as it was when an event of it was first seen; None: it is of a linked dossier."""


@dataclass(frozen=True, slots=True)
class Present:
    """What one look saw."""

    open_cases: CaseList
    total: int
    """All cases, closed ones too."""
    position: int
    """Of the latest event in the ledger."""
    events: tuple[SeenEvent, ...]
    """The last ones, the oldest first."""


class Watch:
    """Reads on from where the last look ended. Its first look is on record, and stands for those that follow."""

    def __init__(self, installation: Installation, reader: Reader, limit: int) -> None:
        self._installation = installation
        self._reader = reader
        self._is_recorded = False
        self._limit = limit
        self._events: deque[LedgerRow] = deque(maxlen=limit)
        self._cases: dict[str, CaseView | None] = {}
        self._seen: set[int] = set()
        self._position: int | None = None

    def look(self, now: datetime) -> Present:
        """The present, with at most so many cases and events. Raises StoreError."""
        installation = self._installation
        cases = look_up_cases(installation, CaseFilter(open_only=True), limit=self._limit, now=now)
        if self._position is None:
            rows = installation.ledger.latest(max(self._limit, LOOK_BACK))
        else:
            rows = installation.ledger.since(max(0, self._position - LOOK_BACK))
        self._events.extend(row for row in rows if row.position not in self._seen)
        self._position = max((row.position for row in rows), default=self._position or 0)
        self._seen = {row.position for row in rows}
        events = tuple(SeenEvent(row, self._case(row.case_id)) for row in self._events)
        present = Present(cases, installation.views.count(), self._position, events)
        self._record(present)
        return present

    def _record(self, present: Present) -> None:
        if not self._is_recorded:
            narrowed = filter_said({"open_only": True, "events": len(present.events)})
            record_read(self._installation, self._reader, filter=narrowed, count=len(present.open_cases.cases))
            self._is_recorded = True

    def _case(self, case_id: str) -> CaseView | None:
        if case_id not in self._cases:
            self._cases[case_id] = self._installation.views.case(case_id)
        return self._cases[case_id]
