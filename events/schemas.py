"""The language for others: JSON Schemas of every message and an AsyncAPI document, generated from the types.

`python -m events.schemas` writes them to events/schema/, and refuses a change that would break who reads or sends the
messages today; `--breaking` writes it all the same (then the topics' version must go up), `--check` writes nothing.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic import BaseModel, create_model

from events.asyncapi import asyncapi_document
from events.compatibility import breaking_changes
from events.language.case_events import EventRecord, event_types
from events.language.checkpoint import NAME as CHECKPOINT
from events.language.checkpoint import Checkpoint
from events.language.envelope import SCHEMA_ROOT
from events.language.messages import DECISION_MESSAGES, SUBMISSION_MESSAGES
from events.language.notices import AnswerRefused, MessageRefused
from events.language.routing import topics_of
from events.language.topics import Topics
from sla.calendar import Window
from wording.json_text import read_json

FOLDER = Path(__file__).parent / "schema"
VERSION = "v1"
DIALECT = "https://json-schema.org/draft/2020-12/schema"

Schema = dict[str, Any]

_WRITTEN_WINDOW: Schema = {
    "description": 'Opening hours within one day, local time, such as "07:00-11:30"; 00:00 closes at the day\'s end.',
    "pattern": r"^\d{2}:\d{2}-\d{2}:\d{2}$",
    "title": "Window",
    "type": "string",
}
"""How events hold opening hours; the model itself has two fields for them."""


def outgoing_models() -> dict[str, type[BaseModel]]:
    """What we publish, by message type: for an event its ledger record."""
    records = {
        kind.__name__: create_model(kind.__name__, __base__=EventRecord, __doc__=kind.__doc__, event=(kind, ...))
        for kind in event_types()
    }
    notices: dict[str, type[BaseModel]] = {
        AnswerRefused.__name__: AnswerRefused,
        MessageRefused.__name__: MessageRefused,
    }
    return {**records, **notices, CHECKPOINT: Checkpoint}


def incoming_models() -> dict[str, type[BaseModel]]:
    """What we accept, by message type."""
    return {**SUBMISSION_MESSAGES, **DECISION_MESSAGES}


def schemas() -> dict[str, Schema]:
    """Every schema by file name."""
    found = {name: _schema(name, model) for name, model in incoming_models().items()}
    for name, model in outgoing_models().items():
        # Readers must pass over fields they do not know: that is what lets us add some.
        found[name] = _open(_schema(name, model))
    return {f"{name}.{VERSION}.json": schema for name, schema in found.items()}


def routed_types(topic: str) -> list[str]:
    """The types of event that may go to a topic of the department `x`, as the routing says, sorted."""
    found = set()
    for event_type in event_types():
        for kind in ("processing", "consultation"):
            # Routing looks at a type, its departments and its kind, at nothing else: so anything may stand for the rest.
            fields: dict[str, Any] = dict.fromkeys(event_type.model_fields, "x") | {"kind": kind}
            event: Any = event_type.model_construct(None, **fields)
            placed: dict[str, Any] = {"case_id": "x", "event": event}
            if topic in topics_of(EventRecord.model_construct(None, **placed), Topics()):
                found.add(event_type.__name__)
    return sorted(found)


def documents() -> dict[str, Schema]:
    """Everything that is generated, by file name."""
    answers = [AnswerRefused.__name__, MessageRefused.__name__]
    channels = asyncapi_document(
        {
            "submissions": sorted(SUBMISSION_MESSAGES),
            "decisions": sorted(DECISION_MESSAGES),
            "answers": answers,
            "work": [*routed_types(Topics().work("x")), *answers],
            "case-events": routed_types(Topics().case_events),
            "escalations": routed_types(Topics().escalations),
            "checkpoints": [CHECKPOINT],
        },
        schema_file=lambda name: f"./{name}.{VERSION}.json",
    )
    return {**schemas(), "asyncapi.json": channels}


def text_of(document: Schema) -> str:
    """A document as it is committed."""
    return json.dumps(document, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def committed(folder: Path = FOLDER) -> dict[str, Schema]:
    """What is committed, by file name."""
    return {file.name: read_json(file.read_bytes()) for file in sorted(folder.glob("*.json"))}


def breaking(before: dict[str, Schema], after: dict[str, Schema]) -> list[str]:
    """What would break who reads or sends the messages today."""
    found: list[str] = []
    for name, schema in before.items():
        if name == "asyncapi.json":
            continue
        if name not in after:
            found.append(f"{name}: the message type was removed")
        else:
            found += [f"{name}: {change}" for change in breaking_changes(schema, after[name])]
    return found


def _schema(name: str, model: type[BaseModel]) -> Schema:
    generated = model.model_json_schema(mode="validation")
    if Window.__name__ in generated.get("$defs", {}):
        generated["$defs"][Window.__name__] = _WRITTEN_WINDOW
    return {"$schema": DIALECT, "$id": f"{SCHEMA_ROOT}{name}:{VERSION}", **generated, "title": name}


def _open(schema: Any) -> Any:
    if isinstance(schema, dict):
        closed = schema.get("additionalProperties") is False
        return {key: _open(part) for key, part in schema.items() if not (closed and key == "additionalProperties")}
    return [_open(part) for part in schema] if isinstance(schema, list) else schema


def main(arguments: Iterable[str] | None = None) -> int:
    """Generate. 0: written, or nothing to do; 1: refused, or (`--check`) not what is committed."""
    parser = argparse.ArgumentParser(prog="python -m events.schemas", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; say what differs")
    parser.add_argument("--breaking", action="store_true", help="write even what breaks who reads or sends messages")
    options = parser.parse_args(list(arguments) if arguments is not None else None)
    before, after = committed(), documents()
    broken = breaking(before, after)
    for line in broken:
        print(f"not backward compatible: {line}", file=sys.stderr)
    if broken and not options.breaking:
        return 1
    changed = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    for name in changed:
        print(name, file=sys.stderr)
        if not options.check:
            _write(name, after.get(name))
    return 1 if options.check and changed else 0


def _write(name: str, document: Schema | None) -> None:
    FOLDER.mkdir(exist_ok=True)
    if document is None:
        (FOLDER / name).unlink()
    else:
        (FOLDER / name).write_text(text_of(document), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
