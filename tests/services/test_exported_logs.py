"""The ledger of a database as event logs: whole streams in the order of their opening, of one instant, and of whom one asks."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from catalog.model import Definitions
from events.language.refusals import Refusal
from services.actors import claimed
from services.installation import Installation
from services.log_export import ExportedLog, Format, LogExport, Speech, export_log, find_streams
from services.recording_reads import Reader
from store.database import Store
from store.inbox import Inbox
from store.ledger import Ledger
from store.recorder import Recorder
from tests.builders import MONDAY, an_answer, the_definitions
from tests.store.conftest import TOPICS, as_account, new_recorder, recorder, store
from tests.store.living import Living

__all__ = ["as_account", "new_recorder", "recorder", "store"]
AUDITOR = claimed("auditor", "auditor-1")
READER = Reader(AUDITOR, "export-log")
SPEECH = Speech("en", lambda name: name)


@pytest.fixture
def at(as_account: Callable[[str], Store]) -> Installation:
    """The installation as the command line has it."""
    operator = as_account("operator")
    return cast("Installation", SimpleNamespace(store=operator, inbox=Inbox(operator, TOPICS)))


@pytest.fixture
def definitions() -> Definitions:
    return the_definitions()


def written(export: LogExport) -> tuple[ExportedLog, bytes, int]:
    """What an export says that it wrote, what it wrote, and how often it told how far it is."""
    sink, told = io.BytesIO(), []
    exported = export.write(sink, lambda: told.append(1))
    return exported, sink.getvalue(), len(told)


@pytest.mark.parametrize("form", ["xes", "ocel"])
def test_what_is_written_is_the_ledger_of_the_beginning(
    at: Installation, recorder: Recorder, definitions: Definitions, form: Format
) -> None:
    """What is recorded meanwhile is not in it, wholly or in part; of more streams than are read at once none is missing."""
    cases = [Living(recorder, number, definitions).open(MONDAY) for number in (7, 3, 5)]
    events = sum(case.case.sequence for case in cases)
    with export_log(at, READER, None, form, SPEECH) as export:
        assert export.streams == 3
        cases[0].turn(MONDAY + timedelta(hours=1), an_answer("intake", "one-stop", MONDAY + timedelta(hours=1)))
        Living(recorder, 9, definitions).open(MONDAY)
        exported, content, told = written(export)
    assert (exported, told) == (ExportedLog(cases=3, events=events), 3)
    ids = [case.case.case_id for case in cases]
    if form == "xes":
        assert content.count(b"<event>") == events
        assert sorted(ids, key=lambda each: content.index(each.encode())) == ids
    else:
        log: dict[str, Any] = json.loads(content)
        assert len(log["events"]) == events
        assert [each["id"] for each in log["objects"] if each["type"] == "case"] == ids


def test_pages_end_where_no_stream_is_lost(
    at: Installation, recorder: Recorder, definitions: Definitions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Read two streams and three rows at a time, it is the same log."""
    for number in range(5):
        Living(recorder, number, definitions).open(MONDAY)
    with export_log(at, READER, None, "xes", SPEECH) as export:
        whole = written(export)
    monkeypatch.setattr("store.streams.PAGE_STREAMS", 2)
    monkeypatch.setattr("store.streams.ROWS_AT_ONCE", 3)
    with export_log(at, READER, None, "xes", SPEECH) as export:
        assert written(export) == whole
    assert whole[0] == ExportedLog(*Ledger(at.store).counts())


def test_one_case_is_found_by_its_id_and_by_its_code(
    at: Installation, recorder: Recorder, definitions: Definitions
) -> None:
    """And only that is written; what nobody knows is refused."""
    wanted, _ = [Living(recorder, number, definitions).open(MONDAY) for number in (1, 2)]
    code = wanted.case.dossier_code
    assert code is not None
    assert find_streams(at, AUDITOR, code) == find_streams(at, AUDITOR, wanted.case.case_id) == (wanted.case.case_id,)
    with export_log(at, READER, (wanted.case.case_id,), "ocel", SPEECH) as export:
        assert written(export)[0] == ExportedLog(1, wanted.case.sequence)
    for unknown in ("H05.7-260302-9999", "case-" + "0" * 24, "dossier-" + "0" * 24):
        refusal = find_streams(at, AUDITOR, unknown)
        assert isinstance(refusal, Refusal)
        assert refusal.code == "case_unknown"


def test_an_empty_ledger_is_a_log_without_cases(at: Installation) -> None:
    """A file that other tools read, not an error."""
    for form in ("xes", "ocel"):
        with export_log(at, READER, None, cast("Format", form), SPEECH) as export:
            exported, content, _ = written(export)
        assert exported == ExportedLog(0, 0)
        assert content.rstrip().endswith(b"</log>" if form == "xes" else b"]}")
