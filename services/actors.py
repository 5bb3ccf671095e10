"""Who asks: every service takes the actor first after the installation."""

from __future__ import annotations

from events.language.commands import Actor, ActorKind, Assurance


def claimed(kind: str, account: str) -> Actor:
    """An actor of whom nobody has proved anything: an account that was typed, or a name inside a file."""
    return Actor(kind=ActorKind(kind), id=account, assurance=Assurance.CLAIMED)
