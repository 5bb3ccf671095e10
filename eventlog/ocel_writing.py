"""Writing object-centric event logs (OCEL 2.0, JSON): events as they come, objects behind them. Pure: records in, bytes out."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from tempfile import TemporaryFile
from typing import IO, Any, Final, Self, cast

from pydantic import BaseModel

from eventlog import shown_events
from eventlog.fields import Kind, as_json, fields_of, values_of
from eventlog.ocel_objects import ATTRIBUTES, Gathering, Thing, bare
from eventlog.shown_events import ObjectType, Relation
from eventlog.xes_writing import instant
from events.language.case_events import EventRecord, event_types

TYPES: Final[dict[Kind, str]] = {
    "string": "string",
    "budget": "string",
    "json": "string",
    "facts": "string",
    "date": "time",
    "int": "integer",
    "float": "float",
    "boolean": "boolean",
}
RECORD: Final = {
    "sequence": "integer",
    "engine_at": "time",
    "command_id": "string",
    "actor_kind": "string",
    "actor_id": "string",
    "assurance": "string",
}
"""What every event says of its place in the ledger and of who acted."""
BLOCK_BYTES: Final = 1 << 20


class SharedObjects:
    """What several streams may name, told apart on disk: an SQLite file without a name."""

    def __init__(self) -> None:
        self._rows = sqlite3.connect("")
        self._rows.execute("CREATE TABLE objects (id TEXT PRIMARY KEY, type TEXT NOT NULL, is_told INTEGER NOT NULL)")

    def name(self, thing: Thing) -> None:
        """Some stream names it."""
        self._rows.execute("INSERT OR IGNORE INTO objects VALUES (?, ?, 0)", (thing.id, thing.type))

    def tell(self, thing: Thing) -> bool:
        """All that is known of it is to be told now; False: it has been."""
        self.name(thing)
        return (
            self._rows.execute("UPDATE objects SET is_told = 1 WHERE id = ? AND NOT is_told", (thing.id,)).rowcount == 1
        )

    def untold(self) -> Iterator[Thing]:
        """Those that were only named."""
        for identity, kind in self._rows.execute("SELECT id, type FROM objects WHERE NOT is_told ORDER BY id"):
            yield bare(cast("ObjectType", kind), identity)

    def close(self) -> None:
        """Give the file up."""
        self._rows.close()


class OcelWriter:
    """One log. Memory holds the objects of one stream; those of all wait in a file without a name until the events are out."""

    def __init__(self) -> None:
        self._open = ExitStack()
        self._objects: IO[bytes] = self._open.enter_context(TemporaryFile())  # noqa: SIM115 - closed with the writer
        self._shared = self._open.enter_context(closing(SharedObjects()))
        self._events_out = 0
        self._objects_in = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def begin(self) -> bytes:
        """The types, and all that stands before the first event."""
        object_types = [{"name": kind, "attributes": _declared(attributes)} for kind, attributes in ATTRIBUTES.items()]
        events = [{"name": kind.__name__, "attributes": _declared(_of_event(kind))} for kind in event_types()]
        return f'{{"objectTypes":{as_json(object_types)},\n"eventTypes":{as_json(events)},\n"events":['.encode()

    def stream(self, records: Sequence[EventRecord]) -> bytes:
        """The events of a case or a dossier, in the order of the ledger."""
        gathering = Gathering(records[0].case_id)
        told = [_event(record, gathering.take(record)) for record in records]
        for thing in gathering.things.values():
            if thing.id == records[0].case_id or thing.type == "document":
                if self._shared.tell(thing):
                    self._put(thing)
            elif thing.type in ("step", "clock"):
                self._put(thing)
            else:
                self._shared.name(thing)
        text = "".join(f"{self._comma()}\n{as_json(each)}" for each in told)
        return text.encode()

    def end(self) -> Iterator[bytes]:
        """All that stands behind the last event: the objects, in blocks."""
        for thing in self._shared.untold():
            self._put(thing)
        yield b'],\n"objects":['
        self._objects.seek(0)
        while block := self._objects.read(BLOCK_BYTES):
            yield block
        yield b"]}\n"

    def _comma(self) -> str:
        self._events_out += 1
        return "," if self._events_out > 1 else ""

    def _put(self, thing: Thing) -> None:
        self._objects_in += 1
        comma = "," if self._objects_in > 1 else ""
        self._objects.write(f"{comma}\n{as_json(thing.as_json())}".encode())


def _of_event(model: type[BaseModel]) -> dict[str, str]:
    return RECORD | {field.name: TYPES[field.kind] for field in fields_of(model)}


def _declared(attributes: dict[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "type": kind} for name, kind in attributes.items()]


def _event(record: EventRecord, named: Sequence[Relation]) -> dict[str, Any]:
    actor = record.actor
    said: dict[str, Any] = {
        "sequence": record.sequence,
        "engine_at": instant(record.decided_at),
        "command_id": record.command_id,
        "actor_kind": None if actor is None else actor.kind.value,
        "actor_id": None if actor is None else actor.id,
        "assurance": None if actor is None or actor.assurance is None else actor.assurance.value,
    }
    for name, kind, value in values_of(record.event):
        said[name] = as_json(value) if kind == "facts" else value
    return {
        "id": shown_events.event_id(record),
        "type": record.event.type,
        "time": instant(record.at),
        "attributes": [{"name": name, "value": value} for name, value in said.items() if value is not None],
        "relationships": [{"objectId": each.id, "qualifier": each.qualifier} for each in named],
    }
