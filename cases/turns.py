"""One turn of a case: the commands that wait and the instants that passed, decided in the order in which they happened."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from cases.conflicts import conflict_outcome
from cases.decide import counts_at, draft_of
from cases.draft import Draft
from cases.escalations import escalations_of, fired_among
from cases.model import Case
from cases.ticks import tick_of
from cases.timetable import next_due
from cases.turn import CommandOutcome, EscalationItem, Notice, Turn
from cases.views import view_of, work_of
from events.language.case_events import EventRecord
from events.language.commands import ActorKind, Command, DecideStep, SubmitApplication
from events.language.identity import sender_of
from events.language.refusals import Refusal

UNTOLD = ("case_unknown", "command_conflict")
"""Answers that also one gets who has no part in the case: to him they say no more than of a case that is not there."""


def take_turn(
    case: Case, commands: Sequence[Command], now: datetime, conflicting: Sequence[Command] = ()
) -> Turn | None:
    """Decide what waits. None: nothing is to be recorded. `conflicting`: those whose ids other commands had.

    An instant that passed before a command was received is decided before it, one that passed after it comes after it:
    so nobody pays for a worker that was away. An answer received exactly at a due instant is in time.
    """
    bench = _Bench(case, now)
    for command in conflicting:
        bench.refuse(command, conflict_outcome(command))
    for command in sorted(commands, key=_order):
        bench.pass_time_before(command)
        bench.take(command)
    bench.pass_time_until(now, itself=True)
    return bench.turn()


def _order(command: Command) -> tuple[bool, datetime]:
    # Two topics, two brokers, two clocks: whatever they say, a case begins with its application.
    return not isinstance(command, SubmitApplication), command.received_at


class _Bench:
    def __init__(self, case: Case, now: datetime) -> None:
        self.before = case
        self.case = case
        self.now = now
        self.records: list[EventRecord] = []
        self.outcomes: list[CommandOutcome] = []
        self.notices: list[Notice] = []
        self.opened = False

    def pass_time_until(self, until: datetime, *, itself: bool) -> None:
        while (due_at := next_due(self.case)) is not None and (due_at < until or (itself and due_at == until)):
            drafted = draft_of(self.case, tick_of(due_at), self.now)
            if isinstance(drafted, Refusal) or not drafted.records:
                return
            self._add(drafted)

    def pass_time_before(self, command: Command) -> None:
        # It counts later than its receipt where what it answers began later; and what passes then may move that again.
        until: datetime | None = None
        while until != (until := counts_at(self.case, command, self.now)):
            self.pass_time_until(until, itself=False)

    def take(self, command: Command) -> None:
        drafted = draft_of(self.case, command, self.now)
        if isinstance(drafted, Refusal):
            self.refuse(command, CommandOutcome(command_id=command.command_id, refusal=drafted, digest=command.digest))
            return
        self.opened = self.opened or isinstance(command, SubmitApplication)
        self.outcomes.append(CommandOutcome(command_id=command.command_id, digest=command.digest))
        self._add(drafted)

    def refuse(self, command: Command, outcome: CommandOutcome) -> None:
        self.outcomes.append(outcome)
        notice = notice_of(command, outcome)
        if notice is not None:
            self.notices.append(notice)

    def turn(self) -> Turn | None:
        if not self.records and not self.outcomes:
            return None
        return Turn(
            case_id=self.case.case_id,
            expected_sequence=self.before.sequence + 1,
            records=tuple(self.records),
            outcomes=tuple(self.outcomes),
            notices=tuple(self.notices),
            view=view_of(self.case) if self.records else None,
            work=work_of(self.case),
            escalations=self._escalations() if self.records else None,
            opening=self.case.definitions if self.opened else None,
        )

    def _escalations(self) -> tuple[EscalationItem, ...] | None:
        now = escalations_of(self.case, fired_among(self.records))
        return None if now == escalations_of(self.before, {}) else now

    def _add(self, drafted: Draft) -> None:
        self.records.extend(drafted.records)
        self.case = drafted.case


def notice_of(command: Command, outcome: CommandOutcome) -> Notice | None:
    """The answer that is owed to the sender of a refused command; None: it gets it otherwise, or is the engine.

    A department hears of it on its own work topic, a submitting system on its answers; a screen gets it as the update's
    result.
    """
    if outcome.refusal is None:
        return None
    kind, account = sender_of(command.command_id) or ("", "")
    department = command.actor.id if command.actor.kind is ActorKind.DEPARTMENT else None
    system = account if kind == "system" else None
    if department is None and system is None:
        return None
    return Notice(
        command_id=command.command_id,
        settled_as=outcome.command_id if outcome.command_id != command.command_id else None,
        department=department,
        system=system if department is None else None,
        step_id=command.step_id if isinstance(command, DecideStep) else None,
        # An answer that knew another name for the case would say that there is one.
        named=command.named if outcome.refusal.code in UNTOLD else None,
        refusal=outcome.refusal,
    )
