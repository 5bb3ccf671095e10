"""A process, `up`, `prepare` and a command that cannot use a server say which, why and what helps, with a code."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import errors
from pydantic import SecretStr

from events.transport.errors import KafkaAwayError
from greenlane import processes
from greenlane.addresses import StackAddresses
from greenlane.errors import SettingsError, StackError
from greenlane.master_keys.file import text_of
from greenlane.prepare import prepare
from greenlane.probing.kafka import probe_kafka
from greenlane.probing.kafka_rights import Needs, needs_of_bridge, needs_of_publisher
from greenlane.settings import Settings
from greenlane.stack import Supervisor
from greenlane.stack.accounts import settings_of
from greenlane.stack.credentials import ACCOUNTS, OPERATOR, OWNER, Credentials
from greenlane.stack.errors import PortInUseError
from greenlane.stack.folder import StateFolder
from greenlane.stack.postgres import Postgres
from greenlane.wiring import Wiring
from store.database import Store
from store.errors import (
    MasterKeyMissing,
    MasterKeyUnknown,
    StoreError,
    StoreFull,
    StoreNewer,
    StoreNotMigrated,
    failure_of,
)
from tests.database_accounts import owner_url
from tests.upgrade.clear_vault import REVISION, fill
from wording.text import in_language

PROCESSES = ("worker", "bridge", "publisher")
Given = dict[str, object]


@pytest.fixture(scope="module")
def told(servers: StackAddresses, server_settings: Settings) -> Callable[[str], Settings]:
    """What each part of a stack on the run's servers is told; its tables and topics are there."""
    credentials = Credentials(StateFolder(server_settings.state_dir).secret(ACCOUNTS))
    with_key = server_settings.model_copy(update={"master_key": SecretStr(text_of([b"k" * 32]))})

    def of(part: str) -> Settings:
        return settings_of(part, with_key, servers, credentials)

    prepare(of(OWNER))
    return of


@pytest.fixture
def nowhere() -> Iterator[str]:
    """Where nobody listens: the port is ours, so nobody else can either."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{probe.getsockname()[1]}"


def run(name: str, settings: Settings) -> None:
    """A process in this one, until it fails."""
    asyncio.run(getattr(processes, name)(settings))


def wrong_password(settings: Settings) -> Given:
    """A database's URL that is right but for its password."""
    scheme, _, rest = str(settings.database_url).partition("://")
    account, _, place = rest.rpartition("@")
    return {"database_url": f"{scheme}://{account.partition(':')[0]}:hidden@{place}"}


@pytest.mark.parametrize("name", PROCESSES)
def test_a_database_that_refuses_the_account(told: Callable[[str], Settings], name: str) -> None:
    settings = told(name)
    with pytest.raises(StackError) as caught:
        run(name, settings.model_copy(update=wrong_password(settings)))
    assert (caught.value.code, caught.value.field) == ("account_refused", "GREENLANE_DATABASE_PASSWORD")
    assert "hidden" not in str(caught.value)


@pytest.mark.parametrize("name", PROCESSES)
def test_a_database_that_is_away_or_another(told: Callable[[str], Settings], name: str, nowhere: str) -> None:
    settings = told(name)
    away = f"postgresql+psycopg://account:hidden@{nowhere}/greenlane"
    other = f"{str(settings.database_url).rpartition('/')[0]}/no_such_database"
    for url, code in ((away, "server_away"), (other, "database_unknown")):
        with pytest.raises(StackError) as caught:
            run(name, settings.model_copy(update={"database_url": url}))
        assert (caught.value.code, caught.value.field) == (code, "GREENLANE_DATABASE_URL")
        assert "tried again" not in str(caught.value)


