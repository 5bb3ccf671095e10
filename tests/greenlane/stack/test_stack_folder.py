"""The state folder, the ports and the leftovers: every way in which a start is refused, or cleans up first."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from greenlane.errors import StackError
from greenlane.settings import Settings
from greenlane.stack import Supervisor, running_stack
from greenlane.stack.child import Child, Command, ProcessList
from greenlane.stack.errors import PortInUseError, StackAlreadyRunningError
from greenlane.stack.folder import StateFolder
from greenlane.stack.ports import Ports, is_free

PORTS = ("temporal_port", "temporal_ui_port", "postgres_port", "kafka_port", "kafka_controller_port", "metrics_port")
FREE = dict.fromkeys(PORTS, 0)
SLEEP = (sys.executable, "-c", "import time; time.sleep(600)")


@pytest.fixture
def folder(tmp_path: Path) -> StateFolder:
    made = StateFolder(tmp_path / "state")
    made.prepare(0)
    return made


def mounted(tmp_path: Path, options: str) -> Iterator[Path]:
    place = tmp_path / "disk"
    place.mkdir()
    mount = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)], capture_output=True, check=False
    )
    if mount.returncode != 0:
        pytest.skip("this machine does not let tests mount a file system")
    yield place
    subprocess.run(["umount", str(place)], check=True)


@pytest.fixture
def read_only_disk(tmp_path: Path) -> Iterator[Path]:
    yield from mounted(tmp_path, "ro,size=1m")


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Path]:
    for place in mounted(tmp_path, "size=64k"):
        with (place / "filler").open("wb", buffering=0) as filler, contextlib.suppress(OSError):
            while True:
                filler.write(b"0" * 4096)
        yield place


def refused(path: Path, min_free_disk_mb: int = 10) -> StackError:
    with pytest.raises(StackError) as caught:
        Supervisor(Settings(state_dir=path, min_free_disk_mb=min_free_disk_mb, **FREE)).start()
    assert caught.value.field == "GREENLANE_STATE_DIR"
    assert str(path) in caught.value.message
    assert caught.value.remedy
    return caught.value


def is_gone(process: psutil.Process) -> bool:
    """Ended, whether or not somebody has asked for its exit code."""
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_a_folder_on_a_read_only_disk(read_only_disk: Path) -> None:
    assert "read-only" in refused(read_only_disk / "state").message


def test_a_full_disk(full_disk: Path) -> None:
    assert refused(full_disk, min_free_disk_mb=0).code == "state_folder_full"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    yield from mounted(tmp_path, "size=20m")


def test_a_disk_that_fills_up_while_starting(small_disk: Path) -> None:
    """PostgreSQL and Temporal meet it first, each in its own words; nothing is left behind, running or half made."""
    before = set(psutil.Process().children())
    settings = Settings(state_dir=small_disk / "state", min_free_disk_mb=0, temporal_ui=False, **FREE)
    with pytest.raises(StackError) as caught:
        Supervisor(settings).start()
    assert caught.value.code == "state_folder_full"
    assert not (small_disk / "state" / "postgresql" / "data").exists()
    assert set(psutil.Process().children()) <= before, "servers of other tests may run, none of this start"


def test_a_disk_too_small_to_begin(tmp_path: Path) -> None:
    error = refused(tmp_path, min_free_disk_mb=10**9)
    assert error.code == "state_folder_full"
    assert "GREENLANE_MIN_FREE_DISK_MB" in error.remedy


def test_a_folder_below_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert refused(tmp_path / "file" / "state").code == "state_folder_unusable"
    assert refused(tmp_path / "file").code == "state_folder_unusable"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_of_somebody_else(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    assert "account" in refused(tmp_path / "state").message


def test_a_comma_that_kafka_would_misread(tmp_path: Path) -> None:
    assert "comma" in refused(tmp_path / "a,b").message


def test_two_supervisors_do_not_share_a_folder(folder: StateFolder) -> None:
    assert not folder.is_held()
    folder.hold()
    assert folder.is_held()
    with pytest.raises(StackAlreadyRunningError) as caught:
        Supervisor(Settings(state_dir=folder.path, **FREE)).start()
    assert str(folder.path) in caught.value.message
    folder.release()
    assert not folder.is_held()


def test_a_file_left_by_a_killed_supervisor_is_not_believed(folder: StateFolder) -> None:
    holder = psutil.Process()
    addresses = {"temporal_address": "t:1", "kafka_bootstrap": "k:1", "database_url": "postgresql+psycopg://h/d"}
    content = {
        "ready": True,
        "supervisor": {"pid": holder.pid, "started_at": holder.create_time()},
        "addresses": addresses,
    }
    settings = Settings(state_dir=folder.path)
    folder.write(folder.stack_file, content)
    assert running_stack(settings) is None, "nobody holds the folder"
    folder.hold()
    found = running_stack(settings)
    assert found is not None
    assert found.temporal_address == "t:1"
    content["supervisor"] = {"pid": holder.pid, "started_at": holder.create_time() - 60}
    folder.write(folder.stack_file, content)
    assert running_stack(settings) is None, "the process number has been given to another process"
    folder.release()


def test_files_of_the_folder_are_nobody_elses(folder: StateFolder) -> None:
    first = folder.secret("password")
    assert StateFolder(folder.path).secret("password") == first
    assert folder.secret("other") != first
    assert (folder.path / "secrets.json").stat().st_mode & 0o077 == 0


def test_a_fixed_port_in_use_is_named_with_its_setting_and_holder(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as occupied:
        port = occupied.getsockname()[1]
        with pytest.raises(PortInUseError) as caught:
            Supervisor(Settings(state_dir=tmp_path, **FREE | {"kafka_port": port})).start()
    assert caught.value.field == "GREENLANE_KAFKA_PORT"
    assert str(port) in caught.value.message
    assert f"process {os.getpid()}" in caught.value.message
    assert not StateFolder(tmp_path).is_held(), "a refused start lets go of the folder"


def test_two_parts_on_one_port_are_refused(folder: StateFolder) -> None:
    ports = Ports(folder)
    port = ports.of("kafka_port", 0)
    with pytest.raises(PortInUseError, match="another part of this stack"):
        ports.of("postgres_port", port)


def test_chosen_ports_are_kept_while_they_are_free(folder: StateFolder) -> None:
    chosen = [Ports(folder).of(name, 0) for name in ("kafka_port", "postgres_port")]
    again = Ports(StateFolder(folder.path))
    assert [again.of(name, 0) for name in ("kafka_port", "postgres_port")] == chosen
    with socket.create_server(("127.0.0.1", chosen[0])):
        assert not is_free(chosen[0])
        assert Ports(folder).of("kafka_port", 0) != chosen[0]


def test_leftovers_are_ended_and_nobody_else(folder: StateFolder) -> None:
    left = Child(Command(name="left", argv=SLEEP, log=folder.logs / "left.log", environment=dict(os.environ)))
    with subprocess.Popen(SLEEP) as stranger:
        ProcessList(folder).add(left)
        recorded = folder.read(folder.process_file)
        other = {"pid": stranger.pid, "started_at": psutil.Process(stranger.pid).create_time() - 100}
        folder.write(folder.process_file, {**recorded, "reused": {**recorded["left"], **other}})
        assert ProcessList(folder).end_leftovers() == ["left"]
        assert left.exit_code() is not None
        assert stranger.poll() is None
        stranger.kill()
    assert folder.read(folder.process_file) == {}


def test_what_a_killed_parent_started_dies_with_it(folder: StateFolder) -> None:
    """The kernel sees to it, without any file of ours."""
    script = f"""
