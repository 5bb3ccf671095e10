"""Whom a case hears at all. Everybody else is told what he would be told of a case that there is not, and learns nothing."""

from __future__ import annotations

from events.language.commands import ActorKind, Application, Command
from tests.audit.simulation.reference.life import Life, RefusedError

PROVINCES_OWN = "portal"
"""Through it came everything before each application said through whom it came."""


def listen(life: Life, application: Application, command: Command) -> None:
    """Departments that are given work here, planned to be, or received the dossier; the applicant through his own system."""
    who, answers_for = command.actor, getattr(command, "department", None)
    if command.type == "ReassignStep":  # type: ignore[attr-defined]
        answers_for = None  # it names who is to have the work, not who speaks
    speaking = {answers_for} - {None}
    if who.kind is ActorKind.DEPARTMENT:
        speaking.add(who.id)
    if any(not _has_business(life, department) for department in speaking):
        raise RefusedError("case_unknown")
    if who.kind is ActorKind.APPLICANT and _through(who.id, application) != (application.system or PROVINCES_OWN):
        raise RefusedError("case_unknown")
    if len(speaking) == 2:
        raise RefusedError("wrong_department")


def _has_business(life: Life, department: str) -> bool:
    working = [step for step in life.steps.values() if step.department == department]
    planned = [step for step in life.procedure.steps if step.department == department]
    return bool(working or planned) or life.procedure.agency == department


def _through(speaker: str, application: Application) -> str:
    """Which system a speaker is. In older messages a source stands in its place."""
    is_source = speaker.startswith("/") or (application.system is None and speaker == application.source)
    return PROVINCES_OWN if is_source else speaker
