"""The read models: cases and worklists for screens, counts for metrics. Only the recorder and the rebuild write them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, func, literal, or_, select, tuple_, union_all

from cases.turn import CaseView, WorkItem
from events.language.identity import DOSSIER_CODE_PATTERN
from store.database import Store
from store.view_tables import cases, dossiers, worklist

LIST_MAX = 1000


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """Which cases to list; what is None or False does not narrow."""

    open_only: bool = False
    closed_only: bool = False
    status: str | None = None
    lane: str | None = None
    procedure: str | None = None
    holder: str | None = None
    """A department, `applicant`, `suspension`."""
    source: str | None = None
    outcome: str | None = None
    breached_only: bool = False
    escalated_only: bool = False
    late: bool = False
    """Open, and late: a promise is breached, or a step that waits."""
    promise_states: frozenset[str] = frozenset()
    """Open, and the statutory or the green promise is in one of these states as the law sees it. Empty does not narrow."""


@dataclass(frozen=True, slots=True)
class OpenCases:
    """How many cases are open in one lane at one holder."""

    lane: str
    holder: str | None
    cases: int
    breached: int
    escalations_open: int


@dataclass(frozen=True, slots=True)
class OpenSteps:
    """How many steps wait for one department."""

    department: str
    steps: int
    overdue: int
    escalated: int


@dataclass(frozen=True, slots=True)
class ClosedCases:
    """How many cases ended in one way in one lane."""

    lane: str
    outcome: str
    cases: int
    breached: int


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the cases of one source are."""

    accepted: int
    closed: int


