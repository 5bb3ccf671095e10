"""Which acts need a second person. Until people sign in, who they are is claimed; that they are two is asked already."""

from __future__ import annotations

from events.language.commands import Actor
from events.language.refusals import Refusal, refuse


def not_seconded(actor: Actor, approved_by: str | None) -> Refusal | None:
    """Why an act that needs a second person may not be done; None: another one than the actor has approved it."""
    if approved_by is not None and approved_by != actor.id:
        return None
    return refuse("second_person", "approved_by", by=actor.id)
