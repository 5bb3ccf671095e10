"""A log held for an import: read once, whole or not at all, and by one process at a time."""

from __future__ import annotations

import json
import multiprocessing
from pathlib import Path

import pytest

from eventlog.index import DecisionRow, Index, TraceRow, writing
from greenlane.importing.errors import ImportRunningError
from greenlane.importing.preparation import prepared_log
from greenlane.settings import Settings
from sla.units import Budget, Unit
from tests.eventlog.logs import VARIETY
from tests.greenlane.importing.quiet import Quiet
from wording.errors import GreenlaneError


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(state_dir=tmp_path / "state")


class Counting(Quiet):
    """Counts how often a log is read to be mapped."""

    def __init__(self) -> None:
        self.blocks = 0

    def read_bytes(self, position: int) -> None:
        self.blocks += position > 0


def test_log_is_mapped_once_for_each_limit(settings: Settings) -> None:
    limit = Budget(amount=2, unit=Unit.WORKING_DAYS)
    display = Counting()
    for _ in range(2):
        with prepared_log(settings, VARIETY, None, display) as prepared:
            plain = prepared.index.trace(1)
    assert display.blocks == 1
    with prepared_log(settings, VARIETY, limit, display) as prepared:
        limited = prepared.index.trace(1)
    assert display.blocks == 2
    assert plain is not None
    assert limited is not None
    assert plain.case_id != limited.case_id
    assert json.loads(limited.submission)["step_limit"] == {"amount": 2, "unit": "working_days"}
    assert "step_limit" not in json.loads(plain.submission)


def test_index_of_a_killed_reading_is_not_believed(settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite"
    with pytest.raises(KeyboardInterrupt), writing(path) as writer:  # noqa: PT012
        writer.add(TraceRow(1, "case-1", "1", 1, "{}"), [DecisionRow(1, "a.1", 1, "d", "{}")])
        raise KeyboardInterrupt
    assert list(tmp_path.glob("log*")) == []
    path.write_bytes(b"torn")
    assert Index.of(path, "x") is None
    with prepared_log(settings, VARIETY, None, Quiet()) as prepared:
        place = prepared.index.path
    place.write_bytes(place.read_bytes()[:5000])
    with prepared_log(settings, VARIETY, None, Quiet()) as prepared:
        assert prepared.summary.events == 7


def _hold(settings: Settings, held: multiprocessing.synchronize.Event, free: multiprocessing.synchronize.Event) -> None:
    with prepared_log(settings, VARIETY, None, Quiet()):
        held.set()
        free.wait(60)


def test_two_processes_do_not_import_the_same_log(settings: Settings) -> None:
    context = multiprocessing.get_context("spawn")
    held, free = context.Event(), context.Event()
    other = context.Process(target=_hold, args=(settings, held, free))
    other.start()
    try:
        assert held.wait(60)
        with pytest.raises(ImportRunningError), prepared_log(settings, VARIETY, None, Quiet()):
            pass
    finally:
        free.set()
        other.join(60)
    with prepared_log(settings, VARIETY, None, Quiet()) as prepared:
        assert prepared.summary.traces == 5


def test_state_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    blocked = Settings(state_dir=tmp_path / "file" / "state")
    with pytest.raises(GreenlaneError) as caught, prepared_log(blocked, VARIETY, None, Quiet()):
        pass
    assert caught.value.code == "state_folder_unusable"
