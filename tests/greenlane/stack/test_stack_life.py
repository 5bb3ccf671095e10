"""A whole stack in a process of its own, beside the shared one: killed part by part, killed itself, started again."""

from __future__ import annotations

import asyncio
import json
import os
import pwd
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import psutil
import psycopg
import pytest
from kafka import KafkaConsumer, KafkaProducer
from kafka.admin import KafkaAdminClient, NewTopic
from temporalio.client import Client

from greenlane.addresses import StackAddresses
from greenlane.admission import as_owner
from greenlane.connecting import cluster_of
from greenlane.errors import ServerUnusableError, StackError
from greenlane.settings import Settings
from greenlane.stack import Supervisor, ensure_stack, running_stack
from greenlane.stack.account import NUMBERS_OF_NOBODY
from greenlane.stack.child import LAUNCHER
from greenlane.stack.errors import OtherStackError, PortInUseError, StackAlreadyRunningError
from greenlane.stack.folder import StateFolder
from tests.database_accounts import owner_url

ENTRY = (sys.executable, str(Path(__file__).with_name("entry_stack.py")), "up")
OWNED = (*ENTRY, "--owned")
PATIENCE_SECONDS = 120
T = TypeVar("T")


def free_ports(state_dir: Path, **more: str) -> Settings:
    free = dict.fromkeys(("temporal_port", "temporal_ui_port", "postgres_port", "kafka_port"), 0)
    return Settings.load(state_dir=state_dir, **free, kafka_controller_port=0, metrics_port=0, **more)


def eventually(look: Callable[[], T | None], what: str) -> T:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(0.05)
    raise AssertionError(f"not within {PATIENCE_SECONDS} s: {what}")


@contextmanager
def stack(settings: Settings) -> Iterator[subprocess.Popen[bytes]]:
    """`up` as a process; what it says goes to a file, as into a pipe of a service manager."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GREENLANE_")}
    said = settings.state_dir.parent / "said"
    with said.open("ab") as stderr:
        process = subprocess.Popen(ENTRY, env={**environment, **settings.environment()}, stderr=stderr)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
        process.wait(PATIENCE_SECONDS)


def said(settings: Settings) -> str:
    return (settings.state_dir.parent / "said").read_text(encoding="utf-8")


def parts(settings: Settings) -> dict[str, psutil.Process]:
    """The running parts by name, from the supervisor's own record."""
    folder = StateFolder(settings.state_dir)
    found = {}
    for name, entry in folder.read(folder.process_file).items():
        if psutil.pid_exists(entry["pid"]):
            found[name] = psutil.Process(entry["pid"])
    return found


def is_gone(process: psutil.Process) -> bool:
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:  # between the two questions
        return True


def write_row(settings: Settings, addresses: StackAddresses) -> None:
    with psycopg.connect(owner_url(settings.state_dir, addresses)) as connection:
        connection.execute("create table kept (word text)")
        connection.execute("insert into kept values ('row')")


def read_row(settings: Settings, addresses: StackAddresses) -> str:
    with psycopg.connect(owner_url(settings.state_dir, addresses)) as connection:
        row = connection.execute("select word from kept").fetchone()
    assert row is not None
    return str(row[0])


def owner_of(settings: Settings, addresses: StackAddresses) -> dict[str, Any]:
    """How the owner of this stack's Kafka connects; nobody else has rights where nothing was prepared."""
    return cluster_of(as_owner(settings.resolved(addresses))).client_options("test")


def write_record(settings: Settings, addresses: StackAddresses) -> None:
    options = owner_of(settings, addresses)
    admin = KafkaAdminClient(**options)
    admin.create_topics([NewTopic(name="kept", num_partitions=1, replication_factor=1)])
    admin.close()
    producer = KafkaProducer(**options)
    producer.send("kept", value=b"record").get(timeout=PATIENCE_SECONDS)
    producer.close()


def read_record(settings: Settings, addresses: StackAddresses) -> bytes:
    consumer = KafkaConsumer(
        "kept",
        **owner_of(settings, addresses),
        auto_offset_reset="earliest",
        consumer_timeout_ms=PATIENCE_SECONDS * 1000,
    )
    record = next(consumer)
    consumer.close()
    return bytes(record.value)


