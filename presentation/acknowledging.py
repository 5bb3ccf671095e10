"""The command with which somebody acknowledges an escalation, ready to paste: the same in letters and on screens."""

from __future__ import annotations

import shlex


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
