"""What an event of the ledger means to a tool that mines processes: what was done, by whom, and to what. Pure."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, NamedTuple

from events.language.case_events import EventRecord, StepAssigned
from events.language.identity import event_id_of, is_dossier, is_held_apart

Language = Literal["vi", "en"]
ObjectType = Literal["case", "dossier", "department", "step", "clock", "document"]

OF_A_STEP: Final = {
    "StepAssigned": "start",
    "StepDecided": "complete",
    "StepCancelled": "ate_abort",
    "StepReassigned": "reassign",
}
"""Events that are a step's own: its name is what was done, and this where it stands in the life of a step (XES lifecycle)."""
COMPLETE: Final = "complete"


@dataclass
class Speech:
    """In which language a log names what was done, and what its kinds of events are called there."""

    language: Language
    event: Callable[[str], str]
    """The name of a type of events."""
    _steps: dict[str, str] = field(default_factory=dict)

    def begin(self) -> None:
        """Another case follows, with steps of its own."""
        self._steps.clear()

    def activity(self, record: EventRecord) -> str:
        """What was done: a step by its name, anything else by the name of its event."""
        event = record.event
        if isinstance(event, StepAssigned):
            self._steps[event.step_id] = event.name_vi if self.language == "vi" else event.name_en
        if event.type in OF_A_STEP:
            step_id: str = getattr(event, "step_id", "")
            return self._steps.get(step_id) or step_id
        return self.event(event.type)


def lifecycle(record: EventRecord) -> str:
    """The transition of XES's standard life cycle."""
    return OF_A_STEP.get(record.event.type, COMPLETE)


def department(record: EventRecord) -> str | None:
    """Whose doing or work it is; None: nobody's, or the system's own."""
    event = record.event
    for name in ("department", "to_department", "lead", "agency"):
        if isinstance(slug := getattr(event, name, None), str):
            return slug
    actor = record.actor
    return actor.id if actor is not None and actor.kind == "department" else None


def event_id(record: EventRecord) -> str:
    """The event's id in the ledger and on the topics."""
    return event_id_of(record.case_id, record.sequence)


def event_uuid(record: EventRecord) -> str:
    """The same as a UUID, which XES's identity extension asks for: of one event always the same."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, event_id(record)))


class Relation(NamedTuple):
    """An object that an event is about, and how."""

    type: ObjectType
    id: str
    qualifier: str


class _Place(NamedTuple):
    type: ObjectType
    qualifier: str


PLACES: Final[dict[str, _Place]] = {
    "case_id": _Place("case", "case"),
    "dossier": _Place("dossier", "dossier"),
    "step_id": _Place("step", "step"),
    "step_ids": _Place("step", "step"),
    "asked_by": _Place("step", "asked by"),
    "clock_id": _Place("clock", "clock"),
    "clock_ids": _Place("clock", "clock"),
    "department": _Place("department", "department"),
    "agency": _Place("department", "department"),
    "lead": _Place("department", "lead"),
    "from_department": _Place("department", "from"),
    "to_department": _Place("department", "to"),
    "asked_by_department": _Place("department", "asked by"),
    "audience_department": _Place("department", "told"),
    "departments": _Place("department", "told"),
    "reference": _Place("document", "document"),
}
"""The fields that name objects, of an event or of what stands in one of these parts of it."""
WITHIN: Final = frozenset(("application", "linked", "documents", "declaration", "applications", "effects"))


def relations(record: EventRecord) -> Iterator[Relation]:
    """Every object that the event names, each once: tools drop a second way. Whose event it is comes first."""
    seen: set[str] = set()
    for relation in _all_relations(record):
        if relation.id not in seen:
            seen.add(relation.id)
            yield relation


def _all_relations(record: EventRecord) -> Iterator[Relation]:
    own: ObjectType = "dossier" if is_dossier(record.case_id) else "case"
    yield Relation(own, record.case_id, own)
    yield from _named(record.case_id, record.event.model_dump(mode="json", exclude_none=True))


def _named(stream_id: str, said: Mapping[str, Any]) -> Iterator[Relation]:
    for name, value in said.items():
        values = value if isinstance(value, list) else [value]
        if name in WITHIN:
            for inner in values:
                if isinstance(inner, dict):
                    yield from _named(stream_id, inner)
        elif name == "requests":
            yield from (Relation("department", object_id("department", "", r["department"]), "asked") for r in values)
        elif (place := PLACES.get(name)) is not None:
            for each in values:
                # Older events hold references of the senders' own, which may say anything.
                if place.type != "document" or is_held_apart(each):
                    yield Relation(place.type, object_id(place.type, stream_id, each), place.qualifier)


def object_id(kind: ObjectType, stream_id: str, name: str) -> str:
    """The id of an object in a log: what belongs to one case has that before its name."""
    match kind:
        case "step" | "clock":
            return f"{stream_id}/{kind}/{name}"
        case "department":
            return f"department/{name}"
        case _:
            return name
