"""A case's life told by deciding it again: where every record comes out as the very bytes of the ledger, nothing else is read.

A decision makes the same records, with the same states between them, that reading and folding the ledger would make; so where
the bytes are the same, only what begins a command must be read. Where one byte is otherwise, or an older version decided, this
says nothing, and whoever asked tells the life from the records and looks closer (`audit.story`, `audit.redecision`). Pure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from itertools import groupby
from typing import Any, Final, NamedTuple

from audit.redeciding import Answer, command_of
from audit.redecision import MAKERS
from audit.story import Scene, Story
from cases.decide import CASES
from cases.draft import Draft
from cases.evolve import evolve
from cases.model import Case, blank
from catalog.model import Definitions
from events.language.case_events import ApplicationAccepted, CaseEvent, EventRecord, canonical_json, record_of
from events.language.commands import Command, Tick
from events.language.identity import TICK_PREFIX


class TellingDraft(Draft):
    """A draft that remembers what each of its records made of the case."""

    def __init__(self, state: Case, **said: Any) -> None:
        super().__init__(state, **said)
        self.scenes: list[Scene] = []

    def emit(self, event: CaseEvent) -> None:
        """As every draft does."""
        before = self.state
        record = unchecked(before, self, event)
        self.records.append(record)
        self.state = evolve(before, record)
        self.scenes.append(Scene(record, before, self.state))


def unchecked(case: Case, draft: Draft, event: CaseEvent) -> EventRecord:
    """The next record of a draft, not validated: its values are, and whoever asks compares it to the byte, or only counts."""
    record = EventRecord.__new__(EventRecord)
    values = {
        "case_id": case.case_id,
        "sequence": case.sequence + 1,
        "at": draft.at,
        "decided_at": draft.now,
        "command_id": draft.command_id,
        "actor": draft.actor,
        "event": event,
    }
    object.__setattr__(record, "__dict__", values)
    object.__setattr__(record, "__pydantic_fields_set__", RECORD_FIELDS)
    object.__setattr__(record, "__pydantic_extra__", None)
    object.__setattr__(record, "__pydantic_private__", None)
    return record


class CodedDraft(TellingDraft):
    """Of the opening: its dossier code comes from the recording transaction, not from the rules."""

    def __init__(self, state: Case, *, code: str | None, **said: Any) -> None:
        super().__init__(state, **said)
        self.code = code

    def emit(self, event: CaseEvent) -> None:
        """As every draft does, with the code as it stands."""
        if isinstance(event, ApplicationAccepted):
            event = event.model_copy(update={"dossier_code": self.code})
        super().emit(event)


class Place(NamedTuple):
    """What the beginning of a record says of its decision, as text."""

    at: str
    decided_at: str
    command_id: str

    @classmethod
    def of(cls, body: str) -> Place:
        """Of a record in its canonical form; of any other text, something that no decision comes out as."""
        beginning = BEGINNING.match(body)
        return cls("", "", "") if beginning is None else cls(*beginning.groups())

    @property
    def decision(self) -> tuple[str, str]:
        """The same of all records that answer one command."""
        return self.command_id, self.decided_at


BEGINNING: Final = re.compile(
    r'\{"case_id":"[^"]*","sequence":\d+,"at":"([^"]*)","decided_at":"([^"]*)","command_id":"((?:[^"\\]|\\.)*)"'
)
RECORD_FIELDS: Final = set(EventRecord.model_fields)
ACCEPTED: Final = f',"event":{{"type":"{ApplicationAccepted.__name__}",'
TELLING: Final = replace(CASES, draft=TellingDraft)


def tell_again(definitions: Definitions, first: EventRecord, bodies: Sequence[str]) -> Story | None:
    """The story of a case whose ledger (`bodies`, of which the first reads `first`) is what today's rules say, to the byte.

    None: it is not, or cannot be seen so.
    """
    case, scenes = blank(first.case_id, definitions), list[Scene]()
    for _, group in groupby(zip(map(Place.of, bodies), bodies, strict=True), lambda entry: entry[0].decision):
        places, answer = zip(*group, strict=True)
        decided = _decided_again(case, places[0], answer, None if scenes else first)
        if len(decided) != len(answer):
            return None
        for scene, body in zip(decided, answer, strict=True):
            if canonical_json(scene.record) != body:
                return None
        scenes += decided
        case = decided[-1].after
    return Story(definitions, tuple(scenes), case)


def _decided_again(case: Case, place: Place, answer: Sequence[str], first: EventRecord | None) -> Sequence[Scene]:
    """What today's rules make of the command that these records answer; nothing where there is no such command."""
    command: Command | Tick | None
    rules = TELLING
    try:
        if place.command_id.startswith(TICK_PREFIX):
            command = Tick(due_at=datetime.fromisoformat(place.at))
        elif first is not None:
            command = command_of(Answer(case, [first]), MAKERS)
            rules = replace(CASES, draft=partial(CodedDraft, code=_code_among(answer)))
        else:
            command = _command(case, answer)
        if command is None:
            return ()
        drafted = rules.draft_of(case, command, datetime.fromisoformat(place.decided_at))
    except Exception:
        return ()  # a body that is no record, or a state that no rule could have made: whoever looks closer says so
    return drafted.scenes if isinstance(drafted, TellingDraft) else ()


def _command(case: Case, answer: Sequence[str]) -> Command | Tick | None:
    # Most commands are told by the first of their records alone.
    first = record_of(answer[0])
    return command_of(Answer(case, [first]), MAKERS) or command_of(Answer(case, list(map(record_of, answer))), MAKERS)


def _code_among(answer: Sequence[str]) -> str | None:
    """The dossier code among the records of an opening."""
    accepted = next((body for body in answer if ACCEPTED in body), None)
    event = None if accepted is None else record_of(accepted).event
    return event.dossier_code if isinstance(event, ApplicationAccepted) else None
