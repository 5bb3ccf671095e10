"""Writing XES event logs (IEEE 1849-2016): one trace a case, one event an event of the ledger. Pure: records in, bytes out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from eventlog import shown_events
from eventlog.fields import Kind, values_of
from eventlog.own_logs import CASE_ID, COMMAND_ID, ENGINE_AT, EVENT, EVENT_ID, OWN, SEQUENCE
from eventlog.shown_events import Speech
from events.language.case_events import (
    ApplicationAccepted,
    ApplicationClassified,
    ApplicationSubmitted,
    CaseClosed,
    EventRecord,
    LaneChanged,
)

SITE: Final = "http://www.xes-standard.org"
EXTENSIONS: Final = {
    "Concept": "concept",
    "Time": "time",
    "Organizational": "org",
    "Lifecycle": "lifecycle",
    "Identity": "identity",
}
FORMAT: Final = 1
"""Of the attributes of our own; another number is another way to read them."""
_ESCAPED: Final = re.compile('[&<>"\n\r\t]')
_ILLEGAL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What XML 1.0 cannot hold, in whatever form."""
TAGS: Final[dict[Kind, str]] = {
    "string": "string",
    "budget": "string",
    "json": "string",
    "date": "date",
    "int": "int",
    "float": "float",
    "boolean": "boolean",
}
Written = tuple[str, str, Any]
"""Tag, key, value."""


class XesWriter:
    """One log. Memory holds one trace at a time, which the caller has anyway."""

    def __init__(self, speech: Speech) -> None:
        self._speech = speech

    def begin(self) -> bytes:
        """All that stands before the first trace."""
        lines = [
            '<?xml version="1.0" encoding="UTF-8"?>',
            f'<log xes.version="1849-2016" xes.features="" xmlns="{SITE}/">',
            *(
                f'<extension name="{name}" prefix="{prefix}" uri="{SITE}/{prefix}.xesext"/>'
                for name, prefix in EXTENSIONS.items()
            ),
            '<global scope="trace">',
            _attribute("string", "concept:name", ""),
            "</global>",
            '<global scope="event">',
            _attribute("string", "concept:name", ""),
            _attribute("date", "time:timestamp", "1970-01-01T00:00:00.000+00:00"),
            _attribute("string", "lifecycle:transition", shown_events.COMPLETE),
            "</global>",
            '<classifier name="Activity" keys="concept:name lifecycle:transition"/>',
            '<classifier name="Department" keys="org:group"/>',
            _attribute("string", "concept:name", "Greenlane"),
            _attribute("string", "lifecycle:model", "standard"),
            _attribute("int", OWN + "format", FORMAT),
        ]
        return _bytes(lines)

    def trace(self, records: Sequence[EventRecord]) -> bytes:
        """A case: all its events, in the order of the ledger."""
        self._speech.begin()
        lines = ["<trace>", *(_attribute(*written) for written in _trace_attributes(records))]
        for record in records:
            lines.append("<event>")
            lines.extend(_attribute(*written) for written in self._event_attributes(record))
            lines.append("</event>")
        lines.append("</trace>")
        return _bytes(lines)

    def end(self) -> bytes:
        """All that stands behind the last trace."""
        return b"</log>\n"

    def _event_attributes(self, record: EventRecord) -> Iterator[Written]:
        yield "string", "concept:name", self._speech.activity(record)
        if (step_id := getattr(record.event, "step_id", None)) is not None:
            yield "string", "concept:instance", step_id
        yield "string", "lifecycle:transition", shown_events.lifecycle(record)
        yield "date", "time:timestamp", instant(record.at)
        if (department := shown_events.department(record)) is not None:
            yield "string", "org:group", department
        if record.actor is not None:
            yield "string", "org:resource", record.actor.id
            yield "string", "org:role", record.actor.kind.value
        yield "id", "identity:id", shown_events.event_uuid(record)
        yield "string", EVENT, record.event.type
        yield "string", EVENT_ID, shown_events.event_id(record)
        yield "int", SEQUENCE, record.sequence
        yield "date", ENGINE_AT, instant(record.decided_at)
        yield "string", COMMAND_ID, record.command_id
        if record.actor is not None and record.actor.assurance is not None:
            yield "string", OWN + "assurance", record.actor.assurance.value
        for name, kind, value in values_of(record.event):
            yield from _own(name, kind, value)


def _own(name: str, kind: Kind, value: Any) -> Iterator[Written]:
    if kind != "facts":
        yield TAGS[kind], OWN + name, value
        return
    for fact, said in value.items():
        yield _tag_of(said), f"{OWN}{name}:{fact}", said


def _tag_of(value: Any) -> str:
    return "boolean" if isinstance(value, bool) else "int" if isinstance(value, int) else "string"


def _trace_attributes(records: Sequence[EventRecord]) -> Iterator[Written]:
    """What a case is as a whole: as it was applied for, and as its latest events have it."""
    yield "string", "concept:name", records[0].case_id
    yield "string", CASE_ID, records[0].case_id
    latest: dict[str, Any] = {}
    for event in (record.event for record in records):
        match event:
            case ApplicationSubmitted():
                yield from _application(event)
            case ApplicationAccepted():
                latest |= {"dossier_code": event.dossier_code, "agency": event.agency}
            case ApplicationClassified():
                latest["lane"] = event.lane
            case LaneChanged():
                latest["lane"] = event.to_lane
            case CaseClosed():
                latest |= {"outcome": event.outcome, "result_code": event.result_code}
    yield from (("string", OWN + name, value) for name, value in latest.items() if value is not None)


def _application(event: ApplicationSubmitted) -> Iterator[Written]:
    application = event.application
    yield "string", OWN + "application_id", application.application_id
    yield "string", OWN + "source", application.source
    yield "string", OWN + "procedure", event.procedure.id
    yield "string", OWN + "procedure_version", event.procedure.version
    yield "string", OWN + "channel", application.channel
    if application.linked is not None:
        yield "string", OWN + "dossier", application.linked.dossier
    yield from _own("facts", "facts", application.facts)


def instant(at: datetime) -> str:
    """An instant as both formats have it: UTC, to the microsecond."""
    return at.astimezone(UTC).isoformat()


def _attribute(tag: str, key: str, value: Any) -> str:
    told = str(value).lower() if isinstance(value, bool) else str(value)
    return f'<{tag} key="{_escaped(key)}" value="{_escaped(told)}"/>'


def _escaped(text: str) -> str:
    return _ESCAPED.sub(lambda each: f"&#{ord(each[0])};", _ILLEGAL.sub("\ufffd", text))


def _bytes(lines: Sequence[str]) -> bytes:
    return ("\n".join(lines) + "\n").encode()
