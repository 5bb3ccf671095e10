"""Who may ask something of a case at all: asked before anything is decided. Pure.

Whoever has no part in a case gets the answer that he would get for one that does not exist, so that nobody learns by asking
which cases there are.
"""

from __future__ import annotations

from typing import NamedTuple

from cases.model import Case
from catalog.systems import PORTAL
from events.language.commands import (
    Actor,
    ActorKind,
    Command,
    DecideStep,
    RequestPayment,
    SubmitApplication,
)
from events.language.refusals import Refusal, refuse


class Parties(NamedTuple):
    """Those that have a part in a case."""

    departments: frozenset[str]
    system: str | None
    """Through which the application came; None: of older events."""
    source: str


def stranger(case: Case, command: Command) -> Refusal | None:
    """Why whoever sent the command has no say in the case; None: it has a part in it."""
    if isinstance(command, SubmitApplication):
        return None
    parties = parties_of(case)
    return None if parties is None else strange_to(parties, command)


def parties_of(case: Case) -> Parties | None:
    """Who has a part in the case; None: it is not open yet."""
    application = case.application
    if application is None:
        return None
    return Parties(frozenset(departments_of(case)), application.system, application.source)


def strange_to(parties: Parties, command: Command) -> Refusal | None:
    """Why whoever sent the command is a stranger to these; None: it is one of them.

    A department has one by a step or by the procedure; for the applicant speaks the system that handed the application in.
    People at a screen act for a department, or under a role of their own: a department that they name must have its part.
    """
    actor = command.actor
    named = {command.department} if isinstance(command, DecideStep | RequestPayment) else set()
    senders = named | ({actor.id} if actor.kind is ActorKind.DEPARTMENT else set())
    if not senders <= parties.departments:
        return refuse("case_unknown", "case")
    if actor.kind is ActorKind.APPLICANT and not speaks_for(actor, parties.system, parties.source):
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