@pytest.mark.parametrize("name", PROCESSES)
def test_a_database_that_nobody_prepared(
    told: Callable[[str], Settings], servers: StackAddresses, server_settings: Settings, name: str
) -> None:
    with psycopg.connect(owner_url(server_settings.state_dir, servers), autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS unprepared")
        connection.execute("CREATE DATABASE unprepared")
    settings = told(name)
    url = f"{str(settings.database_url).rpartition('/')[0]}/unprepared"
    with pytest.raises(StoreNotMigrated) as caught:
        run(name, settings.model_copy(update={"database_url": url}))
    assert "greenlane prepare" in caught.value.remedy


@pytest.mark.parametrize("name", [*PROCESSES, "prepare"])
def test_a_database_that_a_newer_program_prepared(
    told: Callable[[str], Settings], servers: StackAddresses, server_settings: Settings, name: str
) -> None:
    """`prepare` is no remedy: it ended with a traceback, and must not touch the tables."""
    with psycopg.connect(owner_url(server_settings.state_dir, servers), autocommit=True) as connection:
        (version,) = connection.execute("SELECT version_num FROM alembic_version").fetchone() or ("",)
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        try:
            with pytest.raises(StoreNewer) as caught:
                prepare(told(OWNER)) if name == "prepare" else run(name, told(name))
        finally:
            connection.execute("UPDATE alembic_version SET version_num = %s", (version,))
    assert caught.value.code == "store_newer"
    assert "prepare" not in caught.value.remedy


@pytest.mark.parametrize(
    ("key", "code"),
    [(None, "master_key_missing"), (b"another key, of thirty-two bytes", "master_key_unknown")],
)
def test_a_bridge_without_the_master_key_takes_nothing(
    told: Callable[[str], Settings], key: bytes | None, code: str
) -> None:
    """It would have to refuse each person who comes, or keep him where nobody finds him again."""
    wrong = {"master_key": None if key is None else SecretStr(text_of([key]))}
    with pytest.raises(StoreError) as caught:
        run("bridge", told("bridge").model_copy(update=wrong))
    assert caught.value.code == code
    assert caught.value.field == "GREENLANE_MASTER_KEY"
    with pytest.raises(SettingsError, match="GREENLANE_MASTER_KEY"):
        run("bridge", told("bridge").model_copy(update={"master_key": SecretStr("no key")}))


def test_preparing_with_another_master_key_changes_nothing(told: Callable[[str], Settings]) -> None:
    """The installation's own keys are the first's, which still opens them."""
    with pytest.raises(MasterKeyUnknown):
        prepare(told(OWNER).model_copy(update={"master_key": SecretStr(text_of([b"x" * 32]))}))
    prepare(told(OWNER))


def test_an_older_vault_is_sealed_or_nothing_is_touched(
    told: Callable[[str], Settings], servers: StackAddresses, server_settings: Settings
) -> None:
    """Without the master key not even the tables are made; with it, whoever prepares is told what he must do himself."""
    with psycopg.connect(owner_url(server_settings.state_dir, servers), autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS in_clear")
        connection.execute("CREATE DATABASE in_clear")
    url = f"{str(told(OWNER).database_url).rpartition('/')[0]}/in_clear"
    fill(url)
    owner = told(OWNER).model_copy(update={"database_url": url})
    with pytest.raises(MasterKeyMissing):
        prepare(owner.model_copy(update={"master_key": None}))
    store = Store(url)
    assert store.schema_revision() == REVISION
    said = prepare(owner)
    assert said is not None
    assert "4 persons" in in_language(said, "en")
    for language in ("en", "vi"):
        assert "WAL" in in_language(said, language)
    assert prepare(owner) is None, "once"
    store.verify_schema()
    store.close()


@pytest.mark.parametrize("name", ["worker", "bridge"])
def test_a_temporal_that_is_away_or_has_no_such_namespace(
    told: Callable[[str], Settings], name: str, nowhere: str
) -> None:
    for given, code, field in (
        ({"temporal_address": nowhere}, "server_away", "GREENLANE_TEMPORAL_ADDRESS"),
        ({"temporal_namespace": "no-such"}, "namespace_unknown", "GREENLANE_TEMPORAL_NAMESPACE"),
        ({"temporal_tls": True}, "tls_not_offered", "GREENLANE_TEMPORAL_TLS"),
    ):
        with pytest.raises(StackError) as caught:
            run(name, told(name).model_copy(update=given))
        assert (caught.value.code, caught.value.field) == (code, field)


@pytest.mark.parametrize("name", ["bridge", "publisher"])
def test_a_kafka_that_is_away_or_refuses(
    told: Callable[[str], Settings], name: str, nowhere: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "greenlane.probing.kafka.probe_kafka.__defaults__", (0.0, Needs())
    )  # what a process may wait, a test need not
    settings = told(name)
    for change, code, field in (
        ({"kafka_bootstrap": nowhere}, "server_away", "GREENLANE_KAFKA_BOOTSTRAP"),
        (settings.with_kafka_account(".bridge", "hidden").model_dump(), "account_refused", "GREENLANE_KAFKA_PASSWORD"),
        ({"kafka_security_protocol": "PLAINTEXT"}, "account_required", "GREENLANE_KAFKA_SECURITY_PROTOCOL"),
        ({"kafka_security_protocol": "SASL_SSL"}, "tls_not_offered", "GREENLANE_KAFKA_SECURITY_PROTOCOL"),
        ({"kafka_sasl_mechanism": "SCRAM-SHA-512"}, "mechanism_refused", "GREENLANE_KAFKA_SASL_MECHANISM"),
    ):
        with pytest.raises(StackError) as caught:
            run(name, settings.model_copy(update=change))
        assert (caught.value.code, caught.value.field) == (code, field)
        assert "hidden" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "wrong", "verb"),
    [("bridge", "publisher", "read"), ("bridge", OPERATOR, "read"), ("publisher", "bridge", "write")],
)
def test_an_account_without_the_rights_of_its_process(
    told: Callable[[str], Settings], name: str, wrong: str, verb: str
) -> None:
    """A consumer that may not read gets nothing for ever; so the process says it and leaves."""
    other = told(wrong)
    account = {"kafka_username": other.kafka_username, "kafka_password": other.kafka_password}
    with pytest.raises(StackError) as caught:
        run(name, told(name).model_copy(update=account))
    assert (caught.value.code, caught.value.field) == ("not_permitted", "GREENLANE_KAFKA_USERNAME")
    assert verb in caught.value.message
    assert in_language(caught.value.message, "vi") != str(caught.value.message)


