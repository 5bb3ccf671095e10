"""Root runs PostgreSQL under a number that is nobody's: another account of the machine neither reads nor touches its data."""

from __future__ import annotations

import os
import pwd
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from greenlane.settings import Settings
from greenlane.stack.account import NUMBERS_OF_NOBODY, Account
from greenlane.stack.child import Child
from greenlane.stack.folder import StateFolder
from greenlane.stack.ports import Ports
from greenlane.stack.postgres import Postgres, verifier_of

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="an ordinary user's files are the user's own")


def as_nobody(*command: str) -> int:
    """The exit code of a program that somebody else on this machine runs."""
    return subprocess.run(command, user="nobody", group="nogroup", capture_output=True, check=False).returncode


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[StateFolder]:
    """A state folder below folders that are open to all, as /srv is: nothing but its own modes protect it."""
    for place in (tmp_path, *tmp_path.parents):
        if place.stat().st_uid == os.geteuid() and place != place.parent:
            place.chmod(place.stat().st_mode | 0o055)
    made = StateFolder(tmp_path / "state")
    made.prepare(0)
    yield made
    made.release()


def started(folder: StateFolder) -> tuple[Postgres, Child]:
    part = Postgres(Settings(), folder, Ports(folder).of("postgres_port", 0))
    part.prepare(lambda _: None)
    server = Child(part.command())
    while not part.answers():
        assert server.exit_code() is None, server.last_words()
    part.settle()
    return part, server


@needs_root
def test_another_account_of_the_machine_gets_nothing(folder: StateFolder) -> None:
    """Not the data, not the passwords, not the process; and the server has no other door than the one with a password."""
    _part, server = started(folder)
    try:
        data = folder.path / "postgresql" / "data"
        assert data.stat().st_uid in NUMBERS_OF_NOBODY
        assert {path.lstat().st_uid for path in (data, *data.rglob("*"))} == {data.stat().st_uid}
        for path in (data, data / "base", data / "pg_hba.conf", data / "PG_VERSION", folder.path / "secrets.json"):
            assert as_nobody("cat", str(path)) != 0
            assert as_nobody("cp", "-r", str(path), "/dev/null") != 0
        assert as_nobody("touch", str(data / "mine")) != 0
        assert as_nobody("touch", str(folder.path / "postgresql" / "mine")) != 0
        assert as_nobody("kill", "-0", str(server.pid)) != 0
        assert as_nobody("cat", f"/proc/{server.pid}/environ") != 0
        rules = (data / "pg_hba.conf").read_text(encoding="ascii").splitlines()[1:]
        assert rules == ["host all all 127.0.0.1/32 scram-sha-256"]
    finally:
        server.kill()


@needs_root
def test_another_account_cannot_keep_a_stack_from_starting(folder: StateFolder) -> None:
    """Who can open a file can lock it; a folder of before had these files open to all."""
    for name in ("lock", "users"):
        (folder.path / name).touch(mode=0o644)
    folder.hold()
    with folder.in_use():
        for name in ("lock", "users"):
            assert as_nobody("cat", str(folder.path / name)) != 0


@needs_root
def test_a_folder_of_before_is_taken_over_with_its_data(folder: StateFolder) -> None:
    """Data that belonged to `nobody`, rules that let everybody in, a link in their place, one account for all: all put right."""
    part, server = started(folder)
    with psycopg.connect(part.url_of("owner").replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 'row' AS word")
    with part.superuser() as connection:
        for account in ("worker", "bridge", "publisher", "reader", "operator"):
            connection.execute(f"DROP ROLE greenlane_{account}".encode())
        connection.execute("ALTER ROLE greenlane SUPERUSER PASSWORD 'of-before'")
    server.ask_to_stop()
    assert server.finish()
    root, nobody = folder.path / "postgresql", pwd.getpwnam("nobody")
    precious = folder.path / "precious"
    precious.write_text("root's own", encoding="ascii")
    (root / "data" / "pg_hba.conf").unlink()
    (root / "data" / "pg_hba.conf").symlink_to(precious)
    for path in (root, *root.rglob("*")):
        os.chown(path, nobody.pw_uid, nobody.pw_gid, follow_symlinks=False)
    again, server = started(folder)
    try:
        assert precious.read_text(encoding="ascii") == "root's own"
        assert as_nobody("ls", str(root / "data")) != 0
        with psycopg.connect(again.url_of("owner").replace("+psycopg", "")) as connection:
            assert connection.execute("SELECT word FROM kept").fetchone() == ("row",)
            query = "SELECT rolname FROM pg_roles WHERE rolcanlogin AND rolname LIKE 'greenlane%' AND NOT rolsuper"
            assert len(connection.execute(query).fetchall()) == 6
        for account in ("worker", "bridge", "publisher", "reader", "operator"):
            psycopg.connect(again.url_of(account).replace("+psycopg", "")).close()
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(again.url_of("owner").replace("+psycopg", ""), password="of-before")
    finally:
        server.kill()


@needs_root
def test_a_start_that_was_killed_while_the_database_was_made_begins_anew(folder: StateFolder) -> None:
    """Whatever half a copy lies there."""
    for name in ("data.new", "data.own"):
        half = folder.path / "postgresql" / name / "base"
        half.mkdir(parents=True)
        (half / "1").write_text("half", encoding="ascii")
    _part, server = started(folder)
    server.kill()
    assert sorted(path.name for path in (folder.path / "postgresql").iterdir()) == ["data"]


def test_a_number_that_somebody_has_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """The next one is; with none left it stays who it is."""
    named = Account(1, 1, 2)
    free = named.private()
    assert (free.uid, free.gid, free.capability) == (NUMBERS_OF_NOBODY[-1], NUMBERS_OF_NOBODY[-1], 2)
    monkeypatch.setattr("greenlane.stack.account._is_free", lambda number: number == NUMBERS_OF_NOBODY[3])
    assert named.private().uid == NUMBERS_OF_NOBODY[3]
    monkeypatch.setattr("greenlane.stack.account._is_free", lambda number: False)
    assert named.private() == named


def test_a_hashed_password_is_what_the_server_makes_of_it(folder: StateFolder) -> None:
    """The server that was made with the verifier takes the password, and the verifier is none."""
    part, server = started(folder)
    try:
        kept = verifier_of("word")
        with part.superuser() as connection:
            connection.execute(f"CREATE ROLE hashed LOGIN PASSWORD '{kept}'".encode())
            row = connection.execute("SELECT rolpassword FROM pg_authid WHERE rolname = 'hashed'").fetchone()
            assert row == (kept,)
            connection.execute("GRANT CONNECT ON DATABASE greenlane TO hashed")
        place = part.url.replace("+psycopg", "").rpartition("@")[2]
        psycopg.connect(f"postgresql://hashed:word@{place}").close()
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(f"postgresql://{place}", user="hashed", password=kept)
    finally:
        server.ask_to_stop()
        assert server.finish()
        assert server.exit_code() in (0, -signal.SIGINT)
