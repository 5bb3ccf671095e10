"""What somebody tries who holds the account of a process: the ledger, the vault, the server, other databases, other roles."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import psycopg
import pytest

from store.access import ACCOUNTS
from store.database import Store
from tests.store.database_server import DatabaseServer

AGAINST_THE_LEDGER = (
    "ALTER TABLE ledger DISABLE TRIGGER ledger_append_only",
    "ALTER TABLE ledger DISABLE TRIGGER ALL",
    "DROP TRIGGER ledger_append_only ON ledger",
    "SET session_replication_role = replica",
    "SELECT set_config('session_replication_role', 'replica', false)",
    "CREATE OR REPLACE FUNCTION ledger_is_append_only() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    "DROP FUNCTION ledger_is_append_only() CASCADE",
    "CREATE RULE r AS ON INSERT TO ledger DO INSTEAD NOTHING",
    "UPDATE ledger SET body = body",
    "UPDATE ledger SET recorded_at = now()",
    "DELETE FROM ledger",
    "TRUNCATE ledger",
    "TRUNCATE cases, ledger",
    "MERGE INTO ledger l USING (SELECT 1) AS s ON true WHEN MATCHED THEN DELETE",
    "INSERT INTO ledger (case_id, sequence, body, hash, type, at) VALUES ('c', 1, '', '', '', now())"
    " ON CONFLICT (case_id, sequence) DO UPDATE SET body = excluded.body",
    "INSERT INTO ledger (case_id, sequence, body, hash, type, at, recorded_at) VALUES ('c', 1, '', '', '', now(), now())",
    "INSERT INTO ledger (case_id, sequence, position, body, hash, type, at) OVERRIDING SYSTEM VALUE"
    " VALUES ('c', 1, 9, '', '', '', now())",
    "SELECT * FROM ledger FOR UPDATE",
    "DO $$ BEGIN LOCK TABLE ledger IN ACCESS EXCLUSIVE MODE; END $$",
    "SELECT setval('ledger_position_seq', 1)",
    "DO $$ BEGIN EXECUTE 'ALTER TABLE ledger DISABLE TRIGGER ALL'; END $$",
)
AGAINST_THE_SERVER = (
    "CREATE TABLE mine (word text)",
    "CREATE TABLE vault.mine (word text)",
    "CREATE TEMPORARY TABLE mine (word text)",
    "CREATE TABLE pg_temp.mine (word text)",
    "CREATE VIEW mine AS SELECT 1",
    "CREATE SCHEMA mine",
    "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE FUNCTION pg_temp.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE TYPE mine AS (word text)",
    "CREATE EXTENSION hstore",
    "CREATE EXTENSION file_fdw",
    "CREATE LANGUAGE mine HANDLER plpgsql_call_handler",
    "CREATE DATABASE mine",
    "CREATE ROLE mine LOGIN SUPERUSER",
    "CREATE PUBLICATION mine FOR ALL TABLES",
    "CREATE SUBSCRIPTION mine CONNECTION 'host=127.0.0.1' PUBLICATION mine",
    "ALTER ROLE greenlane PASSWORD 'mine'",
    "ALTER ROLE postgres PASSWORD 'mine'",
    "ALTER ROLE CURRENT_USER SUPERUSER",
    "ALTER ROLE CURRENT_USER BYPASSRLS",
    "GRANT greenlane TO CURRENT_USER",
    "GRANT pg_read_all_data TO CURRENT_USER",
    "SET ROLE greenlane",
    "SET SESSION AUTHORIZATION postgres",
    "ALTER DEFAULT PRIVILEGES FOR ROLE greenlane GRANT ALL ON TABLES TO PUBLIC",
    "ALTER DATABASE greenlane SET search_path = mine",
    "ALTER SYSTEM SET fsync = off",
    "ALTER TABLE stack DISABLE ROW LEVEL SECURITY",
    "DROP POLICY operator_write ON stack",
    "SELECT rolpassword FROM pg_authid",
    "SELECT * FROM pg_shadow",
    "SELECT pg_read_file('/etc/passwd')",
    "SELECT pg_read_binary_file('postgresql.conf')",
    "SELECT pg_ls_dir('.')",
    "SELECT pg_ls_logdir()",
    "SELECT pg_stat_file('PG_VERSION')",
    "SELECT lo_import('/etc/passwd')",
    "SELECT lo_create(0)",
    "SELECT lo_creat(-1)",
    "SELECT lo_from_bytea(0, 'mine')",
    "SELECT pg_reload_conf()",
    "SELECT pg_rotate_logfile()",
    "SELECT pg_switch_wal()",
    "SELECT pg_create_physical_replication_slot('mine')",
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename <> current_user",
    "COPY (SELECT 1) TO PROGRAM 'id'",
    "COPY (SELECT 1) TO '/tmp/mine'",
    "COPY stack FROM '/etc/passwd'",
    "COPY stack FROM PROGRAM 'id'",
)
AGAINST_THE_VAULT = (
    "SELECT * FROM vault.subjects",
    "SELECT count(*) FROM vault.documents",
    "SELECT reference FROM vault.texts",
    "TABLE vault.subjects",
    "COPY vault.subjects TO STDOUT",
    "COPY (SELECT sealed FROM vault.entries) TO STDOUT",
    "INSERT INTO vault.subjects (subject_ref, kind) VALUES ('mine', 'person')",
    "UPDATE vault.subjects SET wrapped_key = NULL",
    "DELETE FROM vault.documents",
    "SELECT query_to_xml('SELECT * FROM vault.subjects', true, true, '')",
    "SELECT pg_get_viewdef('vault.subjects'::regclass)",
    "SELECT pg_relation_filepath('vault.subjects')",
    "WITH x AS (DELETE FROM vault.subjects RETURNING wrapped_key) SELECT * FROM x",
    "EXPLAIN ANALYZE SELECT * FROM vault.subjects",
)


@pytest.fixture(scope="module")
def url(database_server: DatabaseServer) -> str:
    """A database with a person in its vault."""
    fresh = database_server.fresh_database()
    store = Store(fresh)
    store.migrate()  # the rights on the database itself are not copied with its tables
    store.close()
    with psycopg.connect(fresh.replace("+psycopg", "")) as connection:
        connection.execute(
            "INSERT INTO vault.subjects (subject_ref, kind, key_id, wrapped_key) VALUES ('subject-1', 'person', 'k', 'w')"
        )
        connection.execute("ANALYZE vault.subjects")
    return fresh


@pytest.fixture(scope="module")
def connections(database_server: DatabaseServer, url: str) -> Iterator[dict[str, psycopg.Connection]]:
    """A connection for each account."""
    opened = {
        account: psycopg.connect(database_server.url_for(account, url).replace("+psycopg", ""), autocommit=True)
        for account in ACCOUNTS
    }
    yield opened
    for connection in opened.values():
        connection.close()


def is_refused(connection: psycopg.Connection, statement: str) -> bool:
    """Whether the server says that this account may not."""
    try:
        with connection.cursor() as cursor:
            if statement.startswith("COPY") and "STDOUT" in statement:
                with cursor.copy(statement.encode()) as copy:
                    list(copy)
            else:
                cursor.execute(statement.encode())
    except psycopg.errors.InsufficientPrivilege:
        return True
    return False


@pytest.mark.parametrize("statement", AGAINST_THE_LEDGER)
def test_the_ledger_is_nobodys_to_change(connections: dict[str, psycopg.Connection], statement: str) -> None:
    """The worker's own account, and every other: no change, no trigger off, no other time of writing."""
    assert [account for account in ACCOUNTS if not is_refused(connections[account], statement)] == []


