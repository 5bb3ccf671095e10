"""The model takes its turns: the commands that wait and the instants that passed, in the order in which they happened."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from catalog.model import Definitions
from events.language.commands import (
    AcknowledgeEscalation,
    Application,
    ApplyCalendar,
    ChangeLane,
    Command,
    ConfirmPayment,
    DecideStep,
    ExtendLimit,
    MigrateProcedure,
    MoveAppointment,
    PauseClock,
    ReassignStep,
    ReceiveExplanation,
    ReceiveSupplement,
    RequestPayment,
    ResumeClock,
    ReturnCase,
    StopCase,
    SubmitApplication,
    WithdrawApplication,
)
from tests.audit.simulation.reference import answers, changes, interruptions, opening
from tests.audit.simulation.reference.heard import listen
from tests.audit.simulation.reference.hours import instant
from tests.audit.simulation.reference.instants import next_passing
from tests.audit.simulation.reference.life import Fact, Life, RefusedError

RULES = {
    SubmitApplication: opening.submit,
    DecideStep: answers.decide,
    ReceiveSupplement: answers.documents_came,
    ReceiveExplanation: answers.explained,
    WithdrawApplication: answers.withdraw,
    PauseClock: interruptions.pause,
    ResumeClock: interruptions.resume,
    StopCase: interruptions.stop_case,
    ReturnCase: interruptions.return_case,
    RequestPayment: interruptions.ask_for_fee,
    ConfirmPayment: interruptions.fee_paid,
    MoveAppointment: changes.move_appointment,
    ExtendLimit: changes.extend,
    ApplyCalendar: changes.apply_calendar,
    MigrateProcedure: changes.migrate,
    ReassignStep: changes.reassign,
    AcknowledgeEscalation: changes.acknowledge,
}


class Player:
    """One case in the model's hands."""

    def __init__(self, definitions: Definitions) -> None:
        self.life = Life(definitions)
        self.application: Application | None = None

    def turn(self, commands: Sequence[Command], now: datetime) -> tuple[dict[str, frozenset[str]], list[Fact]]:
        """By command, for which reasons it may be refused (none: it is taken); and what happened.

        What passed before a command was received comes before it; an answer received exactly at an end is in time.
        """
        self.life.facts = []
        turn_at = self.life.turn = instant(now)
        verdicts = {}
        begins_first = sorted(commands, key=lambda c: (not isinstance(c, SubmitApplication), c.received_at))
        for command in begins_first:
            at = self._counts_at(command, min(instant(command.received_at), turn_at))
            self._let_pass(at, turn_at, itself=False)
            verdicts[command.command_id] = self._take(command, at, turn_at)
        self._let_pass(turn_at, turn_at, itself=True)
        return verdicts, self.life.facts

    def next_due(self) -> int | None:
        """The earliest instant at which something falls due by itself."""
        passing = next_passing(self.life)
        return None if passing is None else passing[0]

    def _counts_at(self, command: Command, received: int) -> int:
        """Nothing counts before what it is about: the assignment that is answered, the request to the applicant."""
        if isinstance(command, DecideStep | RequestPayment) and command.step_id in self.life.steps:
            return max(received, self.life.steps[command.step_id].assigned_at)
        asked = self.life.status in ("awaiting_supplement", "awaiting_explanation", "awaiting_payment")
        if asked and isinstance(command, ReceiveSupplement | ReceiveExplanation | ConfirmPayment):
            return max(received, self.life.asked_at)
        return received

    def _let_pass(self, until: int, turn_at: int, *, itself: bool) -> None:
        while (passing := next_passing(self.life)) is not None:
            if passing[0] > until or (passing[0] == until and not itself):
                return
            passing[3]()

    def _take(self, command: Command, at: int, turn_at: int) -> frozenset[str]:
        life = self.life
        said = len(life.facts)
        try:
            if isinstance(command, SubmitApplication):
                opening.submit(life, command, at, turn_at)
                self.application = command.application
                return frozenset()
            if life.status == "new":
                raise RefusedError("case_unknown")
            assert self.application is not None
            listen(life, self.application, command)
            if life.status == "closed":
                raise RefusedError("case_closed")
            if isinstance(command, ChangeLane):
                changes.change_lane(life, command, self.application, at, turn_at)
            else:
                RULES[type(command)](life, command, at, turn_at)  # type: ignore[operator]
        except RefusedError as refused:
            assert len(life.facts) == said, (command, life.facts[said:])
            return refused.codes
        return frozenset()
