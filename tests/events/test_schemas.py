"""The generated documents are what is committed, hold together, and break nobody."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from events import schemas
from events.compatibility import breaking_changes
from events.language.case_events import EventRecord, StepAssigned, canonical_json
from events.language.checkpoint import NAME, Checkpoint, LogState, canonical_checkpoint
from events.language.messages import DecisionMessage
from events.language.notices import AnswerRefused

AT = datetime(2025, 6, 2, 1, 0, tzinfo=UTC)
REMEDY = "run `python -m events.schemas` and look at what it changes"


def test_what_is_committed_is_what_the_types_say() -> None:
    """A changed type without its changed schema would tell other systems something else than we send."""
    committed, generated = schemas.committed(), schemas.documents()
    assert sorted(committed) == sorted(generated), REMEDY
    assert [name for name in generated if committed[name] != generated[name]] == [], REMEDY


def test_no_change_breaks_who_reads_or_sends() -> None:
    """Fields removed or newly required are for a new version of the topics, not for this one."""
    assert schemas.breaking(schemas.committed(), schemas.documents()) == []


def test_every_schema_is_one() -> None:
    """All are lawful JSON Schemas with an id of their own."""
    found = schemas.schemas()
    for schema in found.values():
        Draft202012Validator.check_schema(schema)
    assert len({schema["$id"] for schema in found.values()}) == len(found)


def test_a_real_message_fits_its_schema() -> None:
    """What the ledger holds, byte for byte, is lawful; with a field missing it is not."""
    event = StepAssigned(
        step_id="appraise",
        name_vi="Thẩm định",
        name_en="Appraisal",
        department="finance",
        procedure="land-use",
        lane="green_60",
        assigned_at=AT,
    )
    record = EventRecord(case_id="case-a", sequence=3, at=AT, decided_at=AT, command_id="portal:1", event=event)
    validator = Draft202012Validator(schemas.schemas()["StepAssigned.v1.json"])
    data = json.loads(canonical_json(record))
    validator.validate(data)
    data["event"]["added_later"] = 1
    validator.validate(data)
    del data["event"]["department"]
    assert not validator.is_valid(data)


def test_senders_learn_of_a_misspelt_field() -> None:
    """What we accept is closed: a field that we would not look at is an error."""
    validator = Draft202012Validator(schemas.schemas()["DecideStep.v1.json"])
    data = DecisionMessage(case="case-a", step_id="appraise", outcome="approve").model_dump(
        mode="json", exclude_none=True
    )
    validator.validate(data)
    assert not validator.is_valid(data | {"resaon": "typo"})


def test_the_answer_to_a_refused_message_fits_its_schema() -> None:
    """Both languages, and the fields that may be empty."""
    notice = AnswerRefused(
        case_id="case-a",
        command_id="finance:1",
        code="case_closed",
        message="m",
        remedy="r",
        message_vi="m",
        remedy_vi="r",
    )
    Draft202012Validator(schemas.schemas()["AnswerRefused.v1.json"]).validate(notice.model_dump(mode="json"))


def test_a_checkpoint_fits_its_schema() -> None:
    """As it is stored and published; and its key is no case."""
    checkpoint = Checkpoint(
        installation="0" * 32,
        number=1,
        at=AT,
        cases=0,
        logs={"events": LogState(size=0, root="0" * 64)},
        key_id="0" * 32,
        signature="0" * 128,
    )
    Draft202012Validator(schemas.schemas()[f"{NAME}.v1.json"]).validate(json.loads(canonical_checkpoint(checkpoint)))
    document = schemas.documents()["asyncapi.json"]
    assert list(document["channels"]["checkpoints"]["messages"]) == [NAME]
    key = document["components"]["messages"][NAME]["bindings"]["kafka"]["key"]["description"]
    assert key != document["components"]["messages"]["CaseClosed"]["bindings"]["kafka"]["key"]["description"]


def test_every_reference_of_the_asyncapi_document_is_there() -> None:
    """Channels, messages and schema files all resolve."""
    documents = schemas.documents()
    document = documents["asyncapi.json"]
    assert document["asyncapi"] == "3.0.0"
    for reference in _references(document):
        if reference.startswith("./"):
            assert reference.removeprefix("./") in documents
        else:
            place: Any = document
            for part in reference.removeprefix("#/").split("/"):
                place = place[part]
    named = {reference for reference in _references(document) if reference.startswith("./")}
    assert named == {f"./{name}" for name in schemas.schemas()}


def _references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        for key, value in part.items():
            if key == "$ref":
                yield value
            else:
                yield from _references(value)
    elif isinstance(part, list):
        for value in part:
            yield from _references(value)


BASE: dict[str, Any] = {
    "type": "object",
    "properties": {
        "case": {"type": "string", "maxLength": 120},
        "outcome": {"enum": ["approve", "refuse"]},
        "note": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        "steps": {"type": "array", "items": {"$ref": "#/$defs/Step"}},
    },
    "required": ["case"],
    "$defs": {"Step": {"type": "object", "properties": {"id": {"type": "string"}}, "required": ["id"]}},
}


def _change(edit: Callable[[dict[str, Any]], object]) -> list[str]:
    after = copy.deepcopy(BASE)
    edit(after)
    return breaking_changes(BASE, after)


@pytest.mark.parametrize(
    ("edit", "says"),
    [
        (lambda s: s["properties"].pop("note"), "note: removed"),
        (lambda s: s["required"].append("outcome"), "outcome: newly required"),
        (lambda s: s["$defs"]["Step"]["properties"].pop("id"), "Step.id: removed"),
        (lambda s: s["properties"]["case"].update(type="integer"), "case: type was 'string', is 'integer'"),
        (lambda s: s["properties"]["case"].update(maxLength=60), "case: maxLength was 120, is 60"),
        (lambda s: s["properties"]["case"].update(minLength=2), "case: minLength was unlimited, is 2"),
        (lambda s: s["properties"]["case"].update(pattern="^c"), "case: pattern was None, is '^c'"),
        (
            lambda s: s["properties"]["outcome"]["enum"].remove("refuse"),
            "outcome: the value 'refuse' is no longer allowed",
        ),
        (lambda s: s["properties"]["note"]["anyOf"].pop(), 'note: no longer {"type": "null"}'),
        (lambda s: s.update(additionalProperties=False), "message: fields that are not known are no longer allowed"),
    ],
)
def test_what_breaks_others_is_named(edit: Callable[[dict[str, Any]], object], says: str) -> None:
    """Each kind of breaking change, with its place."""
    assert _change(edit) == [says]


@pytest.mark.parametrize(
    "edit",
    [
        lambda s: s["properties"].update(added={"type": "string"}),
        lambda s: s["required"].remove("case"),
        lambda s: s["properties"]["outcome"]["enum"].append("consult"),
        lambda s: s["properties"]["case"].update(maxLength=200, description="longer"),
        lambda s: s["properties"]["note"]["anyOf"].append({"type": "integer"}),
        lambda s: s["$defs"].update(New={"type": "object"}),
    ],
)
def test_what_only_adds_is_allowed(edit: Callable[[dict[str, Any]], object]) -> None:
    """New optional fields, more values, wider limits."""
    assert _change(edit) == []


def test_a_removed_message_type_breaks_who_waits_for_it() -> None:
    """Also a whole message may not vanish."""
    before = schemas.schemas()
    after = {name: schema for name, schema in before.items() if name != "CaseClosed.v1.json"}
    assert schemas.breaking(before, after) == ["CaseClosed.v1.json: the message type was removed"]
