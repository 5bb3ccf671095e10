"""The script that makes the accounts on a server of one's own: run on a bare one, and on one where they are already."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from sqlalchemy import URL

import deploy
from greenlane.settings import Settings
from greenlane.stack.child import Child
from greenlane.stack.folder import StateFolder
from greenlane.stack.ports import LOOPBACK, Ports
from greenlane.stack.postgres import Postgres, postgres_program
from store.access import ACCOUNTS, OWNER, role_of
from store.database import Store
from store.errors import StoreAccessDenied

SCRIPT = Path(deploy.__file__).with_name("init-databases.sh")
EVERYBODY = (OWNER, *ACCOUNTS)


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """A server without any account of ours, and what the script is told about it."""
    folder = StateFolder(tmp_path_factory.mktemp("bare"))
    folder.prepare(0)
    part = Postgres(Settings(), folder, port := Ports(folder).of("postgres_port", 0))
    part.prepare(lambda _: None)
    server = Child(part.command())
    while not part.answers():
        assert server.exit_code() is None, server.last_words()
    passwords = {f"GREENLANE_DATABASE_{account.upper()}_PASSWORD": f"{account}'s \\ :'word'" for account in EVERYBODY}
    where = {"PGHOST": LOOPBACK, "PGPORT": str(port), "PGPASSWORD": folder.secret("postgresql_superuser")}
    path = f"{postgres_program('psql').parent}{os.pathsep}{os.environ['PATH']}"
    yield {"PATH": path, "POSTGRES_PWD": "temporal's", **where, **passwords}
    server.kill()


def run(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["bash", str(SCRIPT)], env=environment, capture_output=True, text=True, check=False)


def url(environment: dict[str, str], role: str, password: str, database: str = "greenlane") -> str:
    return make_conninfo(
        host=environment["PGHOST"], port=environment["PGPORT"], user=role, password=password, dbname=database
    )


def store_of(environment: dict[str, str], account: str) -> Store:
    return Store(
        URL.create(
            "postgresql+psycopg",
            username=role_of("greenlane", account),
            password=environment[f"GREENLANE_DATABASE_{account.upper()}_PASSWORD"],
            host=environment["PGHOST"],
            port=int(environment["PGPORT"]),
            database="greenlane",
        ).render_as_string(hide_password=False)
    )


def test_accounts_are_made_once_and_get_their_rights(environment: dict[str, str]) -> None:
    """Twice in a row is the same as once; then `prepare` grants, and nobody but the owner can."""
    for _ in range(2):
        done = run(environment)
        assert (done.returncode, done.stderr) == (0, "")
    owner = store_of(environment, OWNER)
    assert owner.migrate() == ()
    owner.close()
    for account in ACCOUNTS:
        store = store_of(environment, account)
        store.verify_schema()
        with pytest.raises(StoreAccessDenied) as caught:
            store.migrate()
        assert "GREENLANE_DATABASE_OWNER_URL" in caught.value.remedy
        store.close()


def test_nobody_looks_into_another_database(environment: dict[str, str]) -> None:
    """Temporal's account has no business in ours, nor ours in any other."""
    run(environment)
    for role, password, database in (
        ("temporal", "temporal's", "greenlane"),
        ("temporal", "temporal's", "postgres"),
        ("greenlane_operator", environment["GREENLANE_DATABASE_OPERATOR_PASSWORD"], "temporal"),
        ("greenlane_bridge", environment["GREENLANE_DATABASE_BRIDGE_PASSWORD"], "temporal_visibility"),
        ("greenlane_reader", environment["GREENLANE_DATABASE_READER_PASSWORD"], "postgres"),
        ("greenlane_worker", environment["GREENLANE_DATABASE_WORKER_PASSWORD"], "template1"),
    ):
        with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
            psycopg.connect(url(environment, role, password, database))


def test_temporal_finds_its_two_databases_and_makes_what_it_needs_there(environment: dict[str, str]) -> None:
    """Its own set-up cannot make them: it would have to come into another database first, and its schema needs an extension."""
    run(environment)
    for database in ("temporal", "temporal_visibility"):
        with psycopg.connect(url(environment, "temporal", "temporal's", database), autocommit=True) as connection:
            connection.execute("create table its_own ()")
            connection.execute("drop table its_own")
            assert connection.execute("select rolcreatedb from pg_roles where rolname = 'temporal'").fetchone() == (
                False,
            )


def test_a_server_without_temporal_gets_nothing_of_it(environment: dict[str, str]) -> None:
    """Where it has a server of its own."""
    run(environment)
    with psycopg.connect(
        url(environment, "postgres", environment["PGPASSWORD"], "postgres"), autocommit=True
    ) as connection:
        for database in ("temporal", "temporal_visibility"):
            connection.execute(f"drop database {database}")
        connection.execute("drop role temporal")
        done = run({name: value for name, value in environment.items() if name != "POSTGRES_PWD"})
        assert (done.returncode, done.stderr) == (0, "")
        found = connection.execute("select datname from pg_database where datname like 'temporal%'").fetchall()
        assert found == []


def test_a_password_that_is_missing_is_named(environment: dict[str, str]) -> None:
    """Before anything is made."""
    lacking = {name: value for name, value in environment.items() if name != "GREENLANE_DATABASE_BRIDGE_PASSWORD"}
    done = run(lacking)
    assert done.returncode != 0
    assert "GREENLANE_DATABASE_BRIDGE_PASSWORD" in done.stderr
