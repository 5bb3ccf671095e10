"""What a run has seen on Kafka of the program under test: what was asked of it, what it sent, what became of that. No I/O."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from events.language.case_events import EventRecord
from wording.text import LazyText


@dataclass(frozen=True, slots=True)
class Assignment:
    """A step that the program was given: one `StepAssigned` on its work topic."""

    message_id: str
    case_id: str
    step_id: str
    round: int
    kind: str
    at_ms: int
    """When the broker took it."""
    is_late: bool
    """Its limit had passed before it was assigned."""
    name: LazyText
    """What people call the step."""


@dataclass(frozen=True, slots=True)
class Cancellation:
    """The program was told that a step is no longer its own."""

    message_id: str
    case_id: str
    step_id: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class Answer:
    """A message of the program on its decisions topic."""

    place: str
    """Partition and offset there."""
    at_ms: int
    source: str = ""
    id: str = ""
    name: str = ""
    """Its type; empty where no event could be read."""
    command_id: str = ""
    case_id: str | None = None
    """None: of no case of this run, or it cannot be told."""
    step_id: str | None = None
    outcome: str | None = None
    digest: str = ""
    """Of its data."""
    has_key: bool = True
    """Whether its Kafka key is the case that it names."""


@dataclass(frozen=True, slots=True)
class Rejection:
    """The engine's no to one of the program's messages."""

    command_id: str
    case_id: str | None
    """None: the message could not be used at all."""
    place: str | None
    """Of such a message: where it lay."""
    code: str
    field: str
    message: LazyText
    remedy: LazyText
    at_ms: int
    """When the broker took the no."""


@dataclass(slots=True)
class Observations:
    """Everything of one run."""

    department: str
    """The one whose program is under test."""
    events: dict[str, list[EventRecord]] = field(default_factory=dict)
    """By case, in order."""
    assigned: list[Assignment] = field(default_factory=list)
    cancelled: list[Cancellation] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    refused: list[Rejection] = field(default_factory=list)
    given_up: set[str] = field(default_factory=set)
    """Ids of the `StepAssigned` that nobody waits for any more: their cases are ended by the sandbox then."""

    cut_short: bool = False
    """Somebody stopped the run: whoever has not answered yet was not given the time."""

    def add_event(self, record: EventRecord) -> bool:
        """Whether it is new: Kafka may bring one twice."""
        known = self.events.setdefault(record.case_id, [])
        if any(record.sequence == each.sequence for each in known):
            return False
        known.append(record)
        return True

    def effects(self) -> dict[tuple[str, str], set[str]]:
        """By case and command, the types of the events that it had as its effect: of those that were taken."""
        effects_of: dict[tuple[str, str], set[str]] = {}
        for own in self.events.values():
            for record in own:
                effects_of.setdefault((record.case_id, record.command_id), set()).add(record.event.type)
        return effects_of

    def refusals(self) -> dict[tuple[str | None, str], Rejection]:
        """By case and command, what was refused."""
        return {(each.case_id, each.command_id): each for each in self.refused}

    def is_closed(self, case_id: str) -> bool:
        """Whether the case has ended."""
        return any(record.event.type == "CaseClosed" for record in self.events.get(case_id, ()))

    def closed(self) -> int:
        """How many cases have ended."""
        return sum(self.is_closed(case_id) for case_id in self.events)

    def dossier_codes(self) -> dict[str, str]:
        """By dossier code, the case."""
        return {code: case_id for case_id in self.events if (code := self.code_of(case_id)) is not None}

    def code_of(self, case_id: str) -> str | None:
        """The case's dossier code, once it has one."""
        for record in self.events.get(case_id, ()):
            code: Any = getattr(record.event, "dossier_code", None)
            if code is not None:
                return str(code)
        return None

    def open_assignments(self) -> list[Assignment]:
        """Steps that wait for the program: neither decided nor taken back."""
        return [each for each in self.assigned if not self._is_over(each)]

    def _is_over(self, assigned: Assignment) -> bool:
        began = False
        for record in self.events.get(assigned.case_id, []):
            event = record.event
            if event.type == "StepAssigned" and event.step_id == assigned.step_id:
                began = event.department == self.department and event.round == assigned.round
            elif began and event.type in ENDS and getattr(event, "step_id", assigned.step_id) == assigned.step_id:
                return True
        return False


ENDS = frozenset({"StepDecided", "StepCancelled", "SupplementRequested", "ExplanationRequested", "CaseClosed"})
"""After these an assignment waits no more: answered, taken back, or with the applicant."""
