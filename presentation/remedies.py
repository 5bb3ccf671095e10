"""What helps where a service gave no answer, in this door's commands."""

from __future__ import annotations

from presentation.acknowledging import acknowledge_command, show_command
from services.acknowledging import NoSuchAlertError, NothingToAcknowledgeError, SeveralEscalationsError, UnnamedError
from services.errors import NotAnsweredError, ServiceError
from wording.text import LazyText, _


def remedy_of(error: ServiceError) -> str:
    """One sentence that says what to do; the error's own, where it has one."""
    if error.remedy:
        return error.remedy
    if isinstance(error, NotAnsweredError):
        return _("Ask again with --command-id {command_id}: it takes effect once.", command_id=error.command_id)
    return _naming(error) if isinstance(error, UnnamedError) else ""


def _naming(error: UnnamedError) -> LazyText:
    commands = "; ".join(acknowledge_command(error.reference, one, linked=error.linked) for one in error.waiting)
    shown = show_command(error.reference, linked=error.linked)
    if isinstance(error, NothingToAcknowledgeError):
        return _("Its timeline tells what was acknowledged, and when: {shown}", shown=shown)
    if isinstance(error, SeveralEscalationsError):
        return _("Say which one: {commands}", commands=commands)
    if isinstance(error, NoSuchAlertError) and error.waiting:
        return _("These wait: {commands}", commands=commands)
    return _("None of it waits; its timeline: {shown}", shown=shown)
