"""A PostgreSQL of the tests' own: the stack's part, without the rest of the stack."""

from __future__ import annotations

import time
import uuid
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import psycopg

from greenlane.settings import Settings
from greenlane.stack.accounts import database_url_of
from greenlane.stack.child import Child
from greenlane.stack.credentials import OWNER, Credentials
from greenlane.stack.folder import StateFolder
from greenlane.stack.ports import Ports
from greenlane.stack.postgres import Postgres
from store.database import Store

START_SECONDS = 120
TEMPLATE = "template_migrated"


class DatabaseServer:
    """One server with its data in a folder; it can be killed and started again."""

    def __init__(self, folder: Path, *, durable: bool = False) -> None:
        self._durable = durable
        settings = Settings(state_dir=folder, postgres_port=0)
        state = StateFolder(folder)
        state.prepare(0)
        self._credentials = Credentials.of(state)
        self._part = Postgres(settings, state, Ports(state).of("postgres_port", 0))
        self._part.prepare(lambda _: None)
        self._child: Child | None = None
        self._maker = ThreadPoolExecutor(1)
        self._next: Future[str] | None = None

    @property
    def pid(self) -> int:
        """The postmaster's process id."""
        assert self._child is not None
        return self._child.pid

    @property
    def url(self) -> str:
        """The database `greenlane` of this server, for its owner."""
        return self._part.url_of(OWNER)

    @property
    def data(self) -> Path:
        """The folder of all that this server keeps."""
        return self._part.data

    def url_for(self, account: str, url: str) -> str:
        """The database at this URL for another account."""
        return database_url_of(account, url, self._credentials)

    def settle(self) -> None:
        """Make the accounts again, as each start does."""
        self._part.settle()

    def as_superuser(self, *statements: str) -> None:
        """Run statements as the server's own superuser."""
        with self._part.superuser() as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def end_connections(self, name: str) -> None:
        """End the connections of one kind, whoever's they are, and wait until they are gone."""
        query = "SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity WHERE application_name = %s"
        with self._part.superuser() as connection:
            connection.execute(query, (name,))

    def start(self) -> None:
        """Start and wait until it answers."""
        command = self._part.command()
        # The data never outlives the run, and a killed server is no killed machine: nothing needs to reach the disk. Nor
        # need hundreds of used databases be looked after each minute.
        quick = () if self._durable else ("--fsync=off", "--full_page_writes=off", "--autovacuum_naptime=1h")
        self._child = Child(replace(command, argv=(*command.argv, *quick)))
        deadline = time.monotonic() + START_SECONDS
        while not self._part.answers():
            assert time.monotonic() < deadline, self._child.last_words()
            time.sleep(0.02)
        self._part.settle()

    def kill(self) -> None:
        """SIGKILL, the backends too: a crash, and the quickest end of a server whose data nobody needs."""
        assert self._child is not None
        self._child.kill()

    def fresh_database(self) -> str:
        """The URL of a new, migrated, empty database: a copy of a template. The next one is made while this one is used."""
        url = None
        if self._next is None:
            self._make_template()
        else:
            with suppress(psycopg.Error):  # the server was killed meanwhile
                url = self._next.result()
        url = url or self._copied(TEMPLATE)
        self._next = self._maker.submit(self._copied, TEMPLATE)
        return url

    def empty_database(self) -> str:
        """The URL of a new database without our tables."""
        name = f"test_{uuid.uuid4().hex[:12]}"
        self._execute(f"CREATE DATABASE {name}")
        return self._url_of(name)

    def copy_of(self, url: str) -> str:
        """The URL of a new database with all that this one holds; nobody may be connected to it."""
        return self._copied(url.rpartition("/")[2])

    def _make_template(self) -> None:
        self._execute(f"CREATE DATABASE {TEMPLATE}")
        store = Store(self._url_of(TEMPLATE))
        store.migrate()
        store.close()

    def _copied(self, template: str) -> str:
        name = f"test_{uuid.uuid4().hex[:12]}"
        self._execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self._url_of(name)

    def _url_of(self, name: str) -> str:
        return f"{self.url.rpartition('/')[0]}/{name}"

    def _execute(self, statement: str) -> None:
        with psycopg.connect(self.url.replace("+psycopg", "", 1), autocommit=True) as connection:
            connection.execute(statement.encode())
