"""What a workflow was sent and has not settled yet: each command once, however often it comes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Generic, TypeVar

from temporalio import workflow

from cases.conflicts import conflict_outcome, settled_as
from cases.turn import CommandOutcome
from events.language.commands import Command
from events.language.dossier_commands import DossierCommand
from events.language.refusals import Refusal
from events.language.sameness import is_other

Sent = TypeVar("Sent", Command, DossierCommand)


class Mailbox(Generic[Sent]):
    """Commands in the order in which they came. What is in it goes along when the workflow continues as new.

    Digests come with the commands and their outcomes, so out of the history: where an older program kept none, the same id
    is the same command, as it was then.
    """

    def __init__(
        self, waiting: Iterable[Sent], settled: Mapping[str, Refusal | None], conflicting: Iterable[Sent] = ()
    ) -> None:
        self.waiting: list[Sent] = list(waiting)
        self.settled: dict[str, Refusal | None] = dict(settled)
        """By command id: the refusal, or None for what was accepted."""
        self.conflicting: list[Sent] = list(conflicting)
        """Those whose ids other commands had: to be refused, each under an id of its own."""
        self._digests: dict[str, str | None] = {}
        """Of what is settled, as far as it was settled in this run."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing waits for a turn."""
        return not self.waiting and not self.conflicting

    def put(self, command: Sent) -> None:
        """Take a command, unless it is here or settled already."""
        if self.is_conflict(command):
            self._refuse(command)
        elif command.command_id not in self.settled and self._waits(command.command_id) is None:
            self.waiting.append(command)

    def is_conflict(self, command: Sent) -> bool:
        """Whether another command with this id is here or settled already."""
        waits = self._waits(command.command_id)
        known = self._digests.get(command.command_id) if waits is None else waits.digest
        return is_other(command.digest, known)

    async def answer_to(self, command: Sent) -> CommandOutcome:
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
        done = [command for command in self.waiting if command.command_id in self.settled]
        self.waiting = [command for command in self.waiting if command.command_id not in self.settled]
        for command in done:
            if self.is_conflict(command):
                self._refuse(command)
        self.conflicting = [command for command in self.conflicting if settled_as(command) not in self.settled]

    def _waits(self, command_id: str) -> Sent | None:
        return next((command for command in self.waiting if command.command_id == command_id), None)

    def _refuse(self, command: Sent) -> None:
        name = settled_as(command)
        if name not in self.settled and all(settled_as(other) != name for other in self.conflicting):
            self.conflicting.append(command)

    def _outcome(self, command: Sent) -> CommandOutcome | None:
        command_id = command.command_id
        if command.digest is not None and settled_as(command) in self.settled:
            return conflict_outcome(command).model_copy(update={"command_id": command_id})
        if command_id not in self.settled or is_other(command.digest, self._digests.get(command_id)):
            return None
        return CommandOutcome(command_id=command_id, refusal=self.settled[command_id])
