"""Turning what lies on the topics into what was seen. Values in, values out; the records are Kafka's."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from typing import Any

from audit.conformance.observations import Answer, Assignment, Cancellation, Observations, Rejection
from events.language.carried import header, key_of, kind_of
from events.language.case_events import EventRecord, StepAssigned, StepCancelled, record_of
from events.language.envelope import Envelope, EnvelopeError, envelope_of, named_in
from events.language.identity import TICK_PREFIX, message_command_id
from events.language.notices import AnswerRefused, MessageRefused
from events.language.topics import Topics
from wording.json_text import read_json
from wording.text import Bilingual


class Hearing:
    """Puts each record where it belongs; those of other cases are left out."""

    def __init__(self, seen: Observations, topics: Topics, cases: Collection[str]) -> None:
        self._seen = seen
        self._department = seen.department
        self._cases = frozenset(cases)
        self._work = topics.work(self._department)
        self._decisions = topics.decisions(self._department)
        self._events = topics.case_events
        self.moved = 0
        """How much of this run was heard so far."""

    def hear(self, record: Any) -> EventRecord | None:
        """Take one record in; an event of one of the run's cases that is new is given back, to be acted on."""
        if record.topic == self._decisions:
            self._hear_answer(record)
        elif record.topic == self._work:
            self._hear_work(record)
        elif record.topic == self._events and key_of(record) in self._cases:
            event = record_of(record.value)
            if self._seen.add_event(event):
                # That an instant passes is nothing that anybody did: a program is not waited for the longer for it.
                self.moved += not event.command_id.startswith(TICK_PREFIX)
                return event
        return None

    def _hear_work(self, record: Any) -> None:
        match kind_of(record):
            case "AnswerRefused":
                refused = AnswerRefused.model_validate(read_json(record.value))
                if refused.case_id in self._cases:
                    self._refuse(refused, refused.case_id, None, record.timestamp)
            case "MessageRefused":
                unusable = MessageRefused.model_validate(read_json(record.value))
                if unusable.topic == self._decisions:
                    self._refuse(unusable, None, place_of(unusable.partition, unusable.offset), record.timestamp)
            case "StepAssigned" | "StepCancelled" if key_of(record) in self._cases:
                self._hear_step(record, record_of(record.value))

    def _refuse(
        self, refused: AnswerRefused | MessageRefused, case_id: str | None, place: str | None, at_ms: int
    ) -> None:
        name = refused.command_id or ""
        if any((each.case_id, each.command_id, each.place) == (case_id, name, place) for each in self._seen.refused):
            return
        message, remedy = Bilingual(refused.message, refused.message_vi), Bilingual(refused.remedy, refused.remedy_vi)
        self._seen.refused.append(
            Rejection(name, case_id, place, refused.code, refused.field or "", message, remedy, at_ms)
        )
        self.moved += 1

    def _hear_step(self, record: Any, entry: EventRecord) -> None:
        message_id, event = header(record, "ce_id"), entry.event
        assigned = {each.message_id for each in self._seen.assigned}
        if message_id in assigned | {each.message_id for each in self._seen.cancelled}:
            return
        self.moved += 1
        if isinstance(event, StepAssigned):
            is_late = event.due_at is not None and event.due_at <= event.assigned_at
            name = Bilingual(event.name_en, event.name_vi)
            self._seen.assigned.append(
                Assignment(
                    message_id,
                    entry.case_id,
                    event.step_id,
                    event.round,
                    event.kind,
                    record.timestamp,
                    is_late,
                    name,
                )
            )
        elif isinstance(event, StepCancelled):
            self._seen.cancelled.append(Cancellation(message_id, entry.case_id, event.step_id, record.timestamp))

    def _hear_answer(self, record: Any) -> None:
        self._seen.answers.append(answer_of(record, self._department, self._cases, self._seen.dossier_codes()))
        self.moved += 1


def place_of(partition: int, offset: int) -> str:
    """A place on the decisions topic, in words that Kafka's own tools know."""
    return f"partition {partition}, offset {offset}"


def answer_of(record: Any, department: str, cases: Collection[str], codes: Mapping[str, str]) -> Answer:
    """A message of the program, as far as it can be read. `codes`: the run's cases by their dossier codes."""
    place = place_of(record.partition, record.offset)
    try:
        envelope = envelope_of(record.headers, record.value)
    except EnvelopeError:
        source, message_id = named_in(record.headers, record.value) or ("", "")
        return Answer(place, record.timestamp, source, message_id)
    named = str(envelope.data.get("case", ""))
    case_id = named if named in cases else codes.get(named)
    return Answer(
        place,
        record.timestamp,
        envelope.source,
        envelope.id,
        envelope.name,
        message_command_id("department", department, envelope.source, envelope.id),
        case_id,
        _text(envelope, "step_id"),
        _text(envelope, "outcome"),
        hashlib.sha256(json.dumps(envelope.data, sort_keys=True, allow_nan=False).encode()).hexdigest(),
        key_of(record) in (named, case_id),
    )


def _text(envelope: Envelope, field: str) -> str | None:
    value = envelope.data.get(field)
    return value if isinstance(value, str) else None