async def start_workflow(addresses: StackAddresses) -> None:
    client = await Client.connect(addresses.temporal_address)
    await client.start_workflow("Anything", id="kept", task_queue="nobody")


async def workflow_status(addresses: StackAddresses) -> str:
    client = await Client.connect(addresses.temporal_address)
    status = (await client.get_workflow_handle("kept").describe()).status
    return status.name if status else ""


@pytest.mark.more
def test_killed_parts_come_back_and_a_killed_stack_leaves_no_orphan(servers: StackAddresses, tmp_path: Path) -> None:
    settings = free_ports(tmp_path / "hồ sơ 1")
    with stack(settings) as up:
        first = eventually(lambda: running_stack(settings), "the first start")
        assert first.temporal_address != servers.temporal_address, "two stacks run side by side"
        write_row(settings, first)
        write_record(settings, first)
        asyncio.run(start_workflow(first))
        before = parts(settings)
        assert set(before) == {"temporal", "postgresql", "kafka", "metered"}
        for process in before.values():
            process.kill()
        eventually(lambda: said(settings).count(" hoạt động lại sau ") == 4, "all four killed parts are back")
        for name in before:
            assert f"{name} đã dừng (sigkill); khởi động lại sau 0.5 giây" in said(settings).lower()
        assert (read_row(settings, first), read_record(settings, first)) == ("row", b"record")
        with urllib.request.urlopen(first.metrics["metered"], timeout=PATIENCE_SECONDS) as answer:
            assert answer.status == 200
        family = [
            child for process in parts(settings).values() for child in (process, *process.children(recursive=True))
        ]
        up.send_signal(signal.SIGKILL)
        eventually(lambda: all(is_gone(process) for process in family), "nothing outlives a killed supervisor")
        assert running_stack(settings) is None
    with stack(settings) as up:
        again = eventually(lambda: running_stack(settings), "the second start")
        assert again == first, "the same ports as before"
        assert (read_row(settings, again), read_record(settings, again)) == ("row", b"record")
        assert asyncio.run(workflow_status(again)) == "RUNNING"
        family = list(parts(settings).values())
        up.send_signal(signal.SIGINT)
        assert up.wait(PATIENCE_SECONDS) == 0
        assert all(is_gone(process) for process in family)
    assert "đã dừng" in said(settings).splitlines()[-1]
    assert "bị ngắt" not in said(settings), "every part stopped in its own time"


def outside(settings: Settings, servers: StackAddresses) -> Settings:
    return settings.resolved(servers)


def test_outside_servers_are_used_and_an_owned_stack_ends_with_its_last_user(
    servers: StackAddresses, tmp_path: Path
) -> None:
    settings = outside(free_ports(tmp_path / "state"), servers)
    with ensure_stack(settings, OWNED) as first:
        assert (first.temporal_address, first.kafka_bootstrap) == (servers.temporal_address, servers.kafka_bootstrap)
        assert first.database_url == servers.database_url
        assert set(parts(settings)) == {"metered"}, "nothing is started that is named outside"
        other_database = settings.model_copy(update={"database_url": "postgresql+psycopg://h:1/other"})
        with pytest.raises(OtherStackError) as caught, ensure_stack(other_database, OWNED):
            pass
        assert caught.value.field == "GREENLANE_DATABASE_URL"
        user = ensure_stack(settings, ("false",))
        assert user.__enter__() == first, "the running one is used"
    assert running_stack(settings) == first, "it stays while somebody uses it"
    metered = parts(settings)["metered"]
    user.__exit__(None, None, None)
    eventually(lambda: is_gone(metered), "the last user has gone")
    eventually(lambda: not StateFolder(settings.state_dir).is_held(), "the folder is free again")


def test_an_owned_stack_ends_when_its_owner_is_killed(servers: StackAddresses, tmp_path: Path) -> None:
    settings = outside(free_ports(tmp_path / "state"), servers)
    script = (
        "import time; from greenlane.settings import Settings; from greenlane.stack import ensure_stack\n"
        f"with ensure_stack(Settings(), {OWNED!r}): time.sleep(600)"
    )
    environment = {**os.environ, **settings.environment()}
    with subprocess.Popen([sys.executable, "-c", script], env=environment, stderr=subprocess.DEVNULL) as owner:
        eventually(lambda: running_stack(settings), "the owned stack")
        metered = parts(settings)["metered"]
        owner.kill()
    eventually(lambda: is_gone(metered), "its stack has ended")
    eventually(lambda: not StateFolder(settings.state_dir).is_held(), "the folder is free again")


