"""A PostgreSQL as others run it: under TLS only, with accounts that must show a certificate."""

from __future__ import annotations

import os
import shutil
import time
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from greenlane.settings import Settings
from greenlane.stack import postgres as part
from greenlane.stack.child import Child, Command
from greenlane.stack.folder import StateFolder
from greenlane.stack.ports import Ports
from tests.e2e.real_servers.pki import Certified
from tests.e2e.real_servers.programs import postgresql_folder

START_SECONDS = 120
SUPERUSER_PASSWORD_OF = "postgresql_superuser"
WHO_MAY = """\
# TLS only; `mutual` must show a certificate besides its password
hostssl all mutual all scram-sha-256 clientcert=verify-ca
hostssl all all all scram-sha-256
"""


class TlsPostgres(part.Postgres):
    """The embedded part with other programs, under TLS."""

    def command(self) -> Command:
        found = super().command()
        names = {"ssl_cert_file": "server.crt", "ssl_key_file": "server.key", "ssl_ca_file": "clients.crt"}
        options = [f"--{name}={self.data / file}" for name, file in names.items()]
        return replace(found, argv=(*found.argv, "--ssl=on", *options))

    def own(self, name: str, content: bytes) -> None:
        """A file in the data folder that the server alone may read."""
        file = self.data / name
        file.unlink(missing_ok=True)
        file.touch(mode=0o600)
        file.write_bytes(content)
        if self._account is not None:
            os.chown(file, self._account.uid, self._account.gid)


class OutsidePostgresql:
    """One server, running; several databases."""

    def __init__(self, root: Path, certificate: Certified, client_authority: Path) -> None:
        self._patch = pytest.MonkeyPatch()
        programs = postgresql_folder() / "bin"
        self._patch.setattr(part, "postgres_program", lambda name: programs / name)
        self._folder = StateFolder(root)
        self._folder.prepare(0)
        settings = Settings(state_dir=root, postgres_port=0)
        self.port = Ports(self._folder).of("postgres_port", 0)
        self._part = TlsPostgres(settings, self._folder, self.port)
        self._client_authority = client_authority
        self._certificate = certificate
        self._child: Child | None = None

    def start(self) -> None:
        """Start and wait until it answers."""
        self._part.prepare(lambda _: None)
        self._part.own("pg_hba.conf", WHO_MAY.encode())
        self._part.own("clients.crt", self._client_authority.read_bytes())
        self._write(self._certificate)
        self._child = Child(self._part.command())
        deadline = time.monotonic() + START_SECONDS
        while not self._part.answers():
            assert self._child.exit_code() is None, self._child.last_words(20)
            assert time.monotonic() < deadline, self._child.last_words(20)
            time.sleep(0.02)

    def _write(self, certificate: Certified) -> None:
        self._part.own("server.crt", certificate.certificate.read_bytes())
        self._part.own("server.key", certificate.key.read_bytes())

    def show(self, certificate: Certified) -> None:
        """Another certificate from now on."""
        self._write(certificate)
        self.execute("SELECT pg_reload_conf()")
        shown = certificate.certificate.read_text()
        deadline = time.monotonic() + START_SECONDS
        while self._shown() != shown:
            assert time.monotonic() < deadline, "the server keeps its old certificate"
            time.sleep(0.05)

    def _shown(self) -> str:
        import ssl  # noqa: PLC0415

        from greenlane.probing.database import asks_for_tls  # noqa: PLC0415
        from greenlane.probing.tls import Target, secured  # noqa: PLC0415

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        found = secured(Target("localhost", self.port, opening=asks_for_tls), context)
        assert isinstance(found, ssl.SSLSocket)
        with found:
            return ssl.DER_cert_to_PEM_cert(found.getpeercert(binary_form=True) or b"")

    def execute(self, statement: str, database: str = "postgres") -> None:
        """As its superuser."""
        password = self._folder.secret(SUPERUSER_PASSWORD_OF)
        place = {"host": "127.0.0.1", "port": self.port, "dbname": database, "sslmode": "require"}
        with psycopg.connect(**place, user="postgres", password=password, autocommit=True) as connection:
            connection.execute(statement.encode())

    def url(self, account: str, password: str, database: str = "greenlane", host: str = "localhost") -> str:
        """The URL of an account."""
        return f"postgresql+psycopg://{account}:{password}@{host}:{self.port}/{database}"

    def kill(self) -> None:
        """SIGKILL, the backends too."""
        if self._child is not None:
            self._child.kill()
        self._patch.undo()
        shutil.rmtree(self._folder.path, ignore_errors=True)