def test_an_account_with_the_rights_of_its_process(told: Callable[[str], Settings]) -> None:
    for name, needs in (("bridge", needs_of_bridge), ("publisher", needs_of_publisher)):
        wiring = Wiring(told(name))
        try:
            probe_kafka(wiring.cluster, 0, needs(wiring.topics, wiring.catalog.departments, wiring.catalog.systems))
        finally:
            wiring.close()


def test_up_asks_every_outside_server_first(told: Callable[[str], Settings], tmp_path: Path, nowhere: str) -> None:
    settings = told(OPERATOR).model_copy(update={"state_dir": tmp_path / "state"})
    for change, code in (
        ({"temporal_address": nowhere}, "server_away"),
        ({"temporal_namespace": "no-such"}, "namespace_unknown"),
        ({"kafka_bootstrap": nowhere}, "server_away"),
        (settings.with_kafka_account(".operator", "hidden").model_dump(), "account_refused"),
        (wrong_password(settings), "account_refused"),
        ({"database_owner_url": wrong_password(settings)["database_url"]}, "account_refused"),
    ):
        with pytest.raises(StackError) as caught:
            Supervisor(settings.model_copy(update=change)).start()
        assert caught.value.code == code
        assert "\n" not in caught.value.message


def test_a_disk_that_is_full_is_named_whoever_met_it(
    told: Callable[[str], Settings], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Kafka goes away then, PostgreSQL refuses, and neither says to us what it met."""
    settings = told(OPERATOR).model_copy(update={"state_dir": tmp_path / "state"})
    for met, code in (
        (KafkaAwayError(bootstrap="k:1", reason="KafkaConnection"), "state_folder_full"),
        (StoreFull(reason="could not extend file"), "state_folder_full"),
        (RuntimeError("anything"), "state_folder_full"),
        (PortInUseError("A port is taken."), "port_in_use"),
    ):

        def prepared(_: Settings, met: Exception = met) -> None:
            raise met

        with pytest.raises(type(met)):
            Supervisor(settings, prepare=prepared).start()
        with monkeypatch.context() as patch:
            patch.setattr("greenlane.stack.supervisor.has_room", lambda _: False)
            with pytest.raises(StackError) as caught:
                Supervisor(settings, prepare=prepared).start()
        assert caught.value.code == code


@pytest.mark.parametrize(
    ("met", "code"), [(errors.DiskFull, "state_folder_full"), (errors.SyntaxError, "start_failed")]
)
def test_accounts_that_postgresql_cannot_make(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, met: type[psycopg.Error], code: str
) -> None:
    def failing(_: Postgres) -> None:
        raise met("could not extend file")

    monkeypatch.setattr(Postgres, "_make_accounts", failing)
    with pytest.raises(StackError) as caught:
        Postgres(Settings(state_dir=tmp_path), StateFolder(tmp_path), 1).settle()
    assert caught.value.code == code
    assert caught.value.remedy


def test_a_full_disk_of_postgresql_has_a_code_of_its_own() -> None:
    failure = failure_of(errors.DiskFull("could not extend file"))
    assert failure is not None
    assert (failure.code, failure.retryable) == ("store_full", True)
    assert "disk" in failure.remedy


def test_prepare_changes_nothing_where_it_cannot_do_all(told: Callable[[str], Settings]) -> None:
    settings = told(OWNER)
    with pytest.raises(StackError) as caught:
        prepare(settings.model_copy(update=wrong_password(settings)))
    assert caught.value.code == "account_refused"


@pytest.fixture(scope="module")
def programs(told: Callable[[str], Settings]) -> Iterator[dict[str, subprocess.Popen[str]]]:
    """Each process as a program, with a wrong password: all at the same time, as each takes a while to load."""
    started = {}
    for name in (*PROCESSES, "prepare"):
        settings = told(OWNER if name == "prepare" else name)
        settings = settings.model_copy(update=wrong_password(settings) | {"language": "en", "metrics_port": 0})
        environment = {**os.environ, **settings.environment(), "GREENLANE_LANGUAGE": "en"}
        command = [sys.executable, "-m", "greenlane", name]
        started[name] = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
    yield started
    for process in started.values():
        with process:
            process.kill()


@pytest.mark.parametrize("name", [*PROCESSES, "prepare"])
def test_the_program_says_it_in_words_without_a_traceback(
    programs: dict[str, subprocess.Popen[str]], name: str
) -> None:
    _, said = programs[name].communicate()
    assert programs[name].returncode == 2, said
    assert "Traceback" not in said
    assert "GREENLANE_DATABASE_PASSWORD" in said
    assert "hidden" not in said
