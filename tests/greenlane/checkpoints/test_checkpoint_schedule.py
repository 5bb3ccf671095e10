"""Checkpoints are made beside publishing: whatever fails is told once, tried again ever later, and stops nothing else."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

import pytest
from prometheus_client import REGISTRY
from structlog.testing import CapturingLogger

from events.transport.backoff import Backoff
from greenlane.checkpoints import schedule as module
from greenlane.checkpoints.file import CheckpointFileError
from greenlane.checkpoints.schedule import CheckpointSchedule, Duty
from wording.text import layout


class Hands:
    """A clock that is set by hand, and work that fails when told to."""

    def __init__(self) -> None:
        self.now = 100.0
        self.done_at: list[float] = []
        self.error: Exception | None = None

    def work(self) -> None:
        self.done_at.append(self.now)
        if self.error is not None:
            raise self.error

    def duty(self, what: str = "signing") -> Duty:
        backoff = Backoff(first_seconds=1, most_seconds=8, jitter=0)
        return Duty(what, self.work, every_seconds=5, backoff=backoff, clock=lambda: self.now)

    def pass_seconds(self, seconds: int, look: Callable[[], None]) -> None:
        for _ in range(seconds):
            look()
            self.now += 1


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> CapturingLogger:
    """What is logged, whatever level another test left."""
    logger = CapturingLogger()
    monkeypatch.setattr(module, "log", logger)
    return logger


def failures(what: str) -> float:
    return REGISTRY.get_sample_value("greenlane_checkpoint_failures_total", {"what": what}) or 0.0


def test_a_duty_is_done_when_its_time_comes() -> None:
    hands = Hands()
    hands.pass_seconds(12, hands.duty().look)
    assert hands.done_at == [100, 105, 110]


def test_what_fails_is_told_once_and_tried_again_ever_later(lines: CapturingLogger) -> None:
    """And again at its own pace once it works, which is told too."""
    hands, before = Hands(), failures("signing")
    hands.error, duty = CheckpointFileError(layout("the disk is full")), hands.duty()
    hands.pass_seconds(24, duty.look)
    hands.error = None
    hands.pass_seconds(16, duty.look)
    assert hands.done_at == [100, 101, 103, 107, 115, 123, 131, 136]
    assert [call.args for call in lines.calls] == [("checkpoints wait",), ("checkpoints go on",)]
    assert lines.calls[0].kwargs["reason"] == "the disk is full"
    assert failures("signing") == before + 6


def test_another_trouble_is_told_too_and_nothing_of_what_is_not_ours(lines: CapturingLogger) -> None:
    """A library's exception may quote what it was given: of it its name is told."""
    hands = Hands()
    duty = hands.duty()
    hands.error = CheckpointFileError(layout("away"))
    hands.pass_seconds(1, duty.look)
    hands.error = ValueError("-----BEGIN PRIVATE KEY-----")
    hands.pass_seconds(8, duty.look)
    assert [call.kwargs["reason"] for call in lines.calls] == ["away", "ValueError"]


def test_the_file_in_trouble_does_not_keep_checkpoints_from_being_made() -> None:
    making, writing = Hands(), Hands()
    writing.error = OSError("no")
    made, written = threading.Event(), making.work

    def work() -> None:
        written()
        if len(making.done_at) == 3:
            made.set()

    schedule = CheckpointSchedule(
        [Duty("file", writing.work, every_seconds=0, backoff=Backoff(0, 0)), Duty("signing", work, every_seconds=0)],
        step_seconds=0,
    )
    thread = threading.Thread(target=schedule.run)
    thread.start()
    assert made.wait(30)
    schedule.stop()
    thread.join(30)
    assert not thread.is_alive()
    assert len(writing.done_at) >= 3


@pytest.mark.parametrize("duties", [0, 1])
async def test_it_ends_with_its_process(duties: int) -> None:
    """Cancelled it finishes what is in hand; where there is nothing to do it is over at once."""
    begun, finished = threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        release.wait(30)
        finished.set()

    release = threading.Event()
    task = asyncio.create_task(CheckpointSchedule([Duty("signing", work)] * duties, step_seconds=60).serve())
    if not duties:
        await task
        return
    await asyncio.to_thread(begun.wait, 30)
    task.cancel()
    await asyncio.sleep(0)
    release.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert finished.is_set()
