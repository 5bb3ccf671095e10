"""Plans of changes under open cases: stored as a whole with the due columns of the screens, then worked off case by case."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import lru_cache
from struct import Struct
from typing import Any, Final, NamedTuple

from sqlalchemy import Row, delete, func, select, update

from store.arrays import Texts
from store.database import Session, Store
from store.statements import statements_in
from store.tables import change_plan_items, change_plan_untold, change_plans

FAR = math.inf
BEGINNING, ENDING = b"PGCOPY\n\xff\r\n\0" + bytes(8), b"\xff\xff"
"""The signature and the trailer of COPY's binary format."""
KEYS, LENGTH, INSTANT = Struct("!hiqiii"), Struct("!i"), Struct("!iq")
NULL = LENGTH.pack(-1)
Y2000_US = int(datetime(2000, 1, 1, tzinfo=UTC).timestamp()) * 1_000_000
"""PostgreSQL counts its instants from then on."""
ORDER = {"earlier": 0, "later": 1, "covered": 1, "uncovered": 1}
"""Cases that move earlier are told first; those that only wait come last."""
LAST = 2
ROWS_AT_ONCE = 2000

SQL: Final = statements_in("changes")


class ChangeRow(NamedTuple):
    """How one clock's due instant is superseded; `reason` is one of `cases.plans.PlannedChange.reason`."""

    case_id: str
    clock_id: str
    kind: str
    step_id: str | None
    former_due_at: datetime | None
    due_at: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class PlanHead:
    """What a plan is about. `body` is the new version as JSON; `planned_at` is business time (UTC)."""

    kind: str
    subject: str
    version: str
    digest: str
    body: str
    reason: str
    actor: str
    planned_at: datetime


@dataclass(frozen=True, slots=True)
class Plan:
    """A stored plan, and how many of its cases have their command."""

    number: int
    head: PlanHead
    cases: int
    sent: int


