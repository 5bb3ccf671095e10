"""Who may ask something of a dossier at all, as for cases: to whom has no part in it, it is one that is not there."""

from __future__ import annotations

from cases.dossier.model import Dossier
from cases.senders import speaks_for
from events.language.commands import ActorKind, Command
from events.language.dossier_commands import SubmitDossier
from events.language.refusals import Refusal, refuse


def dossier_stranger(dossier: Dossier, command: Command) -> Refusal | None:
    """Why whoever sent the command has no say in the dossier; None: it has a part in it."""
    declaration, actor = dossier.declaration, command.actor
    if declaration is None or isinstance(command, SubmitDossier):
        return None
    if actor.kind is ActorKind.DEPARTMENT and actor.id not in _departments_of(dossier):
        return refuse("dossier_unknown")
    if actor.kind is ActorKind.APPLICANT and not speaks_for(actor, declaration.system, declaration.source):
        return refuse("dossier_unknown")
    return None


def _departments_of(dossier: Dossier) -> set[str]:
    """The agencies that decide on its applications, the one that answers for the whole, and those that are consulted."""
    consulted = {consultation.department for consultation in dossier.definitions.consultations}
    return {dossier.lead} | consulted | {dossier.agency(name) for name in dossier.parts}
