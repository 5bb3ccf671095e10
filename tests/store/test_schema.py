"""The schema that migrations make is the one the program means."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

from cases.turn import CaseView, DossierView, WorkItem
from store.database import Store
from store.errors import StoreNewer, StoreNotMigrated, StoreUnavailable
from store.schema import metadata
from store.view_tables import cases, dossiers, worklist
from tests.store.database_server import DatabaseServer

CATALOGUE = (
    "SELECT table_schema, table_name, column_name, data_type, is_nullable, column_default, identity_generation"
    " FROM information_schema.columns WHERE table_schema IN ('public', 'vault')",
    "SELECT schemaname, tablename, indexname, indexdef FROM pg_indexes WHERE schemaname IN ('public', 'vault')",
    "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
    " WHERE connamespace IN ('public'::regnamespace, 'vault'::regnamespace)",
    "SELECT relname, reloptions::text FROM pg_class WHERE relkind = 'r' AND reloptions IS NOT NULL",
    "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
    "SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
)


def catalogue(store: Store) -> list[list[Any]]:
    """Tables, columns, indexes, constraints, options and triggers as PostgreSQL knows them."""
    with store.reading() as connection:
        found = [[tuple(row) for row in connection.execute(text(query))] for query in CATALOGUE]
    return [sorted((r for r in rows if "alembic_version" not in repr(r)), key=repr) for rows in found]


def test_migrations_and_metadata_agree(store: Store, database_server: DatabaseServer) -> None:
    """Column by column, index by index; also by Alembic's own comparison."""
    made = Store(database_server.empty_database())
    with made.writing() as connection:
        metadata.create_all(connection)
    assert catalogue(store) == catalogue(made)
    made.close()
    with store.reading() as connection:
        context = MigrationContext.configure(
            connection, opts={"include_schemas": True, "compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, metadata) == []


def test_read_models_have_a_column_for_every_field() -> None:
    """The rows are read out of the JSON by name: a field without a column would be lost in silence."""
    assert set(CaseView.model_fields) == set(cases.c.keys()) - {"hash", "view"}
    assert set(DossierView.model_fields) == set(dossiers.c.keys()) - {"view"}
    assert set(WorkItem.model_fields) == set(worklist.c.keys()) - {"item"}


def test_processes_that_start_at_once_migrate_once(database_server: DatabaseServer) -> None:
    """One after the other, each ending at the newest revision; again is allowed."""
    url = database_server.empty_database()

    def migrate(_: int) -> str | None:
        store = Store(url)
        try:
            assert store.migrate() == (), "every account has its rights"
            return store.schema_revision()
        finally:
            store.close()

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(migrate, range(4)))) == 1


def test_a_database_without_our_tables_is_named(database_server: DatabaseServer) -> None:
    """The error says what to do, before anything is tried."""
    with pytest.raises(StoreNotMigrated, match=r"version none, 0[0-9]+ is needed"):
        Store.connect(database_server.empty_database())


def test_a_database_of_a_newer_program_is_left_alone(database_server: DatabaseServer) -> None:
    """Neither used nor migrated; its remedy is not the one of an older database."""
    url = database_server.fresh_database()
    store = Store(url)
    try:
        with store.writing() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        for attempt in (store.migrate, store.verify_schema):
            with pytest.raises(StoreNewer, match="version 9999") as caught:
                attempt()
            assert "greenlane prepare" not in caught.value.remedy
    finally:
        store.close()


def test_a_database_that_is_away_is_retryable(store: Store) -> None:
    """The error names the setting and never shows the password."""
    url = store.engine.url.set(port=1)
    with pytest.raises(StoreUnavailable) as caught:
        Store.connect(url.render_as_string(hide_password=False))
    assert caught.value.retryable
    assert caught.value.field == "GREENLANE_DATABASE_URL"
    assert str(url.password) not in str(caught.value)


def test_what_the_installation_remembers(store: Store) -> None:
    """The first business time stands; the cluster may change."""
    assert store.recall("business_time") is None
    assert store.remember_first("business_time", "one") == "one"
    assert store.remember_first("business_time", "two") == "one"
    store.remember("business_time", "three")
    assert store.recall("business_time") == "three"


def test_acknowledged_means_on_disk(store: Store) -> None:
    """Whatever the server's default: sessions that write wait for the disk."""
    with store.reading() as connection:
        assert connection.scalar(text("SHOW synchronous_commit")) == "on"
    session = store.open_session("test")
    assert session.execute("SHOW synchronous_commit").fetchone() == ("on",)
    session.close()
