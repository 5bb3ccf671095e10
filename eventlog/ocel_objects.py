"""What the objects of an OCEL 2.0 log are, what they come to as events happen, and how they belong together. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from eventlog.shown_events import ObjectType, Relation, object_id, relations
from eventlog.xes_writing import instant
from events.language.case_events import (
    ApplicationAccepted,
    ApplicationClassified,
    ApplicationSubmitted,
    CaseClosed,
    ClockStarted,
    EventRecord,
    LaneChanged,
    StepAssigned,
    StepReassigned,
)
from events.language.dossier_events import ApplicationReleased, DossierClosed, DossierOpened
from events.language.identity import is_dossier

ALWAYS: Final = "1970-01-01T00:00:00+00:00"
"""Since when what never changes has been so, as OCEL's own examples have it."""
OF_A_CASE: Final = (
    "application_id",
    "source",
    "procedure",
    "procedure_version",
    "channel",
    "agency",
    "dossier_code",
    "lane",
    "status",
    "outcome",
)
OF_A_DOSSIER: Final = ("dossier_id", "template", "lead", "status", "outcome")
ATTRIBUTES: Final[dict[ObjectType, dict[str, str]]] = {
    "case": dict.fromkeys(OF_A_CASE, "string"),
    "dossier": dict.fromkeys(OF_A_DOSSIER, "string"),
    "department": {"slug": "string"},
    "step": {
        "step_id": "string",
        "name_vi": "string",
        "name_en": "string",
        "kind": "string",
        "department": "string",
        "status": "string",
        "outcome": "string",
        "due_at": "time",
    },
    "clock": {"clock_id": "string", "kind": "string", "budget": "string", "status": "string", "due_at": "time"},
    "document": {"kind": "string"},
}
"""By type of objects: their attributes, with OCEL's names of types."""

STEP_STATUS: Final = {
    "StepAssigned": "assigned",
    "StepDecided": "decided",
    "StepCancelled": "cancelled",
    "ConsultationLapsed": "lapsed",
}
CLOCK_STATUS: Final = {
    "ClockStarted": "running",
    "ClockPaused": "paused",
    "ClockResumed": "running",
    "ClockMet": "met",
    "ClockBreached": "breached",
    "ClockStopped": "stopped",
    "ClockCancelled": "cancelled",
    "BreachSetAside": "breach_set_aside",
}
"""What each event makes of a step or a clock."""
ENDS_OF_CLOCKS: Final = frozenset(("ClockExtended", "ClockBreached", "BreachSetAside"))
"""Events whose `due_at` is the clock's own end."""


@dataclass
class Thing:
    """One object as it is gathered."""

    id: str
    type: ObjectType
    attributes: list[dict[str, Any]] = field(default_factory=list)
    relationships: dict[str, str] = field(default_factory=dict)
    """Qualifier by object."""
    _last: dict[str, Any] = field(default_factory=dict)

    def says(self, since: str, **values: Any) -> None:
        """Its attributes have these values from then on; None and what it has already is not said again."""
        for name, value in values.items():
            if value is not None and self._last.get(name) != value:
                self._last[name] = value
                self.attributes.append({"name": name, "time": since, "value": value})

    def as_json(self) -> dict[str, Any]:
        """The object of the format."""
        related = [{"objectId": other, "qualifier": qualifier} for other, qualifier in self.relationships.items()]
        return {"id": self.id, "type": self.type, "attributes": self.attributes, "relationships": related}