class Views:
    """Queries over the read models. All raise StoreError."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def case(self, key: str) -> CaseView | None:
        """The case with this case id or dossier code."""
        column = cases.c.dossier_code if DOSSIER_CODE_PATTERN.match(key) else cases.c.case_id
        with self._store.reading() as connection:
            view = connection.scalar(select(cases.c.view).where(column == key))
        return None if view is None else CaseView.model_validate_json(view)

    def cases(
        self, wanted: CaseFilter | None = None, *, limit: int = 50, after: tuple[datetime, str] | None = None
    ) -> list[CaseView]:
        """Cases, the latest opened first. `after` = (opened_at, case_id) of the last one seen continues the list."""
        query = select(cases.c.view).where(*_conditions(wanted or CaseFilter()))
        if after is not None:
            query = query.where(tuple_(cases.c.opened_at, cases.c.case_id) < after)
        query = query.order_by(cases.c.opened_at.desc(), cases.c.case_id.desc()).limit(min(limit, LIST_MAX))
        with self._store.reading() as connection:
            return [CaseView.model_validate_json(view) for view in connection.scalars(query)]

    def count(self, wanted: CaseFilter | None = None) -> int:
        """How many cases there are."""
        with self._store.reading() as connection:
            query = select(func.count()).select_from(cases).where(*_conditions(wanted or CaseFilter()))
            return connection.scalar(query) or 0

    def worklist(
        self, department: str | None = None, *, case_id: str | None = None, limit: int = LIST_MAX
    ) -> list[WorkItem]:
        """Steps that wait, the most urgent first; of one department, of one case, or all."""
        query = select(worklist.c.item)
        if department is not None:
            query = query.where(worklist.c.department == department)
        if case_id is not None:
            query = query.where(worklist.c.case_id == case_id)
        return self._items(query, limit)

    def late_steps(self, case_ids: Sequence[str]) -> list[WorkItem]:
        """Steps of these cases whose breach is on record, what has been late longest first."""
        query = select(worklist.c.item).where(worklist.c.case_id.in_(case_ids), worklist.c.overdue)
        return self._items(query, LIST_MAX)

    def overdue(self, now: datetime | None = None, *, limit: int = LIST_MAX) -> list[WorkItem]:
        """Steps whose breach is on record, and with `now` (business time) also those that fell due before it."""
        late: ColumnElement[bool] = worklist.c.overdue
        return self._items(
            select(worklist.c.item).where(late if now is None else or_(late, worklist.c.due_at < now)), limit
        )

    def _items(self, query: Select[str], limit: int) -> list[WorkItem]:
        urgent = (worklist.c.due_at.asc().nulls_last(), worklist.c.assigned_at, worklist.c.case_id, worklist.c.step_id)
        with self._store.reading() as connection:
            items = connection.scalars(query.order_by(*urgent).limit(limit))
            return [WorkItem.model_validate_json(item) for item in items]

    def open_cases(self) -> list[OpenCases]:
        """Open cases by lane and holder, for metrics; its cost follows the open cases, not the age of the system."""
        query = (
            select(
                cases.c.lane,
                cases.c.holder,
                func.count(),
                func.count().filter(cases.c.breaches > 0),
                func.coalesce(func.sum(cases.c.escalations_open), 0),
            )
            .where(cases.c.closed_at.is_(None))
            .group_by(cases.c.lane, cases.c.holder)
            .order_by(cases.c.lane, cases.c.holder)
        )
        with self._store.reading() as connection:
            return [OpenCases(*row) for row in connection.execute(query)]

    def open_steps(self) -> list[OpenSteps]:
        """Waiting steps by department, for metrics."""
        query = (
            select(
                worklist.c.department,
                func.count(),
                func.count().filter(worklist.c.overdue),
                func.count().filter(worklist.c.level > 0),
            )
            .group_by(worklist.c.department)
            .order_by(worklist.c.department)
        )
        with self._store.reading() as connection:
            return [OpenSteps(*row) for row in connection.execute(query)]

    def closed_cases(self, source: str | None = None) -> list[ClosedCases]:
        """Closed cases by lane and outcome, for summaries; reads all closed cases, so not for every scrape."""
        query = select(
            cases.c.lane,
            func.coalesce(cases.c.outcome, ""),
            func.count(),
            func.count().filter(cases.c.breaches > 0),
        ).where(cases.c.closed_at.is_not(None))
        if source is not None:
            query = query.where(cases.c.source == source)
        query = query.group_by(cases.c.lane, cases.c.outcome).order_by(cases.c.lane, cases.c.outcome)
        with self._store.reading() as connection:
            return [ClosedCases(*row) for row in connection.execute(query)]

    def open_under(self, procedure: str, version: str) -> int:
        """How many open cases are under one version of a procedure."""
        query = select(func.count()).where(
            cases.c.closed_at.is_(None), cases.c.procedure == procedure, cases.c.procedure_version == version
        )
        with self._store.reading() as connection:
            return connection.scalar(query) or 0

    def open_received(self, first: datetime | None, before: datetime | None, template: str | None) -> int:
        """How many open cases were received in a time; with a template, how many open dossiers of it. None: no bound."""
        table = cases if template is None else dossiers
        conditions: list[ColumnElement[bool]] = [table.c.closed_at.is_(None)]
        conditions += [] if first is None else [table.c.opened_at >= first]
        conditions += [] if before is None else [table.c.opened_at < before]
        conditions += [] if template is None else [dossiers.c.template == template]
        with self._store.reading() as connection:
            return connection.scalar(select(func.count()).where(*conditions)) or 0

    def without_end(self) -> int:
        """Open cases in which nothing is due, as a calendar that ends leaves them; its cost follows the open cases."""
        query = select(func.count()).where(cases.c.closed_at.is_(None), cases.c.next_due_at.is_(None))
        with self._store.reading() as connection:
            return connection.scalar(query) or 0

    def sleeping(self, now: datetime, after_seconds: float, limit: int = LIST_MAX) -> list[tuple[str, bool]]:
        """Open cases and dossiers whose next due instant passed more than so long ago and woke nobody, the longest first.

        (case id, whether it is a linked dossier). `now` and the seconds are of business time. Its cost follows what is open.
        """
        missed = now - timedelta(seconds=after_seconds)
        asleep = union_all(
            *(
                select(table.c.case_id, literal(table is dossiers).label("linked"), table.c.next_due_at)
                # An index on an instant that nearly every turn moves would make each of them dearer.
                .where(table.c.closed_at.is_(None), table.c.next_due_at < missed)
                for table in (cases, dossiers)
            )
        ).subquery()
        query = select(asleep.c.case_id, asleep.c.linked).order_by(asleep.c.next_due_at, asleep.c.case_id).limit(limit)
        with self._store.reading() as connection:
            return [(row.case_id, row.linked) for row in connection.execute(query)]

    def open_among(self, streams: Sequence[str]) -> list[tuple[str, bool]]:
        """Those of these cases and dossiers that are open: (id, whether it is a linked dossier)."""
        query = union_all(
            *(
                select(table.c.case_id, literal(table is dossiers).label("linked")).where(
                    table.c.closed_at.is_(None), table.c.case_id.in_(streams)
                )
                for table in (cases, dossiers)
            )
        )
        with self._store.reading() as connection:
            return [(row.case_id, row.linked) for row in connection.execute(query)]

    def progress(self, source: str) -> Progress:
        """How many cases of one source were opened, and how many of them are closed."""
        closed = func.count().filter(cases.c.closed_at.is_not(None))
        with self._store.reading() as connection:
            row = connection.execute(select(func.count(), closed).where(cases.c.source == source)).one()
        return Progress(*row)


def _conditions(wanted: CaseFilter) -> list[ColumnElement[bool]]:
    equal = {
        cases.c.status: wanted.status,
        cases.c.lane: wanted.lane,
        cases.c.procedure: wanted.procedure,
        cases.c.holder: wanted.holder,
        cases.c.source: wanted.source,
        cases.c.outcome: wanted.outcome,
    }
    conditions: list[ColumnElement[bool]] = [column == value for column, value in equal.items() if value is not None]
    if wanted.open_only or wanted.promise_states or wanted.late:
        conditions.append(cases.c.closed_at.is_(None))
    if wanted.closed_only:
        conditions.append(cases.c.closed_at.is_not(None))
    if wanted.breached_only:
        conditions.append(cases.c.breaches > 0)
    if wanted.escalated_only:
        conditions.append(cases.c.escalations_open > 0)
    states = sorted(wanted.promise_states | ({"breached"} if wanted.late else set()))
    stands = [column.in_(states) for column in (cases.c.statutory_state, cases.c.green_state) if states]
    if wanted.late:
        stands.append(cases.c.case_id.in_(select(worklist.c.case_id).where(worklist.c.overdue)))
    if stands:
        conditions.append(or_(*stands))
    return conditions
