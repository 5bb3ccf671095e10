"""Who may ask something of a case at all: asked before anything is decided. Pure.

Whoever has no part in a case gets the answer that he would get for one that does not exist, so that nobody learns by asking
which cases there are.
"""

from __future__ import annotations

from cases.model import Case
from events.language.commands import (
    Actor,
    ActorKind,
    Command,
    DecideStep,
    RequestPayment,
    SubmitApplication,
)
from events.language.identity import PORTAL
from events.language.refusals import Refusal, refuse


def stranger(case: Case, command: Command) -> Refusal | None:
    """Why whoever sent the command has no say in the case; None: it has a part in it.

    A department has one by a step or by the procedure; for the applicant speaks the system that handed the application in.
    People at a screen act for a department, or under a role of their own: a department that they name must have its part.
    """
    if case.application is None or isinstance(command, SubmitApplication):
        return None
    actor = command.actor
    named = {command.department} if isinstance(command, DecideStep | RequestPayment) else set()
    senders = named | ({actor.id} if actor.kind is ActorKind.DEPARTMENT else set())
    if senders and not senders <= departments_of(case):
        return refuse("case_unknown", "case")
    if actor.kind is ActorKind.APPLICANT and not speaks_for(actor, case.application.system, case.application.source):
        return refuse("case_unknown", "case")
    if isinstance(command, DecideStep | RequestPayment) and len(senders) > 1:
        # Nobody answers in the name of another department, also where both have a part.
        details = {"step": command.step_id, "owner": command.department, "department": actor.id}
        return refuse("wrong_department", "department", **details)
    return None


def departments_of(case: Case) -> set[str]:
    """Those that have a part in the case: by its steps, by its procedure, or since they received it."""
    procedure = case.definitions.procedure
    of_procedure = {step.department for step in procedure.steps} | {procedure.agency}
    return {step.department for step in case.steps.values()} | of_procedure


def speaks_for(actor: Actor, system: str | None, source: str) -> bool:
    """Whether an applicant's command comes from the system that handed the application in.

    `system` None: of older events, when all applications came through the portal. An older command names its source in the
    system's place, and came through the portal too.
    """
    if system is None and actor.id == source:
        return True
    return (PORTAL if "/" in actor.id else actor.id) == (system or PORTAL)
