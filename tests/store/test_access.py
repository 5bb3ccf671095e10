"""Every account tries every verb on every table: what is allowed is what the list says, no more and no less."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql

from store.access import ACCOUNTS, COLUMNS, MEMORY, OWNER, TABLES, VERBS
from store.database import Store
from store.schema import metadata
from tests.store.database_server import DatabaseServer

EVERYBODY = (OWNER, *ACCOUNTS)
OWNERS_ALONE = ("TRUNCATE", "TRIGGER", "REFERENCES", "ALTER", "DISABLE TRIGGER", "RULE", "COMMENT", "DROP")
"""What nobody but the owner may do to any table."""
TABLE_NAMES = sorted(TABLES)


@pytest.fixture(scope="module")
def url(database_server: DatabaseServer) -> str:
    """One database for the whole list: everything that is tried is rolled back."""
    return database_server.fresh_database()


@pytest.fixture(scope="module")
def connections(database_server: DatabaseServer, url: str) -> Iterator[dict[str, psycopg.Connection]]:
    """A connection for each account."""
    opened = {
        account: psycopg.connect(database_server.url_for(account, url).replace("+psycopg", "")) for account in EVERYBODY
    }
    yield opened
    for connection in opened.values():
        connection.close()


def is_allowed(connection: psycopg.Connection, statement: sql.Composable) -> bool:
    """Whether the server lets the account do it; that a row is wrong, or the trigger says no, is another matter."""
    try:
        connection.execute(statement)
    except psycopg.errors.InsufficientPrivilege as refused:
        # Of the rows of `stack` the policies decide, which are tried apart.
        return "row-level security" in str(refused)
    except psycopg.Error:
        return True
    finally:
        connection.rollback()
    return True


def columns_of(connection: psycopg.Connection, table: str) -> list[str]:
    query = "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
    found = [name for (name,) in connection.execute(query, (table,))]
    connection.rollback()
    return found


def attempts(verb: str, table: str, column: str) -> sql.Composed:
    """A statement that needs this right on this table, and on this column where rights go by column, and no other."""
    name, field = sql.Identifier(*table.split(".")), sql.Identifier(column)
    texts = {
        "SELECT": "SELECT {c} FROM {t} LIMIT 0",
        "INSERT": "INSERT INTO {t} ({c}) OVERRIDING SYSTEM VALUE VALUES (DEFAULT)",
        "UPDATE": "UPDATE {t} SET {c} = DEFAULT",
        "DELETE": "DELETE FROM {t}",
        "MAINTAIN": "REINDEX TABLE {t}",
        "TRUNCATE": "TRUNCATE {t}",
        "TRIGGER": "CREATE TRIGGER mine BEFORE INSERT ON {t} EXECUTE FUNCTION suppress_redundant_updates_trigger()",
        "REFERENCES": "CREATE TABLE beside (c text REFERENCES {t})",
        "ALTER": "ALTER TABLE {t} ADD COLUMN mine text",
        "DISABLE TRIGGER": "ALTER TABLE {t} DISABLE TRIGGER ALL",
        "RULE": "CREATE RULE mine AS ON INSERT TO {t} DO INSTEAD NOTHING",
        "COMMENT": "COMMENT ON TABLE {t} IS 'mine'",
        "DROP": "DROP TABLE {t}",
    }
    return sql.SQL(texts[verb]).format(t=name, c=field)


def test_the_list_has_every_table_and_no_other() -> None:
    """A table that a migration adds must say who may do what with it."""
    wanted = {table.fullname for table in metadata.tables.values()} | {"alembic_version"}
    assert set(TABLES) == wanted
    assert set(MEMORY) == set(ACCOUNTS)
    for table, account, letter in COLUMNS:
        assert letter in TABLES[table].of(account)


@pytest.mark.parametrize("account", EVERYBODY)
def test_every_verb_on_every_table(connections: dict[str, psycopg.Connection], account: str) -> None:
    """Each right by each column, and each thing that is the owner's alone."""
    wrong = []
    for table in TABLE_NAMES:
        letters = "radwm" if account == OWNER else TABLES[table].of(account)
        columns = columns_of(connections[OWNER], table)
        for letter, verb in VERBS.items():
            by_column = verb in ("SELECT", "INSERT", "UPDATE")
            for column in columns if by_column else columns[:1]:
                only = COLUMNS.get((table, account, letter), (column,))
                wanted = letter in letters and column in only
                if is_allowed(connections[account], attempts(verb, table, column)) is not wanted:
                    wrong.append(f"{account}: {verb} {table}.{column} {'denied' if wanted else 'allowed'}")
        for verb in OWNERS_ALONE:
            if is_allowed(connections[account], attempts(verb, table, columns[0])) is not (account == OWNER):
                wrong.append(f"{account}: {verb} {table}")
    assert wrong == []


