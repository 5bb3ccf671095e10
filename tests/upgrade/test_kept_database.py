"""A database of the version before limits had two ends: migrated, rebuilt, and written on."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator

import pytest
from alembic import command
from sqlalchemy import text

from cases.evolve import fold
from cases.turn import CaseView, WorkItem
from cases.views import view_of, work_of
from catalog.model import Definitions
from events.language.case_events import EventRecord
from store.database import Store, _migrations
from store.dossiers import rebuild_dossiers
from store.outbox import Outbox
from store.rebuild import rebuild
from store.verification import accepted_without_case, effects_repeated
from tests.store.database_server import DatabaseServer
from tests.upgrade.fixtures import REVISION, ROWS

LINES = [json.loads(line) for line in ROWS.read_text().splitlines()]


def project(
    case_id: str, definitions: Definitions, records: tuple[EventRecord, ...]
) -> tuple[CaseView, tuple[WorkItem, ...]]:
    case = fold(case_id, definitions, records)
    return view_of(case), work_of(case)


@pytest.fixture
def upgraded(database_server: DatabaseServer) -> Iterator[Store]:
    """The schema of the old program with the rows that it wrote, then brought to today's."""
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
    store.migrate()
    store.verify_schema()
    yield store
    store.close()


def test_a_migration_keeps_every_row(upgraded: Store) -> None:
    """Nothing of what was recorded, owed or settled is lost."""
    counted = Counter(line["table"] for line in LINES)
    with upgraded.reading() as connection:
        assert {name: connection.scalar(text(f"SELECT count(*) FROM {name}")) for name in counted} == counted
    assert len(list(Outbox(upgraded).messages())) == counted["outbox"]
    assert accepted_without_case(upgraded) == []
    assert effects_repeated(upgraded) == []


def test_the_read_models_of_an_old_database_are_rebuilt(upgraded: Store) -> None:
    """What a row says since the upgrade comes out of the old ledger; no chain is broken, no record unreadable."""
    found = rebuild(upgraded, project, replace=True)
    assert {difference.what for difference in found.differences} <= {"case", "worklist"}
    assert {difference.what for difference in rebuild_dossiers(upgraded, replace=True)} <= {"case"}
    assert rebuild(upgraded, project).equal
    assert rebuild_dossiers(upgraded) == []
