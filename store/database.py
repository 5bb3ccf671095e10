"""The way to PostgreSQL: connections, migrations, and what the installation remembers about itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Self, cast

import psycopg
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, func, make_url, select, text
from sqlalchemy.dialects.postgresql import insert

from store.access import SQL, grant_access
from store.errors import StoreNewer, StoreNotMigrated, StoreUnavailable, VaultInClear, as_store_errors
from store.instants import read_every_instant
from store.tables import stack
from wording.text import LazyText, _, _p

MIGRATION_LOCK = 0x677265656E  # "green": two processes that start at once migrate one after the other
CONNECT_TIMEOUT_SECONDS = 5
READ_ROWS = 2000
"""Rows fetched at once where there may be any number."""
KEEPALIVE: dict[str, Any] = {
    # A server whose machine vanished is noticed within half a minute instead of two hours.
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}
WRITER_OPTIONS = (
    # The busiest statements touch rows by key only: one plan for ever, and never a scan that was right for an empty table.
    "-c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c jit=off -c lock_timeout=10s -c TimeZone=UTC"
)
READER_OPTIONS = "-c jit=off -c lock_timeout=30s -c TimeZone=UTC"
"""A look waits for whoever locks a table, and says so when that takes too long."""
DURABLE = "-c synchronous_commit=on"
"""An acknowledged turn survives a crash of the server, whatever the server's own default says."""


Session = psycopg.Connection[tuple[Any, ...]]
"""A driver's connection of its own, beside the pool."""


def session_of(connection: Connection) -> Session:
    """The driver's own connection, for named statements within a transaction that is open."""
    return cast("Session", connection.connection.driver_connection)


@contextmanager
def transaction(session: Session) -> Iterator[None]:
    """A transaction in a pipeline, on a session in autocommit: a round trip only where something is read back.

    BEGIN and COMMIT are said by hand. psycopg's commit() trusts the status that the server told last, which in a pipeline
    is from before it began: after a transaction whose results were all read it would do nothing and leave it open.
    """
    with session.pipeline() as pipeline:
        try:
            session.execute("BEGIN")
            yield
            session.execute("COMMIT")
            pipeline.sync()
        except BaseException:
            try:
                session.rollback()
            except psycopg.Error:
                session.close()
            raise


