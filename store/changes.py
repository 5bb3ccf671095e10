"""Plans of changes under open cases: stored as a whole with the due columns of the screens, then worked off case by case."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from struct import Struct
from typing import Any, NamedTuple

from sqlalchemy import Row, delete, func, select, update

from store.arrays import Texts
from store.database import Session, Store
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

ADD_PLAN = (
    "INSERT INTO change_plans (kind, subject, version, digest, body, reason, actor, planned_at, cases)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING number"
)
COPY_ITEMS = (
    "COPY change_plan_items (plan, rank, case_id, clock_id, kind, step_id, former_due_at, due_at, reason)"
    " FROM STDIN WITH (FORMAT BINARY)"
)
# A join of a million rows that does not fit into memory goes to the disk and back; and of the ways to join, merging is
# the one that would put the rows into the order of their keys.
ROOM = "SET LOCAL work_mem = '256MB'; SET LOCAL enable_mergejoin = off"
# Without knowing how many rows there are, the join below would look up each of a million rows by itself.
ANALYZE = "ANALYZE change_plan_items"
# Rows are moved in the order in which they lie on the disk, whatever the order of the plan: each page is then written,
# and copied into the log, once. In the order of the plan the same pages come up again after every checkpoint, and the log
# becomes several times as large. The rows are found by their keys: a row that somebody else moves meanwhile has another
# place, not another key.
MOVE_WORK = (
    "UPDATE worklist w SET due_at = t.due_at FROM"
    " (SELECT i.case_id, i.step_id, i.due_at FROM change_plan_items i JOIN worklist o USING (case_id, step_id)"
    " WHERE i.plan = %s AND o.due_at IS DISTINCT FROM i.due_at ORDER BY o.ctid) AS t"
    " WHERE w.case_id = t.case_id AND w.step_id = t.step_id"
)
MOVE_CASES = (
    "UPDATE cases c SET statutory_due_at = coalesce(t.statutory, c.statutory_due_at),"
    " green_due_at = coalesce(t.green, c.green_due_at) FROM"
    " (SELECT case_id, n.statutory, n.green FROM"
    " (SELECT case_id, max(due_at) FILTER (WHERE kind = 'statutory') AS statutory,"
    " max(due_at) FILTER (WHERE kind = 'green') AS green FROM change_plan_items"
    " WHERE plan = %s AND kind IN ('statutory', 'green') GROUP BY case_id) AS n JOIN cases o USING (case_id)"
    " WHERE coalesce(n.statutory, o.statutory_due_at) IS DISTINCT FROM o.statutory_due_at"
    " OR coalesce(n.green, o.green_due_at) IS DISTINCT FROM o.green_due_at"
    " ORDER BY o.ctid) AS t WHERE c.case_id = t.case_id"
)

KEEP_UNTOLD = """
INSERT INTO change_plan_untold (plan, case_id, code)
SELECT %s, case_id, code FROM unnest(%s::text[], %s::text[]) AS t(case_id, code)
ON CONFLICT (plan, case_id) DO UPDATE SET code = excluded.code
"""
PUT_BACK_WORK = "UPDATE worklist SET due_at = (item::json ->> 'due_at')::timestamptz WHERE case_id = ANY(%s::text[])"
PUT_BACK_CASES = """
UPDATE cases SET statutory_due_at = (view::json ->> 'statutory_due_at')::timestamptz,
    green_due_at = (view::json ->> 'green_due_at')::timestamptz
WHERE case_id = ANY(%s::text[])
"""


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
        with self._store.writing_session() as session:
            number = _entered(session, head, len(ranks))
            rows.sort(key=lambda row: ranks[row.case_id])
            with session.cursor() as cursor, cursor.copy(COPY_ITEMS) as copy:
                copy.write(BEGINNING)
                for start in range(0, len(rows), ROWS_AT_ONCE):
                    packed = (_packed(number, ranks[row.case_id], row) for row in rows[start : start + ROWS_AT_ONCE])
                    copy.write(b"".join(packed))
                copy.write(ENDING)
            session.execute(ROOM)
            session.execute(ANALYZE)
            session.execute(MOVE_WORK, (number,))
            session.execute(MOVE_CASES, (number,))
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
        case_ids = Texts(sorted(codes))
        with self._store.writing_session() as session:
            session.execute(KEEP_UNTOLD, (plan.number, case_ids, Texts(codes[case_id] for case_id in case_ids)))
            session.execute(PUT_BACK_WORK, (case_ids,))
            session.execute(PUT_BACK_CASES, (case_ids,))

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


def _entered(session: Session, head: PlanHead, cases: int) -> int:
    values = (
        head.kind,
        head.subject,
        head.version,
        head.digest,
        head.body,
        head.reason,
        head.actor,
        head.planned_at,
        cases,
    )
    row = session.execute(ADD_PLAN, values).fetchone()
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
