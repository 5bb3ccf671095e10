"""No text that is kept is passed over: a number in any column of any table, in a history, in a header, is told by its place."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import BigInteger, Boolean, Column, Date, DateTime, Integer, LargeBinary, SmallInteger, Text, insert

from audit.personal.check import violation_of
from audit.personal.places import texts_of_histories, texts_of_tables, texts_of_the_catalogue
from audit.personal.wanted import Wanted
from store.columns import VAULT, metadata
from store.database import Store
from store.histories import ClosedRun, Histories, Run
from store.vault.vault import Entry

NUMBER = "079085001234"
WRITTEN = "số 079.085.001.234"
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
TABLES = [table for table in metadata.sorted_tables if table.schema != VAULT]


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """For its owner, who may write into every table."""
    with closing(Store.connect(database_url)) as opened:
        yield opened


def wanted() -> Wanted:
    looked_for = Wanted()
    looked_for.add(Entry("subject-" + "a" * 24, "case-1", json.dumps({"applicant": {"cccd": NUMBER}})))
    return looked_for


def value_of(column: Column[Any]) -> object:
    """Something lawful for a column; in each text a number."""
    match column.type:
        case DateTime():
            return NOW
        case Date():
            return NOW.date()
        case Boolean():
            return True
        case LargeBinary():
            return b""
        case SmallInteger() | Integer() | BigInteger():
            return 1
    return f"{WRITTEN} ({column.name})"


def test_a_number_in_any_column_of_any_table_is_found(store: Store) -> None:
    """Each table once, each of its texts: whoever adds one has it searched."""
    with store.writing() as connection:
        for table in TABLES:
            given = {column.name: value_of(column) for column in table.columns if column.identity is None}
            connection.execute(insert(table).values(given))
    found = list(wanted().found_in(texts_of_tables(store)))
    texts = {
        f"{table.name}.{column.name}" for table in TABLES for column in table.columns if isinstance(column.type, Text)
    }
    # The database itself says by which account a read was written: nobody else puts anything there.
    assert {each.place.where for each in found} == texts - {"reads.account"}
    said = [violation_of(each) for each in found]
    assert {each.invariant for each in said} == {"I11"}
    assert not any(NUMBER in each.message for each in said)
    assert all("subject-aaaaaaaaaaaaaaaaaaaaaaaa" in each.message for each in said)


def test_a_number_in_a_stored_history_is_found_and_a_damaged_one_stops_nothing(store: Store) -> None:
    """As it lies in a payload; what cannot be unpacked another invariant tells."""
    lease = Histories(store).lease()
    assert lease is not None
    for number, body in enumerate((b'\x0a\x0c"079085001234"\x12', b"\xff\xfe nothing")):
        lease.put(ClosedRun(Run(f"case-{number}", "run"), "CaseWorkflow", NOW, NOW), body)
    lease.release()
    with store.writing() as connection:
        connection.exec_driver_sql("ALTER TABLE histories DISABLE TRIGGER ALL")
        connection.exec_driver_sql(
            r"INSERT INTO histories SELECT 'case-9', run_id, workflow_type, started_at, closed_at, '\x00' FROM histories LIMIT 1"
        )
    (found,) = wanted().found_in(texts_of_histories(store))
    assert (found.place.where, found.place.stream) == ("histories.body", "case-0")


def test_what_the_catalogue_says_is_read(store: Store) -> None:
    """Documents that were published, and definitions of older cases."""
    with store.writing() as connection:
        for table in TABLES:
            if table.name in ("catalog_versions", "definitions"):
                given = {column.name: value_of(column) for column in table.columns if column.identity is None}
                connection.execute(insert(table).values(given))
    assert sorted(texts_of_the_catalogue(store)) == [f"{WRITTEN} (body)", f"{WRITTEN} (document)"]
