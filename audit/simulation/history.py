"""What people did to a case, and when: a history as it was recorded, remade as commands. Pure.

A history says nothing of what the engine made of it: warnings, breaches and deadlines come from the rules it is lived under.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

from audit.redeciding import Answer, command_of
from audit.redecision import MAKERS
from cases.evolve import evolve
from cases.model import Case, blank
from catalog.model import Definitions
from events.language.case_events import EventRecord
from events.language.commands import Command, SubmitApplication, Tick


class Act(NamedTuple):
    """One command, and the business instant (UTC) at which it was decided."""

    command: Command
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class History:
    """What happened to one case."""

    case_id: str
    name: str
    """By which people know it."""
    definitions: Definitions
    """Under which it was decided, or would have been."""
    acts: tuple[Act, ...]
    """In the order in which they were decided; the first one opens the case."""
    ticks: Mapping[datetime, datetime] = field(default_factory=dict)
    """When the passing of a due instant was decided, where that is on record."""

    @property
    def is_linked(self) -> bool:
        """Whether the case belongs to a linked dossier."""
        opening = self.acts[0].command
        return isinstance(opening, SubmitApplication) and opening.application.linked is not None


class Recorded(NamedTuple):
    """A case of the ledger: its history, and what the ledger makes of it."""

    history: History | None
    """None: it cannot be remade."""
    case: Case


def recorded_history(definitions: Definitions, records: Sequence[EventRecord]) -> Recorded:
    """The history that a case's ledger tells. Older records do not say who acted: then there is none."""
    case = blank(records[0].case_id, definitions)
    acts: list[Act] = []
    ticks: dict[datetime, datetime] = {}
    whole = True
    for _, group in groupby(records, key=lambda record: (record.command_id, record.decided_at)):
        answer = list(group)
        command = command_of(Answer(case, answer), MAKERS)
        if isinstance(command, Tick):
            ticks[command.due_at] = answer[0].decided_at
        elif command is None:
            whole = False
        else:
            acts.append(Act(command, answer[0].decided_at))
        for record in answer:
            case = evolve(case, record)
    if not whole or not acts or not isinstance(acts[0].command, SubmitApplication):
        return Recorded(None, case)
    return Recorded(History(case.case_id, case.case_id, definitions, tuple(acts), ticks), case)
