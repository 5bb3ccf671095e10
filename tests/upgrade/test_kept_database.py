"""A database of the version before limits had two ends: migrated, rebuilt, and written on."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import nullcontext

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from audit.owed import check_codes, check_outbox
from audit.published import check_published
from audit.rebuild import rebuild, rebuild_dossiers
from audit.rebuilding import renew
from audit.routing import check_routing
from audit.soundness import check_ahead
from cases.promised import Promises
from catalog.model import Definitions
from events.language.case_events import EventRecord
from store.access import ACCOUNTS
from store.database import Store
from store.errors import StoreAccessDenied
from store.outbox import Outbox
from store.verification import accepted_without_case, never_submitted
from store.views import Views
from tests.audit.owing import TOPICS, MemoryReading
from tests.invariants import effects_in
from tests.store.database_server import DatabaseServer
from tests.upgrade.old_database import LINES, Folded, project, upgraded_store


@pytest.fixture
def upgraded(database_server: DatabaseServer) -> Iterator[Store]:
    """The old program's database, brought to today's."""
    with upgraded_store(database_server) as store:
        yield store


def test_a_migration_keeps_every_row(upgraded: Store) -> None:
    """Nothing of what was recorded, owed or settled is lost."""
    counted = Counter(line["table"] for line in LINES)
    with upgraded.reading() as connection:
        assert {name: connection.scalar(text(f"SELECT count(*) FROM {name}")) for name in counted} == counted
    assert len(list(Outbox(upgraded).messages())) == counted["outbox"]
    assert accepted_without_case(upgraded) == never_submitted(upgraded) == []
    assert effects_in(upgraded) == []


def test_what_an_old_program_owed_is_not_held_against_it(upgraded: Store) -> None:
    """Its events, codes and messages are sound, as it left them and once they are published; it told others than today."""
    reading = MemoryReading()
    reading.publish(upgraded)
    assert len(reading.log) > 300
    assert list(check_published(upgraded, TOPICS, reading)) == []
    for check in (check_ahead, check_outbox, check_codes, check_routing):
        assert list(check(upgraded)) == []


def test_an_old_database_gets_the_accounts_of_today(upgraded: Store, database_server: DatabaseServer) -> None:
    """Its tables belonged to the one account of all; each account now does its work there, and no more."""
    url = upgraded.engine.url.render_as_string(hide_password=False)
    query = (
        "SELECT count(*) FROM pg_class c, aclexplode(relacl) WHERE relkind = 'r' AND grantee = 0 AND relname = 'ledger'"
    )
    with upgraded.reading() as connection:
        assert connection.scalar(text(query)) == 0
    for account in ACCOUNTS:
        store = Store.connect(database_server.url_for(account, url))
        with store.reading() as connection:
            assert connection.scalar(text("SELECT count(*) FROM ledger")) > 0
        for statement in ("DELETE FROM ledger", "ALTER TABLE ledger DISABLE TRIGGER ALL", "CREATE TABLE mine ()"):
            with pytest.raises(StoreAccessDenied), store.writing() as connection:
                connection.execute(text(statement))
        may_read = account in ("bridge", "operator")
        with nullcontext() if may_read else pytest.raises(StoreAccessDenied), store.reading() as connection:
            connection.execute(text("SELECT wrapped_key FROM vault.subjects"))
        store.close()
    operators = Store(database_server.url_for("operator", url))
    assert rebuild(operators, project, replace=True).replaced
    operators.close()


def test_an_old_row_can_be_read_before_it_is_folded_again(upgraded: Store) -> None:
    """Between the migration and the end of the rebuild, and for ever where the case's own ledger is broken."""
    listed = Views(upgraded).cases(limit=1000)
    assert len(listed) == sum(line["table"] == "cases" for line in LINES) > 0
    assert {view.promises for view in listed} == {Promises(statutory=None, green=None)}


def test_the_read_models_of_an_old_database_are_rebuilt(upgraded: Store) -> None:
    """What a row says since the upgrade comes out of the old ledger; no chain is broken, no record unreadable."""
    found = rebuild(upgraded, project, replace=True)
    assert {difference.what for difference in found.differences} <= {"case", "worklist", "escalations"}
    assert {difference.what for difference in rebuild_dossiers(upgraded, replace=True)} <= {"case", "escalations"}
    assert rebuild(upgraded, project).equal
    assert rebuild_dossiers(upgraded) == []


def test_preparing_renews_the_rows_of_an_old_database_once(upgraded: Store) -> None:
    """Every case, open or not, says after it what its ledger gives; one whose ledger is broken keeps its row and is named."""
    broken = next(line["row"]["case_id"] for line in LINES if line["table"] == "cases")
    with upgraded.writing() as connection:
        connection.execute(text("ALTER TABLE ledger DISABLE TRIGGER ledger_append_only"))
        forge = "UPDATE ledger SET hash = '\\x00' WHERE case_id = :case_id AND sequence = 2"
        connection.execute(text(forge), {"case_id": broken})
    found = {(difference.case_id, difference.what) for difference in renew(upgraded)}
    assert (broken, "chain") in found
    promised = {view.case_id for view in Views(upgraded).cases(limit=1000) if view.promises.statutory is not None}
    for line in LINES:
        if line["table"] == "cases" and line["row"]["statutory_state"] is not None:
            assert (line["row"]["case_id"] in promised) == (line["row"]["case_id"] != broken)
    assert [difference.what for difference in rebuild(upgraded, project).differences] == ["chain"]
    assert rebuild_dossiers(upgraded) == []
    with upgraded.writing() as connection:
        connection.execute(text("UPDATE cases SET breaches = 77"))
    assert renew(upgraded) == (), "they are of this version: nothing is folded again"
    assert {difference.what for difference in rebuild(upgraded, project).differences} == {"chain", "case"}


def test_a_renewal_that_was_killed_begins_again(upgraded: Store) -> None:
    """What is remembered is remembered after the last row."""
    folded = 0

    def dying(case_id: str, definitions: Definitions, records: tuple[EventRecord, ...]) -> Folded:
        nonlocal folded
        folded += 1
        if folded > 3:
            raise KeyboardInterrupt
        return project(case_id, definitions, records)

    with pytest.raises(KeyboardInterrupt):
        renew(upgraded, dying)
    renew(upgraded)
    assert rebuild(upgraded, project).equal


def test_the_old_program_writes_no_row_without_promises(upgraded: Store) -> None:
    """A worker that was left running during the upgrade fails, and its turn is taken again by the new one."""
    row = next(line["row"] for line in LINES if line["table"] == "cases")
    names = ", ".join(row)
    statement = (
        f"INSERT INTO cases ({names}) SELECT {names} FROM json_populate_record(NULL::cases, :row)"
        " ON CONFLICT (case_id) DO UPDATE SET view = excluded.view"
    )
    with pytest.raises(IntegrityError, match="promises"), upgraded.writing() as connection:
        connection.execute(text(statement), {"row": json.dumps(row)})