@pytest.mark.parametrize("account", ACCOUNTS)
def test_nobody_owns_or_inherits_anything(connections: dict[str, psycopg.Connection], account: str) -> None:
    """Not one object of the database, no membership, no attribute of a role, and no table beside the list."""
    owned = (
        "SELECT count(*) FROM pg_shdepend WHERE deptype = 'o' AND refobjid = current_user::regrole",
        "SELECT count(*) FROM pg_auth_members WHERE member = current_user::regrole",
        "SELECT count(*) FROM pg_roles WHERE rolname = current_user"
        " AND (rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls)",
        "SELECT count(*) FROM pg_class WHERE CASE WHEN relkind = 'S'"
        " THEN has_sequence_privilege(oid, 'USAGE, SELECT, UPDATE') END",
    )
    for query in owned:
        assert connections[account].execute(query).fetchone() == (0,)
    connections[account].rollback()


SECRETS = ("letters-seal", "workflow-seal")
WRITABLE = {
    "worker": set(),
    "bridge": set(),
    "publisher": {"kafka_cluster_id"},
    "reader": set(),
    "operator": {"kafka_cluster_id", "derived-procedure/x", "import/1"},
}
READABLE_SECRETS = {"worker": {"workflow-seal"}, "bridge": set(SECRETS), "operator": {"workflow-seal"}}
KEYS = (*SECRETS, "business-time", "identity-since", "read-models", "unsealed-before", *sorted(WRITABLE["operator"]))


@pytest.mark.parametrize("account", ACCOUNTS)
def test_every_key_of_the_memory(connections: dict[str, psycopg.Connection], account: str) -> None:
    """A seal is read by whoever must know it; the stack's time, and what is the owner's, nobody else can change."""
    owner, connection = connections[OWNER], connections[account]
    owner.execute("DELETE FROM stack")
    for key in KEYS:
        owner.execute("INSERT INTO stack (key, value) VALUES (%s, 'owner')", (key,))
    owner.commit()
    read = {key for (key,) in connection.execute("SELECT key FROM stack")}
    assert read == set(KEYS) - set(SECRETS) | READABLE_SECRETS.get(account, set())
    connection.rollback()
    for key in KEYS:
        assert changes(connection, key) == (key in WRITABLE[account]), key
    try:
        connection.execute("SET row_security = off")
        connection.execute("SELECT key FROM stack")
    except psycopg.errors.InsufficientPrivilege:
        pass
    else:
        raise AssertionError("the policies can be switched off")
    finally:
        connection.rollback()


def changes(connection: psycopg.Connection, key: str) -> bool:
    """Whether the account can change this key, in any way."""
    statements = (
        "UPDATE stack SET value = 'mine' WHERE key = %s",
        "INSERT INTO stack (key, value) VALUES (%s, 'mine') ON CONFLICT (key) DO UPDATE SET value = 'mine'",
        "DELETE FROM stack WHERE key = %s",
    )
    done = []
    for statement in statements:
        try:
            done.append(connection.execute(statement, (key,)).rowcount > 0)
        except psycopg.errors.InsufficientPrivilege:
            done.append(False)
        finally:
            connection.rollback()
    return any(done)


def test_rights_that_are_no_longer_in_the_list_go(database_server: DatabaseServer) -> None:
    """Migrating takes back what somebody gave by hand, to an account or to everybody."""
    fresh = database_server.fresh_database()
    store = Store(fresh)
    with store.session() as session:
        session.execute("GRANT ALL ON ledger TO greenlane_worker, PUBLIC")
        session.execute("GRANT UPDATE (body) ON ledger TO greenlane_publisher")
        session.execute("GRANT ALL ON SCHEMA public, vault TO PUBLIC")
        session.execute("GRANT ALL ON vault.subjects TO greenlane_reader")
    assert store.migrate() == ()
    store.close()
    for account, statement in (
        ("worker", "DELETE FROM ledger"),
        ("publisher", "UPDATE ledger SET body = ''"),
        ("reader", "SELECT FROM vault.subjects"),
        ("reader", "CREATE TABLE public.mine ()"),
    ):
        with (
            psycopg.connect(database_server.url_for(account, fresh).replace("+psycopg", "")) as connection,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            connection.execute(statement.encode())
