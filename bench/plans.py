"""What a new holiday costs down to the disk: a million deadlines computed, the plan and the worklist's due column stored.

A section of `python -m bench.time`, on a real PostgreSQL that writes through to the disk. The figure is wall-clock time,
since most of it is PostgreSQL's; on a busy machine the processor time of both, beside it, says what an idle one would
take. Not in it: reading the open cases out of the ledger, and the events, which follow as paced commands.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

import numpy as np

from bench.store import cpu_seconds
from sla.bulk import EPOCH, FAR_US, UNIT_CODES, ClockColumns, DueColumns, due_columns
from sla.calendar import CalendarDefinition, WorkingCalendar, compiled
from sla.units import Unit
from store.changes import ChangePlans, ChangeRow, PlanHead
from store.database import Store
from tests.store.database_server import DatabaseServer

MILLION: Final = 1_000_000
HOLIDAY: Final = date(2026, 6, 15)
COPY_WORK: Final = (
    "COPY worklist (case_id, step_id, item, department, kind, round, name_vi, name_en, lane, procedure, assigned_at, due_at,"
    " overdue, level) FROM STDIN"
)
DEPARTMENTS: Final = ("one-stop", "construction", "finance", "home-affairs", "police", "culture")


def recompute_stored(definition: CalendarDefinition, count: int = MILLION) -> dict[str, Any]:
    """Time the plan for so many waiting steps, every one of which crosses the new holiday: the worst case."""
    calendar = compiled(definition)
    clocks = _crossing(calendar, count)
    case_ids = [f"case-{number:032x}" for number in range(count)]
    with tempfile.TemporaryDirectory(prefix="greenlane-bench-") as folder:
        server = DatabaseServer(Path(folder), durable=True)
        server.start()
        store = Store.connect(server.fresh_database())
        try:
            _fill_worklist(store, case_ids, due_columns(clocks, calendar))
            return _measured(store, server.pid, definition, clocks, case_ids)
        finally:
            store.close()
            server.kill()


def _measured(
    store: Store, server: int, definition: CalendarDefinition, clocks: ClockColumns, case_ids: list[str]
) -> dict[str, Any]:
    announced = definition.model_copy(update={"version": "bench", "days_off": (*definition.days_off, HOLIDAY)})
    own, database = time.process_time(), cpu_seconds(server)
    started = time.perf_counter()
    former = due_columns(clocks, compiled(definition))
    latter = due_columns(clocks, WorkingCalendar(announced))
    computed = time.perf_counter() - started
    head = PlanHead(
        kind="calendar",
        subject=announced.id,
        version=announced.version,
        digest=announced.digest,
        body=announced.model_dump_json(exclude_defaults=True),
        reason="a new holiday",
        actor="bench",
        planned_at=datetime.now(UTC),
    )
    progress = ChangePlans(store).keep(head, _changes(case_ids, former, latter))
    seconds = time.perf_counter() - started
    own, database = time.process_time() - own, cpu_seconds(server) - database
    moved = _moved(store)
    if (progress.cases, moved) != (len(case_ids), len(case_ids)):
        raise AssertionError((progress, moved))
    return {
        "recompute_1m_stored_s": round(seconds, 1),
        "recompute_1m_stored_cpu_s": round(own + database, 1),
        "recompute_1m_stored_cpu_postgresql_s": round(database, 1),
        "recompute_1m_stored_arithmetic_s": round(computed, 1),
        "recompute_1m_stored_changed": progress.cases,
    }


def _moved(store: Store) -> int:
    with store.reading() as connection:
        same = "SELECT count(*) FROM worklist w JOIN change_plan_items i USING (case_id, step_id) WHERE w.due_at = i.due_at"
        return int(connection.exec_driver_sql(same).scalar_one())


def _crossing(calendar: WorkingCalendar, count: int) -> ClockColumns:
    random = np.random.default_rng(20260615)
    begins_at = calendar.normalise(datetime(2026, 6, 1, 7, tzinfo=calendar.zone))
    anchored_us = int(begins_at.timestamp()) * 1_000_000 + random.integers(0, 10 * 86_400, count) * 1_000_000
    none = np.full(count, FAR_US, np.int64)
    return ClockColumns(
        unit=np.full(count, UNIT_CODES[Unit.WORKING_DAYS], np.int8),
        amount=random.integers(15, 60, count),
        anchored_us=anchored_us,
        next_opening=np.zeros(count, np.bool_),
        open_ended=np.zeros(count, np.bool_),
        pauses=((none, none),),
    )


def _changes(case_ids: list[str], former: DueColumns, latter: DueColumns) -> Iterator[ChangeRow]:
    before, after = _instants(former), _instants(latter)
    for case_id, former_due_at, due_at in zip(case_ids, before, after, strict=True):
        if former_due_at != due_at:
            yield ChangeRow(case_id, "step:signing", "step", "signing", former_due_at, due_at, "later")


def _instants(ends: DueColumns) -> list[datetime]:
    return [at.replace(tzinfo=UTC) for at in ends.operational_at.astype("datetime64[us]").tolist()]


def _fill_worklist(store: Store, case_ids: list[str], ends: DueColumns) -> None:
    with store.session() as session, session.cursor() as cursor, cursor.copy(COPY_WORK) as copy:
        for number, (case_id, due_at) in enumerate(zip(case_ids, _instants(ends), strict=True)):
            department = DEPARTMENTS[number % len(DEPARTMENTS)]
            item = '{"case_id":"' + case_id + '","step_id":"signing","note":"' + "x" * 400 + '"}'
            texts = ("processing", 1, "Ký giấy phép", "Signing", "standard", "work-permit")
            copy.write_row((case_id, "signing", item, department, *texts, EPOCH, due_at, False, 0))
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE worklist")
