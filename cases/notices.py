"""The answers that are owed to the senders of refused commands. Pure."""

from __future__ import annotations

from cases.turn import CommandOutcome, Notice
from events.language.commands import ActorKind, Command, DecideStep
from events.language.identity import sender_of

UNTOLD = ("case_unknown", "command_conflict")
"""Answers that also one gets who has no part in the case: to him they say no more than of a case that is not there."""


def notice_of(command: Command, outcome: CommandOutcome) -> Notice | None:
    """The answer that is owed to the sender of a refused command; None: it gets it otherwise, or is the engine.

    A department hears of it on its own work topic, a submitting system on its answers; a screen gets it as the update's
    result.
    """
    if outcome.refusal is None:
        return None
    kind, account = sender_of(command.command_id) or ("", "")
    department = command.actor.id if command.actor.kind is ActorKind.DEPARTMENT else None
    system = account if kind == "system" else None
    if department is None and system is None:
        return None
    return Notice(
        command_id=command.command_id,
        settled_as=outcome.command_id if outcome.command_id != command.command_id else None,
        department=department,
        system=system if department is None else None,
        step_id=command.step_id if isinstance(command, DecideStep) else None,
        # An answer that knew another name for the case would say that there is one.
        named=command.named if outcome.refusal.code in UNTOLD else None,
        refusal=outcome.refusal,
    )