@pytest.mark.parametrize("statement", AGAINST_THE_SERVER)
def test_the_server_is_nobodys_to_change(connections: dict[str, psycopg.Connection], statement: str) -> None:
    """Nothing is made, nobody becomes another, no file of the machine is read or written."""
    assert [account for account in ACCOUNTS if not is_refused(connections[account], statement)] == []


@pytest.mark.parametrize("statement", AGAINST_THE_VAULT)
def test_persons_are_of_bridge_and_operator_alone(connections: dict[str, psycopg.Connection], statement: str) -> None:
    """By no statement, function or file's name."""
    for account in ("worker", "publisher", "reader"):
        assert is_refused(connections[account], statement), account


def test_what_the_server_keeps_about_the_vault_says_nothing(connections: dict[str, psycopg.Connection]) -> None:
    """Statistics hold values of rows; they are shown to whoever may read the rows."""
    for account in ("worker", "publisher", "reader"):
        found = connections[account].execute("SELECT count(*) FROM pg_stats WHERE schemaname = 'vault'").fetchone()
        assert found == (0,)


@pytest.mark.parametrize("database", ["postgres", "template1", "another"])
def test_other_databases_are_closed(database_server: DatabaseServer, url: str, database: str) -> None:
    """Not even to look; another database of the same owner grants its own accounts, and is closed until it does."""
    place = url.rpartition("/")[0]
    if database == "another":
        database = database_server.empty_database().rpartition("/")[2]
        database_server.as_superuser(f"REVOKE CONNECT ON DATABASE {database} FROM PUBLIC")
    for account in ACCOUNTS:
        with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
            psycopg.connect(database_server.url_for(account, f"{place}/{database}").replace("+psycopg", ""))


