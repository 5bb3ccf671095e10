"""What `watch` shows: open cases, and the last events of the ledger, read on from where the last look ended."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from rich.live import Live

from cases.turn import CaseView
from events.language.case_events import data_of
from greenlane.cli.failure import asked_language
from greenlane.cli.late_steps import LateSteps
from greenlane.cli.output import err, out
from greenlane.cli.session import Session
from greenlane.cli.terminal import together
from presentation.blocks import Block, Table, table_of
from presentation.cases.case_table import case_table
from presentation.cases.event_lines import event_cells, event_columns
from presentation.names import Names
from store.errors import StoreError
from store.ledger import LedgerRow
from store.views import CaseFilter
from wording.text import in_language

LOOK_BACK = 200
"""Positions read again at each look: rows of a slow transaction appear below ones that were seen before."""


class LiveView:
    """The present of the system, refreshed with every look."""

    def __init__(self, session: Session, limit: int) -> None:
        self._session = session
        self._limit = limit
        self._events: deque[LedgerRow] = deque(maxlen=limit)
        self._seen: set[int] = set()
        self._position: int | None = None
        self._cases: list[CaseView] = []
        self._late: LateSteps | None = None
        self._open = 0
        self._total = 0
        self._names: dict[str, Names] = {}

    def look(self) -> None:
        """Read what is new. Raises StoreError."""
        views = self._session.views
        wanted = CaseFilter(open_only=True)
        self._cases, self._open = views.cases(wanted, limit=self._limit), views.count(wanted)
        self._total = views.count()
        self._late = LateSteps.of(self._session, [view.case_id for view in self._cases])
        ledger = self._session.ledger
        if self._position is None:
            rows = ledger.latest(max(self._limit, LOOK_BACK))
        else:
            rows = ledger.since(max(0, self._position - LOOK_BACK))
        fresh = [row for row in rows if row.position not in self._seen]
        self._events.extend(fresh)
        self._position = max((row.position for row in rows), default=self._position or 0)
        self._seen = {row.position for row in rows}

    def as_json(self) -> dict[str, Any]:
        """The answer of `watch --json`."""
        return {
            "ok": True,
            "open": self._open,
            "total": self._total,
            "position": self._position,
            "cases": [self._case_json(view) for view in self._cases],
            "events": [{"position": row.position, **data_of(row.record)} for row in self._events],
        }

    def _case_json(self, view: CaseView) -> dict[str, Any]:
        late = [] if self._late is None else self._late.as_json(view.case_id)
        return {**view.model_dump(mode="json"), "late_steps": late}

    def screen(self) -> Iterator[Block]:
        """Both tables."""
        moments = self._session.moments
        title = f"{moments.words('open_cases')}: {self._open} / {self._total}   {moments.instant(moments.now)}"
        yield case_table(title, self._cases, moments)
        if self._late is not None and (late := self._late.table()) is not None:
            yield late
        yield self._event_table()
        if (scale := moments.scale) is not None:
            yield scale

    def _event_table(self) -> Table:
        moments = self._session.moments
        names = {view.case_id: view.dossier_code or view.case_id for view in self._cases}
        table = table_of(moments.words("events"), moments.words("case"), *event_columns(moments.words))
        for row in self._events:
            shown = replace(moments, known=self._names_of(row.case_id))
            table.add(names.get(row.case_id, row.case_id), *event_cells(row.record, shown))
        return table

    def _names_of(self, case_id: str) -> Names:
        """What the steps and documents of a case are called; looked up once."""
        found = self._names.get(case_id)
        if found is None:
            found = self._session.moments.names
            view = self._session.views.case(case_id)
            version = None if view is None else found.procedure_version(view.procedure, view.procedure_version)
            found = self._names[case_id] = found if version is None else found.of_procedure(version)
        return found


def follow(view: LiveView, interval_seconds: float) -> None:
    """Show and refresh until interrupted. A database that is away for a while is waited for."""
    with Live(together(view.screen()), console=out, screen=out.is_terminal, auto_refresh=False) as live:
        try:
            while True:
                time.sleep(interval_seconds)
                try:
                    view.look()
                except StoreError as error:
                    if not error.retryable:
                        raise
                    err.print(f"[yellow]![/yellow] {in_language(error.message, asked_language())}")
                    continue
                live.update(together(view.screen()), refresh=True)
        except KeyboardInterrupt:
            return
