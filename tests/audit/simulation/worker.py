"""One case's durable loop, as the workflow has it: a mailbox, one turn at a time, one timer, and crashes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from cases.decide import CASES
from cases.evolve import evolve
from cases.model import Case, blank
from cases.timetable import next_due
from cases.turn import Recorded
from catalog.model import Definitions
from events.language.commands import Command
from tests.audit.simulation.chances import SECOND
from workflows.mailbox import COMMANDS_MAX

if TYPE_CHECKING:
    from tests.audit.simulation.world import World

RESTART_MAX = timedelta(hours=12)


class CaseWorker:
    """It evolves only on what the ledger returned, and forgets everything but that in a crash."""

    def __init__(self, world: World, case_id: str, definitions: Definitions) -> None:
        self.case: Case = blank(case_id, definitions)
        self._world = world
        self._waiting: list[Command] = []
        self._settled: set[str] = set()
        self._is_down = False
        self._wakes_at: datetime | None = None

    def signal(self, command: Command) -> None:
        """A command reaches the mailbox; it is durable there."""
        known = command.command_id in self._settled or any(c.command_id == command.command_id for c in self._waiting)
        if not known:
            self._waiting.append(command)
            self._world.later(self._world.dice.latency(), self.turn)

    def turn(self) -> None:
        """Decide what waits, have it recorded, go on with what stands."""
        if self._is_down or self.case.is_closed:
            return
        world = self._world
        turn = CASES.take_turn(self.case, self._waiting[:COMMANDS_MAX], world.now + world.skew)
        if turn is None:
            self._arm()
            return
        if world.dice.happens(world.chances.crash / 2):
            self._crash()
            return
        recorded = world.record(turn)
        if world.dice.happens(world.chances.crash):
            # Between the ledger's commit and the completion: the result is lost, and the turn will be taken again.
            world.lost_results += 1
            self._crash()
            return
        self._settle(recorded)

    def _settle(self, recorded: Recorded) -> None:
        world = self._world
        if world.dice.happens(world.chances.carries):
            recorded = Recorded.model_validate_json(recorded.model_dump_json())
        for record in recorded.records:
            self.case = evolve(self.case, record)
        if world.dice.happens(world.chances.carries):
            self.case = Case.model_validate_json(self.case.model_dump_json())
        self._settled.update(outcome.command_id for outcome in recorded.outcomes)
        self._waiting = [command for command in self._waiting if command.command_id not in self._settled]
        if self._waiting:
            world.later(SECOND, self.turn)
        self._arm()

    def _arm(self) -> None:
        due_at = next_due(self.case)
        if due_at is None:
            return
        world = self._world
        wakes_at = max(due_at - world.skew, world.now + timedelta(milliseconds=1))
        # An armed timer that is early enough stays: it wakes, finds nothing due, and arms again.
        if self._wakes_at is None or self._wakes_at <= world.now or self._wakes_at > wakes_at:
            self._wakes_at = wakes_at
            world.later(wakes_at - world.now, self.turn)

    def _crash(self) -> None:
        self._is_down = True
        self._wakes_at = None
        self._world.later(self._world.dice.between(SECOND, RESTART_MAX), self._restart)

    def _restart(self) -> None:
        self._is_down = False
        self.turn()
