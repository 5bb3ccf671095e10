"""A pass over a log: every trace and event in the index, what is unusual counted, what no stack can carry refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eventlog import reading
from eventlog.errors import LogError, TooManyDepartmentsError
from tests.eventlog.logs import a_read_log


def test_index_holds_every_trace_and_event(tmp_path: Path) -> None:
    with a_read_log(tmp_path) as log:
        index = log.index
        traces = [trace for page in index.pages(size=3) for trace in page]
        assert [trace.application_id for trace in traces] == ["1-H-s-1", "2-H-s-1", "3-nothing-happened", "4", "5"]
        assert [trace.events for trace in traces] == [3, 2, 0, 1, 1]
        assert len({trace.case_id for trace in traces}) == 5
        assert [len(steps) for _, steps in sorted(index.decisions(1, 5).items())] == [3, 2, 1, 1]
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


def test_what_is_unusual_is_counted(tmp_path: Path) -> None:
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
    with a_read_log(tmp_path) as log:
        assert {name: getattr(log.index.summary, name) for name in unusual} == unusual


def test_log_without_traces_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "log.xes"
    file.write_text('<log><string key="a" value="1"/></log>')
    with pytest.raises(LogError, match="no trace") as caught, a_read_log(tmp_path, file):
        pass
    assert caught.value.code == "log_empty"
    assert not list(tmp_path.glob("log.sqlite*")), "nothing is left that a later reading would believe"


def test_application_too_large_for_a_message_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "log.xes"
    events = "".join(f'<event><string key="concept:name" value="{n:0>400}"/></event>' for n in range(20))
    file.write_text(f"<log>\n<trace>{events}</trace></log>")
    with (
        pytest.raises(LogError, match="GREENLANE_MAX_MESSAGE_BYTES") as caught,
        a_read_log(tmp_path, file, message_max_bytes=16_384),
    ):
        pass
    assert caught.value.code == "trace_too_long"


def test_too_many_departments_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "DEPARTMENTS_MAX", 3)
    with pytest.raises(TooManyDepartmentsError, match="org:group") as caught, a_read_log(tmp_path):
        pass
    assert caught.value.code == "too_many_departments"