class ChangePlans:
    """The plans. All calls raise StoreError."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def unfinished(self, kind: str, digest: str) -> Plan | None:
        """The oldest plan for this very version whose commands are not all sent: one that was killed."""
        plan = change_plans.c
        query = select(change_plans).where(plan.kind == kind, plan.digest == digest, plan.sent < plan.cases)
        with self._store.reading() as connection:
            row = connection.execute(query.order_by(plan.number)).first()
        return None if row is None else _plan_of(row)

    def keep(self, head: PlanHead, changes: Iterable[ChangeRow]) -> Plan:
        """Store a plan and move the due columns of worklist and cases, in one transaction.

        The columns are what screens sort and filter by; each row's own JSON follows with the event of its case.
        """
        rows = list(changes)
        ranks = _ranks(rows)
        with self._store.session() as session:
            number = _add_plan(session, head, len(ranks))
            rows.sort(key=lambda row: ranks[row.case_id])
            with session.cursor() as cursor, cursor.copy(SQL["copy_items"]) as copy:
                copy.write(BEGINNING)
                for start in range(0, len(rows), ROWS_AT_ONCE):
                    packed = (_packed(number, ranks[row.case_id], row) for row in rows[start : start + ROWS_AT_ONCE])
                    copy.write(b"".join(packed))
                copy.write(ENDING)
            for preparation in ("give_joins_memory", "forbid_merging", "count_items"):
                session.execute(SQL[preparation])
            session.execute(SQL["move_work"], {"plan": number})
            session.execute(SQL["move_cases"], {"plan": number})
        return Plan(number, head, len(ranks), 0)

    def unsent(self, plan: Plan, sent: int, limit: int) -> list[str]:
        """The cases to tell after the first `sent` of them, in their order."""
        item = change_plan_items.c
        query = select(item.rank, item.case_id).distinct().where(item.plan == plan.number)
        with self._store.reading() as connection:
            rows = connection.execute(query.where(item.rank > sent, item.rank <= sent + limit).order_by(item.rank))
            return [row.case_id for row in rows]

    def mark_sent(self, plan: Plan, sent: int) -> None:
        """The first `sent` cases have their command. Never goes back."""
        row = change_plans.c
        with self._store.writing() as connection:
            connection.execute(update(change_plans).where(row.number == plan.number, row.sent < sent).values(sent=sent))

    def keep_untold(self, plan: Plan, codes: Mapping[str, str]) -> None:
        """These cases could not be told, each with the code of why. Their due columns say again what they themselves say."""
        if not codes:
            return
        case_ids, reasons = zip(*sorted(codes.items()), strict=True)
        untold = {"plan": plan.number, "case_ids": Texts(case_ids), "codes": Texts(reasons)}
        with self._store.session() as session:
            for statement in ("put_untold", "put_back_work", "put_back_cases"):
                session.execute(SQL[statement], untold)

    def untold(self, limit: int = 100) -> list[tuple[Plan, str]]:
        """(plan, case) of those that could not be told, in the order in which that was found."""
        left, plan = change_plan_untold.c, change_plans
        query = select(plan, left.case_id).join(change_plan_untold, left.plan == plan.c.number)
        with self._store.reading() as connection:
            rows = connection.execute(query.order_by(left.recorded_at, left.plan, left.case_id).limit(limit))
            return [(_plan_of(row), row.case_id) for row in rows]

    def forget_untold(self, plan: Plan, case_id: str) -> None:
        """This one is told."""
        left = change_plan_untold.c
        with self._store.writing() as connection:
            connection.execute(delete(change_plan_untold).where(left.plan == plan.number, left.case_id == case_id))

    def changes(self, number: int, limit: int = 1000) -> list[ChangeRow]:
        """What a plan changes, in the order in which the cases are told."""
        item = change_plan_items.c
        columns = (item.case_id, item.clock_id, item.kind, item.step_id, item.former_due_at, item.due_at, item.reason)
        query = select(*columns).where(item.plan == number).order_by(item.rank, item.clock_id)
        with self._store.reading() as connection:
            return [ChangeRow(*row) for row in connection.execute(query.limit(limit))]

    def count(self) -> int:
        """How many plans there are."""
        with self._store.reading() as connection:
            return connection.scalar(select(func.count()).select_from(change_plans)) or 0


def _plan_of(row: Row[Any]) -> Plan:
    head = PlanHead(row.kind, row.subject, row.version, row.digest, row.body, row.reason, row.actor, row.planned_at)
    return Plan(row.number, head, row.cases, row.sent)


def _add_plan(session: Session, head: PlanHead, cases: int) -> int:
    row = session.execute(SQL["add_plan"], asdict(head) | {"cases": cases}).fetchone()
    if row is None:
        raise AssertionError("an inserted plan has a number")
    return int(row[0])


def _packed(number: int, rank: int, row: ChangeRow) -> bytes:
    """One row in the binary format of COPY: in the text format a million instants cost more than the rest of the plan."""
    case_id, clock_id, kind, step_id, former_due_at, due_at, reason = row
    case = case_id.encode()
    return b"".join(
        (
            KEYS.pack(9, 8, number, 4, rank, len(case)),
            case,
            _texts(clock_id, kind, step_id),
            _instant(former_due_at),
            _instant(due_at),
            _texts(reason),
        )
    )


@lru_cache(maxsize=4096)
def _texts(*values: str | None) -> bytes:
    # A million rows have the same few texts.
    contents = [None if value is None else value.encode() for value in values]
    return b"".join(NULL if content is None else LENGTH.pack(len(content)) + content for content in contents)


def _instant(at: datetime | None) -> bytes:
    # A binary float tells microseconds apart until the year 2255.
    return NULL if at is None else INSTANT.pack(8, round(at.timestamp() * 1e6) - Y2000_US)


def _ranks(rows: Sequence[ChangeRow]) -> dict[str, int]:
    """The place of each case, from 1: those that move earlier first, by how soon they are due."""
    firsts: dict[str, tuple[int, float, str]] = {}
    for row in rows:
        case_id = row.case_id
        key = ORDER.get(row.reason, LAST), FAR if row.due_at is None else row.due_at.timestamp(), case_id
        known = firsts.get(case_id)
        if known is None or key < known:
            firsts[case_id] = key
    return {key[2]: rank for rank, key in enumerate(sorted(firsts.values()), start=1)}
