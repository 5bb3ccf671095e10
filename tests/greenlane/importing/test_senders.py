"""Senders as processes: started again when they die, given up when they die again and again, and never left behind."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import psutil
import pytest

from eventlog.identity import ImportKey
from events.transport.backoff import Backoff
from greenlane.admission import KafkaAccess
from greenlane.importing import senders as room
from greenlane.importing.errors import SenderFailedError
from greenlane.importing.orders import NoteBook, Orders
from greenlane.importing.player import note_name
from greenlane.importing.senders import Sender, Senders
from greenlane.importing.submitter import NOTE, Diary
from greenlane.stack.child import Command
from sla.units import Budget, Unit


def orders(folder: Path, players: int = 1) -> Orders:
    return Orders(
        kafka=asdict(KafkaAccess("127.0.0.1:1", "PLAINTEXT", None, None, None)),
        topic_prefix="greenlane",
        log_digest="ab" * 32,
        limit={"amount": 3, "unit": "working_days"},
        index=str(folder / "log.sqlite"),
        folder=str(folder),
        in_flight_max=5,
        players=players,
        max_message_bytes=1_000_000,
        attempt=0,
        from_beginning=False,
    )


def running(folder: Path, code: str) -> Command:
    return Command(name="player", argv=(sys.executable, "-c", code), log=folder / "player.log", stop_seconds=5)


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_orders_come_back_as_they_were_given(tmp_path: Path) -> None:
    orders(tmp_path).write(tmp_path / "orders.json")
    read = Orders.read(tmp_path / "orders.json")
    assert read == orders(tmp_path)
    assert read.key == ImportKey("ab" * 32, Budget(amount=3, unit=Unit.WORKING_DAYS))


def test_sender_that_dies_again_and_again_is_given_up_with_its_last_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "FAILURES_MAX", 2)
    told: list[str] = []
    sender = Sender(running(tmp_path, "import sys; sys.exit('no such topic')"))
    for attempt in range(3):
        sender.start()
        until(lambda: sender.ended() is not None)
        code = sender.ended()
        assert code == 1
        if attempt < 2:
            failed_at = time.monotonic()
            sender.failed(code, told.append)
            assert sender.ended() is None
            assert sender.retry_at > failed_at
    with pytest.raises(SenderFailedError, match="no such topic"):
        sender.failed(1, told.append)
    assert len(told) == 2


def test_senders_are_started_again_and_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "RESTART", Backoff(first_seconds=0.01, most_seconds=0.1))
    told: list[str] = []
    senders = Senders(orders(tmp_path), told.append)
    for sender in senders._all:
        sender.command = running(tmp_path, "import time; time.sleep(600)")
    senders.start()
    assert not senders.tend()
    first = senders.submitter.child
    assert first is not None
    psutil.Process(first.pid).kill()
    until(lambda: not senders.tend() and senders.submitter.child not in {None, first})
    assert told == ["the player ended (SIGKILL); it is started again"]
    running_now = [psutil.Process(sender.child.pid) for sender in senders._all if sender.child is not None]
    assert len(running_now) == 2
    senders.stop()
    _, alive = psutil.wait_procs(running_now, timeout=60)
    assert alive == []


def test_account_adds_up_and_forgives_failures_that_are_past(tmp_path: Path) -> None:
    senders = Senders(orders(tmp_path, 2), lambda _: None)
    assert senders.counts().progress == (0, 0, 0, 0)
    senders.submitter.failures = 3
    assert senders.counts().progress == (0, 0, 0, 0)
    assert senders.submitter.failures == 3
    NoteBook(tmp_path / NOTE).note({"submitted": 7, "closed": 2, "failed": 1, "in_flight": 4}, now=True)
    for number in (1, 2):
        NoteBook(tmp_path / note_name(number)).note({"decided": 10, "refused": {"case_closed": 1}}, now=True)
    counts = senders.counts()
    assert (counts.progress, counts.in_flight, counts.refused) == ((7, 2, 1, 20), 4, {"case_closed": 2})
    assert senders.submitter.failures == 0


def test_diary_is_whole_after_a_kill(tmp_path: Path) -> None:
    diary = Diary(tmp_path / "submitter.sqlite")
    assert (diary.submitted(), diary.closed(), diary.failed(), diary.offsets()) == (0, [], [], {})
    diary.save(5, [(1, 0), (3, 1)], {("events", 0): 17})
    diary.save(6, [(1, 0), (2, 0)], {("events", 0): 19, ("events", 1): 4})
    # What a killed process leaves: no close, no checkpoint.
    again = Diary(tmp_path / "submitter.sqlite")
    assert again.submitted() == 6
    assert (sorted(again.closed()), again.failed()) == ([1, 2], [3])
    assert [again.is_closed(position) for position in (1, 3, 9)] == [True, False, False]
    assert again.offsets() == {("events", 0): 19, ("events", 1): 4}
    again.close()
    diary.close()