def test_no_password_no_access(database_server: DatabaseServer, url: str) -> None:
    """Over the only listener there is, as any role, with none and with a wrong one."""
    place = url.rpartition("@")[2]
    for role in ("postgres", "greenlane", *(f"greenlane_{account}" for account in ACCOUNTS), "nobody"):
        for secret in ("", ":", ":wrong", f":{role}"):
            with pytest.raises(psycopg.OperationalError):
                psycopg.connect(f"postgresql://{role}{secret}@{place}")


def test_what_is_nobodys_secret_stays_open(connections: dict[str, psycopg.Connection]) -> None:
    """Notifications and advisory locks are how processes tell each other to look, and who publishes what."""
    for account in ACCOUNTS:
        connections[account].execute("LISTEN greenlane_outbox")
        connections[account].execute("SELECT pg_try_advisory_lock(1)")
        connections[account].execute("SELECT pg_advisory_unlock_all()")


def test_nobody_hands_rights_on(connections: dict[str, psycopg.Connection]) -> None:
    """Who may read may not let others read: the server warns, and grants nothing."""
    for account in ACCOUNTS:
        connections[account].execute("GRANT ALL ON ledger TO PUBLIC, greenlane_reader")
    query = "SELECT count(*) FROM pg_class, aclexplode(relacl) WHERE relname = 'ledger' AND grantee = 0"
    assert connections["reader"].execute(query).fetchone() == (0,)
    assert is_refused(connections["reader"], "INSERT INTO ledger (case_id) VALUES ('mine')")


def test_an_account_cannot_wait_its_way_to_a_lock(connections: dict[str, psycopg.Connection]) -> None:
    """Rights are asked before a lock is waited for: a stranger's lock holds nobody up."""
    refused = threading.Event()

    def try_it() -> None:
        if is_refused(connections["reader"], "DO $$ BEGIN LOCK TABLE cases IN EXCLUSIVE MODE; END $$"):
            refused.set()

    with connections["operator"].transaction():
        connections["operator"].execute("LOCK TABLE cases IN EXCLUSIVE MODE")
        attempt = threading.Thread(target=try_it)
        attempt.start()
        attempt.join(60)
    assert refused.is_set()
