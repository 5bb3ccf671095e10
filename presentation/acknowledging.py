"""The command with which somebody acknowledges an escalation, ready to paste: the same in letters and on screens."""

from __future__ import annotations

import shlex
from pathlib import Path

from services.escalations import Escalation


def acknowledge_command(reference: str, escalation: str | int, *, linked: bool = False) -> str:
    """The command for an escalation of a case (by its dossier code, else its id), or of a linked dossier's joint clock.

    It names the escalation, by its number in the timeline or by its id: pasted days later it acknowledges what the letter
    told of, and nothing that came since.
    """
    words = ["greenlane", *(["dossier"] if linked else []), "acknowledge", reference, str(escalation)]
    return shlex.join(words)


def show_command(reference: str, *, linked: bool = False) -> str:
    """The command that shows a case, or a linked dossier."""
    return shlex.join(["greenlane", *(["dossier"] if linked else []), "show", reference])


def command_of(escalation: Escalation, state_dir: Path | None) -> str:
    """The command on the stack of this state folder; None: of the default one."""
    item = escalation.item
    command = acknowledge_command(escalation.reference, item.escalation_id, linked=item.linked)
    return command if state_dir is None else f"{command} --state-dir {shlex.quote(str(state_dir.resolve()))}"
