"""Dossiers in Temporal: starting one, and giving it a command."""

from __future__ import annotations

from cases.turn import CommandOutcome
from catalog.dossier import DossierDefinitions
from events.language.dossier_commands import DossierCommand
from intake.temporal import Gateway, request_id_of
from workflows.messages import DOSSIER_WORKFLOW, DossierInput, DossierMessage


class DossierGateway(Gateway):
    """What the intake does with the workflows of dossiers."""

    async def start(self, given: DossierInput, definitions: DossierDefinitions, *, again: bool = False) -> bool:
        """Start the dossier; False if it runs, or has ended and is not to run again. Raises Unavailable."""
        arguments, summary = (given, definitions), "linked dossier"
        return await self.start_once(DOSSIER_WORKFLOW, given.dossier_id, arguments, again=again, static_summary=summary)

    async def signal(self, dossier_id: str, command: DossierCommand) -> None:
        """Give the dossier a command; nobody waits. Raises StreamUnknownError, Unavailable."""
        await self.send(dossier_id, DossierMessage(command=command, dossier_id=dossier_id), request_id_of(command))

    async def update(self, dossier_id: str, command: DossierCommand) -> CommandOutcome:
        """Give the dossier a command and wait for the answer. Raises StreamUnknownError, Unavailable."""
        return await self.ask(dossier_id, DossierMessage(command=command, dossier_id=dossier_id), command)
