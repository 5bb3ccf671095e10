"""Reading a log into its index: once, whole or not at all, and by one process at a time."""

from __future__ import annotations

import json
import multiprocessing
from pathlib import Path

import pytest

from greenlane.importing import preparation
from greenlane.importing.display import Quiet
from greenlane.importing.errors import ImportRunningError, LogError
from greenlane.importing.index import DecisionRow, Index, TraceRow, writing
from greenlane.importing.preparation import prepared_log
from greenlane.settings import Settings
from sla.units import Budget, Unit
from wording.errors import GreenlaneError

VARIETY = Path(__file__).parent / "data" / "variety.xes"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(state_dir=tmp_path / "state")


class Counting(Quiet):
    """Counts how often a log is read to be mapped."""

    def __init__(self) -> None:
        self.blocks = 0

    def read_bytes(self, position: int) -> None:
        self.blocks += position > 0


def test_index_holds_every_trace_and_event(settings: Settings) -> None:
    with prepared_log(settings, VARIETY, None, Quiet()) as prepared:
        index, summary = prepared.index, prepared.summary
        traces = [trace for page in index.pages(size=3) for trace in page]
        assert [trace.application_id for trace in traces] == ["1-H-s-1", "2-H-s-1", "3-nothing-happened", "4", "5"]
        assert [trace.events for trace in traces] == [3, 2, 0, 1, 1]
        assert len({trace.case_id for trace in traces}) == 5
        assert [len(found) for _, found in sorted(index.decisions(1, 5).items())] == [3, 2, 1, 1]
        for trace in traces:
            for event, step in enumerate(json.loads(trace.submission)["route"], 1):
                row = index.decision(trace.case_id, step["id"])
                assert row is not None
                assert (row.position, row.event, row.department) == (trace.position, event, step["department"])
        assert index.decision(traces[0].case_id, "unknown.1") is None
        assert index.position_of("case-of-somebody-else") is None
        assert set(index.departments()) == {
            step["department"] for t in traces for step in json.loads(t.submission)["route"]
        }
        unusual = {
            "empty_traces": 1,
            "traces_without_name": 2,
            "repeated_trace_names": 1,
            "events_without_name": 1,
            "events_without_group": 3,
            "events_unassigned": 2,
            "timestamps_missing": 2,
            "timestamps_unreadable": 1,
            "timestamps_equal": 1,
            "timestamps_out_of_order": 1,
            "events_outside_traces": 1,
        }
        assert {name: getattr(summary, name) for name in unusual} == unusual


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
    assert Index.found(path, "x") is None
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


def test_log_without_traces_is_refused(settings: Settings, tmp_path: Path) -> None:
    log = tmp_path / "log.xes"
    log.write_text('<log><string key="a" value="1"/></log>')
    with pytest.raises(LogError, match="no trace") as caught, prepared_log(settings, log, None, Quiet()):
        pass
    assert caught.value.code == "log_empty"


def test_application_too_large_for_a_message_is_refused(tmp_path: Path) -> None:
    log = tmp_path / "log.xes"
    events = "".join(f'<event><string key="concept:name" value="{n:0>400}"/></event>' for n in range(20))
    log.write_text(f"<log>\n<trace>{events}</trace></log>")
    small = Settings(state_dir=tmp_path / "state", max_message_bytes=16_384)
    with (
        pytest.raises(LogError, match="GREENLANE_MAX_MESSAGE_BYTES") as caught,
        prepared_log(small, log, None, Quiet()),
    ):
        pass
    assert caught.value.code == "trace_too_long"


def test_too_many_departments_are_refused(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preparation, "DEPARTMENTS_MAX", 3)
    with pytest.raises(GreenlaneError, match="org:group") as caught, prepared_log(settings, VARIETY, None, Quiet()):
        pass
    assert caught.value.code == "too_many_departments"


def test_state_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    blocked = Settings(state_dir=tmp_path / "file" / "state")
    with pytest.raises(GreenlaneError) as caught, prepared_log(blocked, VARIETY, None, Quiet()):
        pass
    assert caught.value.code == "state_folder_unusable"
