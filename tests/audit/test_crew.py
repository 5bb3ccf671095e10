"""Work spread over processes is done once each, fails as it would here, and leaves nobody behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial

import psutil
import pytest

from audit.crew import ProcessLost, TaskFailed, spread
from store.errors import StoreError, StoreFull

WAIT_SECONDS = 60


def square(number: int) -> int:
    return number * number


def a_squarer() -> Callable[[int], int]:
    return square


def refused(number: int) -> int:
    if number == 3:
        raise StoreFull(reason="no space left")
    if number == 5:
        raise ZeroDivisionError
    if number == 7:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def a_refuser() -> Callable[[int], int]:
    return refused


def named(_: int) -> int:
    return os.getpid()


def a_namer() -> Callable[[int], int]:
    return named


def of_ours() -> list[psutil.Process]:
    """The processes that were spread over; the tracker of shared memory stays as long as we do."""
    return [child for child in psutil.Process().children() if "spawn_main" in " ".join(child.cmdline())]


def test_each_task_is_done_once() -> None:
    """All results come, and nobody is left when they have."""
    assert sorted(spread(a_squarer, range(20), 3)) == [number * number for number in range(20)]
    assert of_ours() == []
    assert list(spread(a_squarer, range(0), 3)) == []


@pytest.mark.parametrize(
    ("task", "error", "said"), [(3, StoreFull, "disk"), (5, TaskFailed, "ZeroDivisionError"), (7, ProcessLost, "-9")]
)
def test_a_failure_there_is_one_here(task: int, error: type[Exception], said: str) -> None:
    """A store's error keeps its type, code, remedy and language; a defect its traceback; a killed process is missed."""
    with pytest.raises(error, match=said) as raised:
        list(spread(a_refuser, [1, 2, task, 4], 2))
    if isinstance(raised.value, StoreError):
        here = StoreFull(reason="no space left")
        assert vars(raised.value) == vars(here)
        assert raised.value.remedy.said_in("vi") == here.remedy.said_in("vi") != str(here.remedy)  # type: ignore[attr-defined]
    assert of_ours() == []


def test_whoever_stops_listening_ends_all() -> None:
    """Interrupted in the middle, no process goes on."""
    results = spread(a_namer, range(1_000_000), 2)
    pids = {next(results) for _ in range(50)}
    results.close()
    assert pids
    assert not any(psutil.pid_exists(pid) for pid in pids)


PARENT = """
from tests.audit.test_crew import a_namer
from audit.crew import spread
for number, pid in enumerate(spread(a_namer, iter(int, 1), 2)):
    if number < 50:
        print(pid, flush=True)
"""


def test_none_outlives_its_parent() -> None:
    """Killed in the middle, the parent leaves no process behind."""
    with subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pids = {int(parent.stdout.readline()) for _ in range(50)}
        parent.kill()
    deadline = time.monotonic() + WAIT_SECONDS
    while any(map(psutil.pid_exists, pids)):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_secrets_stand_on_no_command_line() -> None:
    """What the others need to know goes through a pipe."""
    results = spread(partial(a_hider, "hunter2"), range(1_000), 2)
    next(results)
    assert [child for child in of_ours() if "hunter2" in " ".join(child.cmdline())] == [] != of_ours()
    results.close()


def a_hider(_secret: str) -> Callable[[int], int]:
    return square
