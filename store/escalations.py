"""Escalations of cases and linked dossiers: the list of supervisors, and its comparison with the fold of the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, and_, func, or_, select

from cases.turn import EscalationItem
from store.arrays import Rows, Texts
from store.batch import ESCALATION_KEYS
from store.database import Session, Store
from store.statements import statements_in
from store.view_tables import escalations

LIST_MAX = 1000
SQL: Final = statements_in("views")


@dataclass(frozen=True, slots=True)
class EscalationFilter:
    """Which escalations to list; what is None or False does not narrow."""

    open_only: bool = False
    stream_id: str | None = None
    """Of one case, or of one linked dossier."""
    department: str | None = None
    """Whose step it is."""
    audience: str | None = None
    """The role that is told, as the ladder has it."""
    told_department: str | None = None
    """The department whose role it is that is told."""


class Escalations:
    """Queries over the escalations. All raise StoreError."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def find(self, wanted: EscalationFilter, *, limit: int = LIST_MAX) -> list[EscalationItem]:
        """The most urgent first: the open ones, the highest level, what has been late longest."""
        table = escalations.c
        urgent = (table.level.desc(), table.limit_at, table.fired_at, table.case_id, table.escalation_id)
        # Of the open ones alone the index has the order.
        first = () if wanted.open_only else (table.is_open.desc(),)
        query = select(escalations).where(*_conditions(wanted)).order_by(*first, *urgent)
        with self._store.reading() as connection:
            rows = connection.execute(query.limit(min(limit, LIST_MAX)))
            return [EscalationItem.model_validate(dict(row._mapping)) for row in rows]

    def count(self, wanted: EscalationFilter) -> int:
        """How many there are."""
        with self._store.reading() as connection:
            return connection.scalar(select(func.count()).select_from(escalations).where(*_conditions(wanted))) or 0

    def audiences(self) -> list[str]:
        """Every role that was ever told."""
        with self._store.reading() as connection:
            return list(connection.scalars(select(escalations.c.audience).distinct().order_by(escalations.c.audience)))


def _conditions(wanted: EscalationFilter) -> list[ColumnElement[bool]]:
    table = escalations.c
    conditions: list[ColumnElement[bool]] = []
    if wanted.open_only:
        conditions.append(table.is_open)
    if wanted.stream_id is not None:
        conditions.append(table.case_id == wanted.stream_id)
    if wanted.department is not None:
        conditions.append(table.department == wanted.department)
    if wanted.audience is not None:
        conditions.append(table.audience == wanted.audience)
    if wanted.told_department is not None:
        # Of an early version only a department that the rung itself names is known.
        named = and_(table.audience_department.is_(None), table.audience == wanted.told_department)
        conditions.append(or_(table.audience_department == wanted.told_department, named))
    return conditions


def find_differing(session: Session, streams: Iterable[str], items: Iterable[str]) -> Iterator[str]:
    """Those of these cases or dossiers of which the rows are not what the items (JSON) say."""
    expected = {"items": Texts(items), "case_ids": Texts(streams)}
    for (stream_id,) in session.execute(SQL["compare_escalations"], expected):
        yield stream_id


def put_in_place(session: Session, streams: Iterable[str], items: Iterable[EscalationItem]) -> None:
    """Let the rows of these cases or dossiers be these."""
    standing, rows = Rows(ESCALATION_KEYS), Texts()
    for item in items:
        standing.add(item.case_id, item.escalation_id)
        rows.append(item.model_dump_json())
    session.execute(SQL["drop_escalations"], standing.columns | {"case_ids": Texts(streams)})
    if rows:
        session.execute(SQL["replace_escalations"], {"items": rows})