import os, psutil, time
from pathlib import Path
from greenlane.stack.child import Child, Command
child = Child(Command("part", {SLEEP!r}, Path({str(folder.logs)!r}) / "part.log", dict(os.environ)))
while tuple(psutil.Process(child.pid).cmdline()) != {SLEEP!r}: time.sleep(0.01)
print(child.pid, flush=True)
time.sleep(600)
"""
    if sys.platform != "linux":
        pytest.skip("only Linux can; elsewhere the next start ends leftovers")
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))
        assert not is_gone(child)
        parent.kill()
        gone_by = time.monotonic() + 60
        while not is_gone(child):
            assert time.monotonic() < gone_by
            time.sleep(0.02)


@pytest.mark.parametrize("name", ["lock", "ports.json", "processes.json", "logs/temporal.log", "temporal", "kafka"])
def test_a_file_in_the_folder_that_cannot_be_used_is_named(folder: StateFolder, name: str) -> None:
    """As where another account ran here before: a code and a remedy, whichever file it is, and nothing is left running."""
    place = folder.path / name
    if name in {"temporal", "kafka"}:
        place.write_text("a file where a folder is needed")
    else:
        place.mkdir(parents=True)
    with pytest.raises(StackError) as caught:
        Supervisor(Settings(state_dir=folder.path, temporal_ui=False, **FREE)).start()
    assert (caught.value.code, caught.value.field) == ("state_folder_unusable", "GREENLANE_STATE_DIR")
    assert caught.value.remedy
    if name != "lock":
        assert not folder.is_held()
