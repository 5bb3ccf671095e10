"""How much of a reason a dossier carries along: it stands again at everything that waits for what was lost."""

from __future__ import annotations

from typing import Final

from cases.dossier.model import Dossier

WORDS_MAX: Final = 64 * 1024
"""Characters of reasons, in all that a dossier carries and in all that one command makes it say."""
SHORT: Final = 8


def brief(dossier: Dossier, reason: str | None) -> str | None:
    """A reason as it stands at an application: whole in every dossier that people make, cut where very many hang together.

    The event that brought it has it whole. How much is kept depends on the declaration alone, so it is the same whenever asked.
    """
    if reason is None or len(reason) <= SHORT:
        return reason
    places = len(dossier.parts) + sum(len(part.needs) for part in dossier.parts.values())
    most = max(SHORT, WORDS_MAX // places)
    return reason if len(reason) <= most else f"{reason[: most - 1]}…"
