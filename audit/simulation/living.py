"""Living a history again under any definitions: turn by turn in the order of time, by the decider itself. Pure.

People's acts stay at their recorded instants; what falls due by itself falls due as the definitions say.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby
from typing import Final

from audit.retelling import unchecked
from audit.simulation.history import Act, History
from cases.decide import CASES
from cases.draft import Draft
from cases.model import Case, blank
from catalog.model import Definitions
from catalog.proposal import Proposal
from events.language.case_events import CaseEvent, EventRecord
from events.language.commands import ApplyCalendar, Command, MigrateProcedure, SubmitApplication, Tick
from events.language.refusals import Refusal


class LeanDraft(Draft):
    """A draft whose records nobody else reads: they are not checked a second time."""

    def emit(self, event: CaseEvent) -> None:
        """As every draft does."""
        record = unchecked(self.state, self, event)
        self.records.append(record)
        self.state = self.evolve(self.state, record)


RULES: Final = replace(CASES, draft=LeanDraft)


@dataclass(slots=True)
class Life:
    """A case as it became."""

    case: Case
    records: list[EventRecord] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    """Acts that these rules refuse, by the code of the refusal: they are left out, and time goes on."""
    _asked: tuple[Case, datetime | None] | None = None

    @property
    def due_at(self) -> datetime | None:
        """The earliest instant (UTC) at which something falls due by itself, worked out once for each state."""
        if self._asked is None or self._asked[0] is not self.case:
            self._asked = self.case, RULES.next_due(self.case)
        return self._asked[1]


def live(history: History, definitions: Definitions, until: datetime, proposal: Proposal | None = None) -> Life:
    """The case as the definitions make it of its history, up to a business instant (UTC), that instant included.

    `proposal`: by which commands that bring rules of their own are changed too.
    """
    life = Life(blank(history.case_id, definitions))
    for decided_at, turn in groupby(history.acts, key=lambda act: act.decided_at):
        _pass_recorded(life, decided_at, history)
        for act in turn:
            command = act.command if proposal is None else _proposed(act, proposal)
            if command is not None:
                _pass_before(life, command, decided_at, history)
                _take(life, command, decided_at)
        if not life.records:
            return life  # an application that is not accepted has no life
        _pass(life, decided_at, history, itself=True)
    return live_on(life, history, until)


def live_on(life: Life, history: History, until: datetime) -> Life:
    """The same life with what falls due in it up to the instant."""
    _pass(life, until, history, itself=True)
    return life


def _proposed(act: Act, proposal: Proposal) -> Command | None:
    """The act as it would have been; None: it is without object, since the proposal says what it said."""
    command = act.command
    if isinstance(command, ApplyCalendar) and proposal.calendar is not None:
        return None
    if isinstance(command, MigrateProcedure):
        return command.model_copy(update={"procedure": proposal.procedure(command.procedure)})
    if isinstance(command, SubmitApplication):
        application = command.application
        limit = proposal.step_limit(application.procedure, application.step_limit)
        if limit != application.step_limit:
            return command.model_copy(update={"application": application.model_copy(update={"step_limit": limit})})
    return command


def _pass_recorded(life: Life, decided_at: datetime, history: History) -> None:
    """What had passed on record when the turn came, also where what the turn brought counts from before that."""
    while (due_at := life.due_at) is not None and history.ticks.get(due_at, decided_at) < decided_at:
        if not _tick(life, due_at, history):
            return


def _pass_before(life: Life, command: Command, decided_at: datetime, history: History) -> None:
    """As a turn does: what passes before a command may move the instant at which it counts."""
    until: datetime | None = None
    while until != (until := RULES.counts_at(life.case, command, decided_at)):
        _pass(life, until, history, itself=False)


def _pass(life: Life, until: datetime, history: History, *, itself: bool) -> None:
    while (due_at := life.due_at) is not None and (due_at < until or (itself and due_at == until)):
        if not _tick(life, due_at, history):
            return


def _tick(life: Life, due_at: datetime, history: History) -> bool:
    """Let happen what falls due; whether anything did."""
    # When its passing was decided, where that is on record; else at once, as by an engine that is never away.
    now = max(history.ticks.get(due_at, due_at), life.records[-1].decided_at)
    drafted = RULES.draft_of(life.case, Tick(due_at=due_at), now)
    if isinstance(drafted, Refusal) or not drafted.records:
        return False
    life.records += drafted.records
    life.case = drafted.state
    return True


def _take(life: Life, command: Command, decided_at: datetime) -> None:
    # It was accepted when it was given: whether its sender had a say is not asked again.
    drafted = RULES.draft_of(life.case, command, decided_at, hears_all=True)
    if isinstance(drafted, Refusal):
        life.refused[drafted.code] += 1
        return
    life.records += drafted.records
    life.case = drafted.state
