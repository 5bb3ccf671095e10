"""Reads on record: told as they were put there, by who may, and never changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import psycopg
import pytest
import sqlalchemy.exc
from sqlalchemy import text

from events.language.commands import Actor, ActorKind, Assurance
from store.database import Store
from store.errors import ReadUnreadable, StoreAccessDenied, StoreNotMigrated, StoreReadOnly
from store.reads import Read, ReadFilter, Reads
from tests.builders import MONDAY

OPERATOR = Actor(kind=ActorKind.OPERATOR, id='op"1')
SHOWN = Read(OPERATOR, "command_line", "hồ sơ quá hạn", "case-1")
LISTED = Read(OPERATOR, "command_line", "cases", filter={"status": "closed", "department": "Sở"}, count=0)
REPLAYED = Read(
    Actor(kind=ActorKind.AUDITOR, id="auditor-1", assurance=Assurance.TOKEN),
    "api",
    "inspection 7/2026",
    "case-1",
    "subject-0f",
    MONDAY,
    MONDAY + timedelta(microseconds=1),
)


@pytest.fixture
def reads(store: Store) -> Reads:
    """Three reads on record."""
    stored = Reads(store)
    for read in (SHOWN, LISTED, REPLAYED):
        stored.add(read)
    return stored


def test_reads_are_told_as_they_were_the_newest_first(reads: Reads) -> None:
    """Whatever was said; of who acts it is said how that is known, also where nothing was said of it."""
    found = reads.find(ReadFilter(), limit=9)
    claimed = OPERATOR.model_copy(update={"assurance": Assurance.CLAIMED})
    said = [REPLAYED, replace(LISTED, actor=claimed), replace(SHOWN, actor=claimed)]
    assert [one.read for one in found] == said
    assert found[0].position > found[1].position > found[2].position
    assert found[0].at >= found[1].at >= found[2].at
    assert reads.find(ReadFilter(), limit=1) == found[:1]


def test_reads_are_found_by_case_person_actor_and_time(reads: Reads) -> None:
    """Each filter alone and all together; an id that only looks alike is another."""
    newest, listed, shown = reads.find(ReadFilter(), limit=9)
    for wanted, expected in (
        (ReadFilter(case_id="case-1"), [newest, shown]),
        (ReadFilter(case_id="case-"), []),
        (ReadFilter(subject="subject-0f"), [newest]),
        (ReadFilter(actor_id='op"1'), [listed, shown]),
        (ReadFilter(actor_id="op"), []),
        (ReadFilter(actor_id="%"), []),
        (ReadFilter(from_at=listed.at), [newest, listed]),
        (ReadFilter(until_at=listed.at), [shown]),
        (ReadFilter("case-1", actor_id="auditor-1", from_at=shown.at), [newest]),
    ):
        assert list(reads.find(wanted, limit=9)) == expected, wanted
        assert reads.count(wanted) == len(expected), wanted
    assert list(reads.of_person("subject-0f", ["case-1"], limit=9)) == [newest, shown]
    assert list(reads.of_person("subject-0f", [], limit=9)) == [newest]


@pytest.mark.parametrize("account", ["reader", "operator"])
def test_who_may_look_may_record_it_and_nothing_else(
    store: Store, account: str, as_account: Callable[[str], Store]
) -> None:
    """Neither the instant nor the place is said by who looks, and what is on record stays, for its owner too."""
    looking = as_account(account)
    Reads(looking).add(SHOWN)
    assert Reads(looking).count(ReadFilter()) == 1
    columns = "actor, door, purpose, count, hash"
    back_dated = f"INSERT INTO reads ({columns}, at) VALUES ('{{}}', 'd', 'p', 1, '', '2026-01-01')"
    for statement in (back_dated, "UPDATE reads SET purpose = ''", "DELETE FROM reads", "TRUNCATE reads"):
        with pytest.raises(StoreAccessDenied), looking.writing() as connection:
            connection.execute(text(statement))
        if not statement.startswith("INSERT"):
            with pytest.raises(sqlalchemy.exc.IntegrityError, match="append-only"), store.writing() as connection:
                connection.execute(text(statement))


@pytest.mark.parametrize("account", ["worker", "bridge", "publisher"])
def test_the_processes_record_no_reads(account: str, as_account: Callable[[str], Store]) -> None:
    """They show nothing to anybody."""
    with pytest.raises(StoreAccessDenied):
        Reads(as_account(account)).add(SHOWN)


def test_what_cannot_be_recorded_says_why(store: Store, database_url: str) -> None:
    """At a replica, and where the tables of this version are missing."""
    with psycopg.connect(database_url.replace("+psycopg", ""), autocommit=True) as session:
        name = session.info.dbname
        session.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
        replica = Store.connect(database_url)
        with pytest.raises(StoreReadOnly) as refused:
            Reads(replica).add(SHOWN)
        replica.close()
        assert (refused.value.code, refused.value.retryable) == ("store_read_only", True)
        session.execute("SET default_transaction_read_only = off")
        session.execute(f'ALTER DATABASE "{name}" RESET default_transaction_read_only')
        session.execute("ALTER TABLE reads RENAME TO former_reads")
        with pytest.raises(StoreNotMigrated):
            Reads(store).add(SHOWN)


@pytest.mark.parametrize(("column", "value"), [("actor", "{}"), ("actor", "x"), ("filter", "[1]"), ("filter", "{")])
def test_a_row_that_was_changed_is_named(store: Store, reads: Reads, column: str, value: str) -> None:
    """It is not told as something that it was not."""
    with store.writing() as connection:
        connection.execute(text("ALTER TABLE reads DISABLE TRIGGER ALL"))
        connection.execute(text(f"UPDATE reads SET {column} = :value WHERE purpose = 'cases'"), {"value": value})
    with pytest.raises(ReadUnreadable, match="2"):
        reads.find(ReadFilter(), limit=9)