class Gathering:
    """The objects of one stream: its case or dossier, and all that the events name. Memory: those of one stream."""

    def __init__(self, stream_id: str) -> None:
        self._stream_id = stream_id
        own: ObjectType = "dossier" if is_dossier(stream_id) else "case"
        self.things: dict[str, Thing] = {stream_id: Thing(stream_id, own)}

    @property
    def _own(self) -> Thing:
        return self.things[self._stream_id]

    def take(self, record: EventRecord) -> tuple[Relation, ...]:
        """What the event is about; each object has become what the event makes of it."""
        named = tuple(relations(record))
        for relation in named:
            thing = self.things.setdefault(relation.id, Thing(relation.id, relation.type))
            if thing is not self._own:
                self._relate(thing, relation)
        since = instant(record.at)
        self._say_of_case(record, since)
        for relation in named:
            self._say_of_part(self.things[relation.id], record, since)
        return named

    def _relate(self, thing: Thing, relation: Relation) -> None:
        if relation.type != "department":
            self._own.relationships.setdefault(
                thing.id, f"has {relation.type}" if relation.type != "dossier" else "part of"
            )
        thing.says(ALWAYS, **_names_of(thing))

    def _say_of_case(self, record: EventRecord, since: str) -> None:
        match record.event:
            case ApplicationSubmitted(application=application, procedure=procedure):
                fixed = {name: getattr(application, name) for name in ("application_id", "source", "channel")}
                self._own.says(ALWAYS, **fixed)
                self._own.says(since, status="submitted", procedure=procedure.id, procedure_version=procedure.version)
                self._documents(application.documents)
            case ApplicationClassified(lane=lane):
                self._own.says(since, lane=lane)
            case ApplicationAccepted() as accepted:
                self._own.says(since, status="accepted", agency=accepted.agency, dossier_code=accepted.dossier_code)
            case LaneChanged(to_lane=lane):
                self._own.says(since, lane=lane)
            case CaseClosed(outcome=outcome) | DossierClosed(outcome=outcome):
                self._own.says(since, status="closed", outcome=outcome)
            case DossierOpened(declaration=declaration):
                self._own.says(ALWAYS, dossier_id=declaration.dossier_id, template=declaration.template)
                self._own.says(since, status="open", lead=declaration.lead)
            case ApplicationReleased(case_id=case_id):
                self._own.relationships[case_id] = "has case"
            case _:
                pass
        self._documents(getattr(record.event, "documents", None) or ())

    def _documents(self, parts: Sequence[Any]) -> None:
        for part in parts:
            thing = self.things.get(getattr(part, "reference", None) or "")
            if thing is not None:
                thing.says(ALWAYS, kind=part.kind)

    def _say_of_part(self, thing: Thing, record: EventRecord, since: str) -> None:
        event = record.event
        if thing.type == "clock":
            budget = f"{event.budget.amount} {event.budget.unit}" if isinstance(event, ClockStarted) else None
            kind = event.kind if isinstance(event, ClockStarted) else None
            due_at = _due(event) if event.type in ENDS_OF_CLOCKS else None
            thing.says(since, kind=kind, budget=budget, status=CLOCK_STATUS.get(event.type), due_at=due_at)
            if isinstance(event, ClockStarted) and event.step_id is not None:
                step = object_id("step", self._stream_id, event.step_id)
                self.things[step].relationships[thing.id] = "measured by"
        elif thing.id == object_id("step", self._stream_id, getattr(event, "step_id", None) or ""):
            self._say_of_step(thing, record, since)

    def _say_of_step(self, step: Thing, record: EventRecord, since: str) -> None:
        event = record.event
        step.says(since, status=STEP_STATUS.get(event.type))
        match event:
            case StepAssigned():
                step.says(since, name_vi=event.name_vi, name_en=event.name_en, kind=event.kind, due_at=_due(event))
                step.says(since, department=event.department)
            case StepReassigned(to_department=department):
                step.says(since, department=department)
            case _:
                step.says(since, outcome=getattr(event, "outcome", None))


def _due(event: Any) -> str | None:
    at = getattr(event, "due_at", None)
    return None if at is None else instant(at)


def _names_of(thing: Thing) -> dict[str, str]:
    match thing.type:
        case "department":
            return {"slug": thing.id.partition("/")[2]}
        case "step" | "clock":
            # A step's own id may have a stroke in it.
            return {f"{thing.type}_id": thing.id.split("/", 2)[2]}
        case _:
            return {}


def bare(kind: ObjectType, identity: str) -> Thing:
    """An object that others name and of which nothing more stands in the log."""
    thing = Thing(identity, kind)
    thing.says(ALWAYS, **_names_of(thing))
    return thing