def refused(settings: Settings, kind: type[StackError]) -> StackError:
    """What a command hears when the stack that it wants cannot start: the same error, out of the other process."""
    with pytest.raises(kind) as caught, ensure_stack(settings, OWNED):
        pass
    assert caught.value.remedy
    assert not StateFolder(settings.state_dir).is_held()
    return caught.value


def test_an_outside_server_that_cannot_be_used_is_named(servers: StackAddresses, tmp_path: Path) -> None:
    good = outside(free_ports(tmp_path / "state"), servers)
    wrong_password = servers.database_url.replace("greenlane_operator:", "greenlane_operator:x")
    for name, value, code, field in (
        ("temporal_address", "127.0.0.1:9", "server_away", "TEMPORAL_ADDRESS"),
        ("kafka_bootstrap", "127.0.0.1:9", "server_away", "KAFKA_BOOTSTRAP"),
        ("database_url", "postgresql+psycopg://u:p@127.0.0.1:9/d", "server_away", "DATABASE_URL"),
        ("database_url", wrong_password, "account_refused", "DATABASE_PASSWORD"),
        ("temporal_namespace", "no-such-namespace", "namespace_unknown", "TEMPORAL_NAMESPACE"),
    ):
        with pytest.raises(ServerUnusableError) as caught:
            Supervisor(good.model_copy(update={name: value})).start()
        assert (caught.value.code, caught.value.field) == (code, f"GREENLANE_{field}")
        assert caught.value.remedy
        assert "\n" not in caught.value.message


def test_a_port_in_use_reaches_the_command(servers: StackAddresses, tmp_path: Path) -> None:
    taken = int(servers.kafka_bootstrap.rpartition(":")[2])
    settings = free_ports(tmp_path / "state").model_copy(update={"postgres_port": taken})
    assert refused(settings, PortInUseError).field == "GREENLANE_POSTGRES_PORT"


def test_a_part_that_cannot_run_ends_the_start_with_its_last_words(servers: StackAddresses, tmp_path: Path) -> None:
    settings = outside(free_ports(tmp_path / "state"), servers)
    settings = settings.model_copy(update={"metrics_host": "203.0.113.1"})
    error = refused(settings, StackError)
    assert (error.code, error.field) == ("start_failed", "metered")
    assert "assign requested address" in error.message


def test_a_second_up_is_refused_with_the_holder(servers: StackAddresses, tmp_path: Path) -> None:
    settings = outside(free_ports(tmp_path / "state"), servers)
    with ensure_stack(settings, OWNED):
        done = subprocess.run(
            ENTRY, env={**os.environ, **settings.environment()}, capture_output=True, text=True, check=False
        )
    assert done.returncode == 2
    assert StackAlreadyRunningError.code in done.stdout
    assert str(settings.state_dir) in done.stdout


@pytest.mark.skipif(os.geteuid() != 0, reason="as an ordinary user every test shows it")
def test_an_ordinary_user_runs_it_and_root_can_take_over(servers: StackAddresses, tmp_path: Path) -> None:
    nobody = pwd.getpwnam("nobody")
    os.chown(tmp_path, nobody.pw_uid, nobody.pw_gid)
    settings = outside(free_ports(tmp_path / "state"), servers).model_copy(update={"database_url": None})
    # The capability only lets this account reach an interpreter below /root, where such a machine may have it.
    spec = {"parent": os.getpid(), "signal": 15, "uid": nobody.pw_uid, "gid": nobody.pw_gid, "capability": 2}
    command = (sys.executable, "-I", "-S", str(LAUNCHER), json.dumps(spec), "--", *ENTRY)
    environment = {**os.environ, **settings.environment(), "HOME": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"}
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as up:
        first = eventually(lambda: running_stack(settings), "the stack of an ordinary user")
        assert {process.username() for process in parts(settings).values()} == {"nobody"}
        write_row(settings, first)
        up.terminate()
    assert up.returncode == 0
    supervisor = Supervisor(settings)
    try:
        again = supervisor.start()
        assert parts(settings)["postgresql"].uids().real in NUMBERS_OF_NOBODY
        assert read_row(settings, again) == "row"
    finally:
        supervisor.stop()
