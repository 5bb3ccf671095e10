"""The ledger as OCEL 2.0: what the format asks for, every event with its objects, and objects that change with them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from eventlog.ocel_writing import OcelWriter
from events.language.case_events import EventRecord, event_types
from events.language.commands import Outcome
from events.language.identity import document_ref_of, is_dossier
from tests.eventlog.kept_cases import a_case, kept_streams

SCHEMA = Path(__file__).parent / "data" / "ocel-2.0.schema.json"
SCALARS = {"string": str, "time": str, "integer": int, "float": float, "boolean": bool}


def written(streams: Iterable[Sequence[EventRecord]]) -> dict[str, Any]:
    """A log of these streams."""
    with OcelWriter() as writer:
        blocks = [writer.begin(), *(writer.stream(records) for records in streams), *writer.end()]
    log: dict[str, Any] = json.loads(b"".join(blocks))
    return log


@pytest.fixture(scope="module")
def log() -> dict[str, Any]:
    return written(kept_streams())


def test_the_format_is_kept(log: dict[str, Any]) -> None:
    """By a schema of our own, since none is packaged; and by what a schema cannot say: names, ids, types."""
    Draft202012Validator(json.loads(SCHEMA.read_text())).validate(log)
    for kind, things in (("eventTypes", "events"), ("objectTypes", "objects")):
        declared = {each["name"]: {a["name"]: a["type"] for a in each["attributes"]} for each in log[kind]}
        ids = Counter(each["id"] for each in log[things])
        assert max(ids.values()) == 1
        for each in log[things]:
            for attribute in each["attributes"]:
                assert isinstance(attribute["value"], SCALARS[declared[each["type"]][attribute["name"]]]), attribute


def test_every_event_is_there_in_its_streams_order(log: dict[str, Any]) -> None:
    """Each with the stream it belongs to first, and every relation names an object of the log."""
    expected = [
        (f"{record.case_id}.{record.sequence}", record.event.type) for records in kept_streams() for record in records
    ]
    assert [(event["id"], event["type"]) for event in log["events"]] == expected
    objects = {each["id"]: each["type"] for each in log["objects"]}
    for each in (*log["events"], *log["objects"]):
        assert {related["objectId"] for related in each["relationships"]} <= set(objects)
    for event in log["events"]:
        first = event["relationships"][0]["objectId"]
        assert first == event["id"].rpartition(".")[0]
        assert objects[first] == ("dossier" if is_dossier(first) else "case")
    assert {kind for _, kind in expected} <= {kind.__name__ for kind in event_types()}
    assert set(objects.values()) == {"case", "dossier", "department", "step", "clock"}


def test_a_case_changes_with_its_events() -> None:
    """Its lane, its steps' status and end; what never changes has been so from the beginning."""
    case = a_case(1, ("intake", "one-stop", Outcome.APPROVE), ("appraisal", "culture", Outcome.REFUSE))
    log = written([case])
    objects = {each["id"]: each for each in log["objects"]}
    case_id = case[0].case_id
    told = {a["name"]: (a["time"][:4], a["value"]) for a in objects[case_id]["attributes"]}
    assert told["application_id"] == ("1970", "A-1")
    statuses = [a["value"] for a in objects[case_id]["attributes"] if a["name"] == "status"]
    assert statuses == ["submitted", "accepted", "closed"]
    assert told["outcome"][1] == "refused"
    step = objects[f"{case_id}/step/appraisal"]
    changes = [(a["name"], a["value"]) for a in step["attributes"] if a["name"] in ("status", "outcome", "department")]
    assert changes == [
        ("status", "assigned"),
        ("department", "culture"),
        ("status", "decided"),
        ("outcome", "refuse"),
    ]
    assert {r["qualifier"] for r in objects[case_id]["relationships"]} == {"has step", "has clock"}
    assert [objects[r["objectId"]]["type"] for r in step["relationships"]] == ["clock"]
    decided = next(event for event in log["events"] if event["type"] == "StepDecided")
    assert [(r["objectId"].rpartition("/")[2], r["qualifier"]) for r in decided["relationships"][1:]] == [
        ("intake", "step"),
        ("one-stop", "department"),
    ]


def test_dossiers_and_their_cases_know_each_other(log: dict[str, Any]) -> None:
    """Also where one of the two is not in the log: then its object has nothing but its name."""
    dossiers = [records for records in kept_streams() if is_dossier(records[0].case_id)]
    released = next(r for records in dossiers for r in records if r.event.type == "ApplicationReleased")
    objects = {each["id"]: each for each in log["objects"]}
    case_id = getattr(released.event, "case_id", "")
    assert {"objectId": case_id, "qualifier": "has case"} in objects[released.case_id]["relationships"]
    assert objects[case_id]["type"] == "case"
    linked = {"dossier": "dossier-of-another-log", "name": "karaoke"}
    alone = written([a_case(1, linked=linked)])
    bare = next(each for each in alone["objects"] if each["type"] == "dossier")
    assert bare == {"id": "dossier-of-another-log", "type": "dossier", "attributes": [], "relationships": []}
    case = next(each for each in alone["objects"] if each["type"] == "case")
    assert {"objectId": "dossier-of-another-log", "qualifier": "part of"} in case["relationships"]


def test_documents_are_objects_only_by_references_of_ours() -> None:
    """A sender's own reference, of older events, may say anything: it makes no object."""
    own = document_ref_of("case-1", 1)
    documents = ({"kind": "form", "reference": own}, {"kind": "form", "reference": "scan of Mr A"}, {"kind": "lease"})
    log = written([a_case(1, documents=documents), a_case(2, documents=documents)])
    found = [each for each in log["objects"] if each["type"] == "document"]
    assert [(each["id"], [a["value"] for a in each["attributes"]]) for each in found] == [(own, ["form"])]
