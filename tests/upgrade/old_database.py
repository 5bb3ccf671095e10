"""The database that the version before the two ends of a limit left, brought to today's schema."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

from alembic import command
from sqlalchemy import text

from cases.decide import fold
from cases.escalations import escalations_of
from cases.stream import fired_among
from cases.turn import CaseView, EscalationItem, WorkItem
from cases.views import view_of, work_of
from catalog.model import Definitions
from events.language.case_events import EventRecord
from intake.person import identifiers_in
from store.database import Store, _migrations
from store.vault.former import seal_former
from tests.master_keys import MemoryMasterKey
from tests.store.database_server import DatabaseServer
from tests.upgrade.fixtures import REVISION, ROWS

LINES = [json.loads(line) for line in ROWS.read_text().splitlines()]

Folded = tuple[CaseView, tuple[WorkItem, ...], tuple[EscalationItem, ...]]


def project(case_id: str, definitions: Definitions, records: tuple[EventRecord, ...]) -> Folded:
    """A case's rows in the read models of today."""
    case = fold(case_id, definitions, records)
    return view_of(case), work_of(case), escalations_of(case, fired_among(records))


@contextmanager
def upgraded_store(database_server: DatabaseServer) -> Iterator[Store]:
    """The schema of the old program with the rows that it wrote, then migrated and sealed; no row is folded again."""
    store = Store(database_server.empty_database())
    with store.engine.begin() as connection:
        configuration = _migrations()
        configuration.attributes["connection"] = connection
        command.upgrade(configuration, REVISION)
    with store.writing() as connection:
        for line in LINES:
            statement = (
                f"INSERT INTO {line['table']} OVERRIDING SYSTEM VALUE"
                f" SELECT (json_populate_record(NULL::{line['table']}, :row)).*"
            )
            connection.execute(text(statement), {"row": json.dumps(line["row"])})
        identities = "SELECT table_name, column_name FROM information_schema.columns WHERE is_identity = 'YES'"
        for table, column in connection.execute(text(identities)).all():
            # The rows came with their numbers: the next one is another.
            last = f"SELECT setval(pg_get_serial_sequence('{table}', '{column}'), coalesce(max({column}), 0) + 1)"
            connection.execute(text(f"{last} FROM {table}"))
    store.migrate()
    seal_former(store, MemoryMasterKey(), identifiers_in)
    store.verify_schema()
    yield store
    store.close()
