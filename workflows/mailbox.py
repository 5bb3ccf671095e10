"""What a workflow was sent and has not settled yet: each command once, however often it comes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Generic, TypeVar

from temporalio import workflow

from cases.turn import CommandOutcome
from events.language.commands import Command
from events.language.dossier_commands import DossierCommand
from events.language.refusals import Refusal

Sent = TypeVar("Sent", Command, DossierCommand)


class Mailbox(Generic[Sent]):
    """Commands in the order in which they came. What is in it goes along when the workflow continues as new."""

    def __init__(self, waiting: Iterable[Sent], settled: Mapping[str, Refusal | None]) -> None:
        self.waiting: list[Sent] = list(waiting)
        self.settled: dict[str, Refusal | None] = dict(settled)
        """By command id: the refusal, or None for what was accepted."""

    def put(self, command: Sent) -> None:
        """Take a command, unless it is here or settled already."""
        if command.command_id not in self.settled and all(c.command_id != command.command_id for c in self.waiting):
            self.waiting.append(command)

    async def answer_to(self, command: Sent) -> CommandOutcome:
        """Take a command, and wait for what becomes of it."""
        command_id = command.command_id
        self.put(command)
        await workflow.wait_condition(lambda: command_id in self.settled)
        return CommandOutcome(command_id=command_id, refusal=self.settled[command_id])

    def settle(self, outcomes: Iterable[CommandOutcome]) -> None:
        """These stand in the ledger."""
        self.settled.update({outcome.command_id: outcome.refusal for outcome in outcomes})
        self.waiting = [command for command in self.waiting if command.command_id not in self.settled]
