"""Reads on record: told as they were put there, by who may, and never changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
import sqlalchemy.exc
from sqlalchemy import text

from events.language.commands import Actor, ActorKind, Assurance
from store.database import Store
from store.errors import StoreAccessDenied, StoreNotMigrated, StoreReadOnly
from store.reads import Read, ReadFilter, Reads, add_read, digest_of_read
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
    said = "INSERT INTO reads (actor, door, purpose, count, {}) VALUES ('{{}}', 'd', 'p', 1, '{}')"
    for column, value in (("at", "2026-01-01"), ("account", "another"), ("hash", "")):
        with pytest.raises(StoreAccessDenied), looking.writing() as connection:
            connection.exec_driver_sql(said.format(column, value))
    for statement in ("UPDATE reads SET purpose = ''", "DELETE FROM reads", "TRUNCATE reads"):
        with pytest.raises(StoreAccessDenied), looking.writing() as connection:
            connection.execute(text(statement))
        with pytest.raises(sqlalchemy.exc.IntegrityError, match="append-only"), store.writing() as connection:
            connection.execute(text(statement))


def test_the_database_says_who_put_it_there_and_its_hash(store: Store, as_account: Callable[[str], Store]) -> None:
    """Whatever the text and the instants, as the program reckons it; a hash or an account that its owner gives is not taken."""
    signs = "".join(map(chr, range(1, 32))) + '"\\/\x7f\u2028 Đỗ Thị ⚖️𝄞'
    bounds = (datetime(1, 1, 1, tzinfo=UTC), datetime.max.replace(tzinfo=UTC))
    odd = Read(OPERATOR, signs, signs, signs, signs, *bounds, {signs: [signs]}, -(2**31))
    for read in (SHOWN, LISTED, REPLAYED, odd):
        Reads(as_account("reader")).add(read)
    forged = "INSERT INTO reads (account, actor, door, purpose, count, hash) VALUES ('another', '{}', 'd', 'p', 1, '')"
    with store.writing() as connection:
        connection.exec_driver_sql(forged)
        owner = connection.scalar(text("SELECT session_user"))
    for position, account in enumerate([f"{owner}_reader"] * 4 + [owner], start=1):
        standing = Reads(store).standing(position)
        assert standing is not None
        row, digest, _at = standing
        assert (row.account, digest_of_read(row)) == (account, digest)
    told = Reads(store).find(ReadFilter(), limit=9)
    assert (told[0].account, told[0].read) == (owner, None), "what is no read spoils no list"
    assert told[1].read is not None
    assert told[1].read.purpose == signs


@pytest.mark.parametrize("at", ["infinity", "-infinity", "10000-01-01T00:00:00Z", "0001-12-31T23:59:59Z BC"])
def test_a_read_is_as_of_an_instant_that_can_be_told(as_account: Callable[[str], Store], at: str) -> None:
    """Else its hash would be another to whoever verifies, for ever."""
    for column in ("as_of", "known_at"):
        statement = f"INSERT INTO reads (actor, door, purpose, count, {column}) VALUES ('{{}}', 'd', 'p', 1, '{at}')"
        with (
            pytest.raises(sqlalchemy.exc.IntegrityError, match="our calendar"),
            as_account("reader").writing() as connection,
        ):
            connection.exec_driver_sql(statement)


def test_a_read_goes_with_the_transaction_of_its_act(store: Store) -> None:
    """What was not done was not looked at; what was done is on record."""

    def act(divisor: int) -> None:
        with store.session() as session:
            add_read(session, SHOWN)
            session.execute(f"SELECT 1 / {divisor}".encode())

    with pytest.raises(psycopg.errors.DivisionByZero):
        act(0)
    assert Reads(store).count(ReadFilter()) == 0
    act(1)
    assert Reads(store).count(ReadFilter()) == 1


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
def test_a_row_that_is_no_read_is_told_as_none(store: Store, reads: Reads, column: str, value: str) -> None:
    """It is told as nothing that it was not, and keeps nobody from the others."""
    with store.writing() as connection:
        connection.execute(text("ALTER TABLE reads DISABLE TRIGGER ALL"))
        connection.execute(text(f"UPDATE reads SET {column} = :value WHERE purpose = 'cases'"), {"value": value})
    told = reads.find(ReadFilter(), limit=9)
    assert [(one.position, one.read is None) for one in told] == [(3, False), (2, True), (1, False)]