class Store:
    """One process's access to the database. Safe for several threads."""

    def __init__(self, url: str, *, pool_size: int = 5) -> None:
        parsed = make_url(url).set(drivername="postgresql+psycopg")
        self._conninfo = parsed.set(drivername="postgresql").render_as_string(hide_password=False)
        self.engine: Engine = create_engine(
            parsed,
            pool_size=pool_size,
            max_overflow=pool_size,
            pool_timeout=10,
            pool_pre_ping=True,
            connect_args={
                "connect_timeout": CONNECT_TIMEOUT_SECONDS,
                "application_name": "greenlane",
                "options": f"{READER_OPTIONS} {DURABLE}",
                **KEEPALIVE,
            },
        )
        event.listen(self.engine, "connect", _prepare)

    @classmethod
    def connect(cls, url: str, *, pool_size: int = 5, verify: bool = True) -> Self:
        """Open the store at `postgresql+psycopg://...`. Raises StoreUnavailable, and StoreNotMigrated unless `verify` is off."""
        store = cls(url, pool_size=pool_size)
        try:
            if verify:
                store.verify_schema()
        except BaseException:
            store.close()
            raise
        return store

    def __reduce__(self) -> tuple[object, ...]:
        """In another process it is that process's own access to the same database."""
        return type(self), (self._conninfo,)

    def close(self) -> None:
        """Give back all pooled connections."""
        self.engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection for queries; what was done in it is rolled back. Raises StoreError."""
        with as_store_errors(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def one_instant(self) -> Iterator[Connection]:
        """The same, where all that is asked is seen as of one instant, beside whoever writes. Raises StoreError."""
        with self.reading() as connection:
            connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction, committed at the end. Raises StoreError; then nothing is known to be written."""
        with as_store_errors(), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A transaction on the driver's own connection, out of the pool, for named statements. Raises StoreError."""
        with as_store_errors(), self.engine.begin() as connection:
            session: Session | None = connection.connection.driver_connection
            if session is None:
                raise StoreUnavailable(reason=_("the connection was lost"))
            yield session

    def rows(self, statement: str, **values: object) -> Iterator[tuple[Any, ...]]:
        """The rows of a named statement as of one instant, a few at a time, however many there are. Raises StoreError."""
        with self.session() as session, session.cursor(name="rows") as cursor:
            cursor.itersize = READ_ROWS
            cursor.execute(statement, values or None)
            yield from cursor

    def open_session(self, name: str, *, autocommit: bool = False) -> Session:
        """A connection of its own beside the pool, for a writer or a lease; the caller closes it. Raises StoreUnavailable."""
        with as_store_errors():
            session = psycopg.connect(
                self._conninfo,
                autocommit=autocommit,
                connect_timeout=CONNECT_TIMEOUT_SECONDS,
                application_name=f"greenlane {name}",
                options=f"{WRITER_OPTIONS} {DURABLE}",
                **KEEPALIVE,
            )
            read_every_instant(session.adapters)
            return session

    def try_lease(self, name: str, lock: int) -> Session | None:
        """A connection of its own, in autocommit, that has a right until it ends; None: another has it. Raises StoreError."""
        session = self.open_session(name, autocommit=True)
        try:
            with as_store_errors():
                if session.execute("SELECT pg_try_advisory_lock(%s::bigint)", (lock,)).fetchone() == (True,):
                    return session
        except BaseException:
            session.close()
            raise
        session.close()
        return None

    def migrate(self) -> tuple[str, ...]:
        """As the owner: bring the schema to this program's version, and each account's rights with it.

        Returns the roles of accounts that the server does not have. Several processes may call it at once. Raises
        StoreAccessDenied for another account, StoreNewer for a database that a newer program has prepared.
        """
        with as_store_errors(), self.engine.begin() as connection:
            connection.execute(text("SET LOCAL lock_timeout = 0"))  # another's migration takes as long as it takes
            connection.execute(select(func.pg_advisory_xact_lock(MIGRATION_LOCK)))
            revision, known = MigrationContext.configure(connection).get_current_revision(), known_revisions()
            if revision is not None and revision not in known:
                raise StoreNewer(found=revision, known=known[-1])
            configuration = _migrations()
            configuration.attributes["connection"] = connection
            command.upgrade(configuration, "head")
            return grant_access(session_of(connection))

    def schema_revision(self) -> str | None:
        """The revision the database is at; None: never migrated."""
        with self.reading() as connection:
            return MigrationContext.configure(connection).get_current_revision()

    def verify_schema(self) -> None:
        """Raises StoreNotMigrated when the database is not at this program's revision, StoreNewer when it is beyond.

        And VaultInClear when it is, but what an older program kept of persons is not sealed yet.
        """
        known = known_revisions()
        if (revision := self.schema_revision()) == known[-1]:
            if self.lies_in_clear():
                raise VaultInClear
            return
        if revision is not None and revision not in known:
            raise StoreNewer(found=revision, known=known[-1])
        raise StoreNotMigrated(reason=_at(revision, known[-1]))

    def lies_in_clear(self) -> bool:
        """Whether what an older program kept of persons in clear waits to be sealed."""
        with self.session() as session:
            return session.execute(SQL["lies_in_clear"]).fetchone() == (True,)

    def recall(self, key: str) -> str | None:
        """What the installation keeps under this key."""
        with self.reading() as connection:
            return connection.scalar(select(stack.c.value).where(stack.c.key == key))

    def remember(self, key: str, value: str) -> None:
        """Keep this value from now on."""
        statement = insert(stack).values(key=key, value=value)
        with self.writing() as connection:
            connection.execute(statement.on_conflict_do_update(index_elements=["key"], set_={"value": value}))

    def remember_first(self, key: str, value: str) -> str:
        """Keep this value unless there is one already; returns the one that stands (e.g. the stack's business time)."""
        with self.writing() as connection:
            connection.execute(insert(stack).values(key=key, value=value).on_conflict_do_nothing())
            standing: str = connection.scalars(select(stack.c.value).where(stack.c.key == key)).one()
            return standing


class LastingSession:
    """A session that is opened when it is first needed, and anew after it was lost. For one thread at a time."""

    def __init__(self, store: Store, name: str) -> None:
        self._store = store
        self._name = name
        self._session: Session | None = None

    @property
    def is_open(self) -> bool:
        """Whether the session of the last use is still there."""
        return self._session is not None and not self._session.closed

    def get(self) -> Session:
        """The session, in autocommit. Raises StoreUnavailable."""
        if self._session is None or self._session.closed:
            self._session = self._store.open_session(self._name, autocommit=True)
        return self._session

    def drop(self) -> None:
        """Give the connection back."""
        if self._session is not None:
            with suppress(psycopg.Error):
                self._session.close()
            self._session = None


def _prepare(session: Session, _record: object) -> None:
    read_every_instant(session.adapters)


def known_revisions() -> tuple[str, ...]:
    """Every version of the tables that this program knows, the oldest first."""
    scripts = ScriptDirectory.from_config(_migrations())
    return tuple(reversed([script.revision for script in scripts.walk_revisions()]))


def _at(revision: str | None, needed: str) -> LazyText:
    at = _p("yet", "none") if revision is None else revision
    return _("it is at version {at}, {needed} is needed", at=at, needed=needed)


def _migrations() -> Config:
    configuration = Config()
    configuration.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    configuration.set_main_option("path_separator", "os")
    return configuration
