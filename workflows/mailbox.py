"""What a workflow was sent and has not settled yet: each command once, however often it comes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Generic, TypeVar

from pydantic_core import to_json
from temporalio import workflow

from cases.conflicts import conflict_outcome, settled_as
from cases.turn import CommandOutcome
from events.language.commands import Command
from events.language.refusals import Refusal
from events.language.sameness import is_other

COMMANDS_MAX = 64
"""So many commands at most in one turn; the rest waits for the next, so that a turn stays small and short."""
TURN_MAX_BYTES = 256 * 1024
"""And so many bytes of them, but always one: what a turn writes goes into the history, several times as long perhaps."""
CARRIED_MAX_BYTES = 256 * 1024
"""So many bytes of what waits may go along into the next run, where the ledger was away for so long that this one must end."""
UNMEASURED = 4
"""Of so few nobody needs to know how long they are."""

C = TypeVar("C", bound=Command)


class Mailbox(Generic[C]):
    """Commands in the order in which they came.

    What is settled is known to this run only: of what was settled before, the ledger's transaction knows. So nothing of it goes
    along when the workflow continues as new, and what does is bounded, however long the case lives and whoever writes to it.

    Digests come with the commands and their outcomes, so out of the history: where an older program kept none, the same id
    is the same command, as it was then.
    """

    def __init__(
        self, waiting: Iterable[C], settled: Mapping[str, Refusal | None], conflicting: Iterable[C] = ()
    ) -> None:
        """`settled`: what an older program carried along."""
        self._waiting: dict[str, C] = {command.command_id: command for command in waiting}
        self.settled: dict[str, Refusal | None] = dict(settled)
        """By command id: the refusal, or None for what was accepted."""
        self._conflicting: dict[str, C] = {settled_as(command): command for command in conflicting}
        """Those whose ids other commands had: to be refused, each under an id of its own."""
        self._digests: dict[str, str | None] = {}
        """Of what is settled, as far as it was settled in this run."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing waits for a turn."""
        return not self._waiting and not self._conflicting

    @property
    def waiting(self) -> tuple[C, ...]:
        """What waits for a turn, in order."""
        return tuple(self._waiting.values())

    @property
    def conflicting(self) -> tuple[C, ...]:
        """What is to be refused because its id is another command's, in order."""
        return tuple(self._conflicting.values())

    @property
    def is_light(self) -> bool:
        """Whether what waits is short enough to go along into the next run."""
        everything = (*self._waiting.values(), *self._conflicting.values())
        return sum(len(to_json(command)) for command in everything) <= CARRIED_MAX_BYTES

    def next_turn(self) -> tuple[list[C], list[C]]:
        """What one turn takes: commands, and those that are to be refused because their ids are others'."""
        waiting = list(islice(self._waiting.values(), COMMANDS_MAX))
        if len(waiting) > UNMEASURED:
            waiting = _within(waiting, TURN_MAX_BYTES)
        return waiting, list(islice(self._conflicting.values(), COMMANDS_MAX))

    def put(self, command: C) -> None:
        """Take a command, unless it is here or settled already."""
        if self.is_conflict(command):
            self._refuse(command)
        elif command.command_id not in self.settled:
            self._waiting.setdefault(command.command_id, command)

    def is_conflict(self, command: C) -> bool:
        """Whether another command with this id is here or settled already."""
        waits = self._waiting.get(command.command_id)
        known = self._digests.get(command.command_id) if waits is None else waits.digest
        return is_other(command.digest, known)

    async def answer_to(self, command: C) -> CommandOutcome:
        """Take a command, and wait for what becomes of it."""
        self.put(command)
        await workflow.wait_condition(lambda: self._outcome(command) is not None)
        outcome = self._outcome(command)
        return outcome or CommandOutcome(command_id=command.command_id)

    def settle(self, outcomes: Iterable[CommandOutcome]) -> None:
        """These stand in the ledger, or were settled before: then perhaps for another command of the same id."""
        for outcome in outcomes:
            self.settled[outcome.command_id] = outcome.refusal
            self._digests[outcome.command_id] = outcome.digest
            self._conflicting.pop(outcome.command_id, None)
            command = self._waiting.pop(outcome.command_id, None)
            if command is not None and self.is_conflict(command):
                self._refuse(command)

    def _refuse(self, command: C) -> None:
        name = settled_as(command)
        if name not in self.settled:
            self._conflicting.setdefault(name, command)

    def _outcome(self, command: C) -> CommandOutcome | None:
        command_id = command.command_id
        if command.digest is not None and settled_as(command) in self.settled:
            return conflict_outcome(command).model_copy(update={"command_id": command_id})
        if command_id not in self.settled or is_other(command.digest, self._digests.get(command_id)):
            return None
        return CommandOutcome(command_id=command_id, refusal=self.settled[command_id])


def _within(commands: list[C], size_max: int) -> list[C]:
    """The first of them that are not longer than so many bytes together, but at least one."""
    taken, size = 0, 0
    for command in commands:
        size += len(to_json(command))
        if taken and size > size_max:
            break
        taken += 1
    return commands[:taken]
