"""Who acted, as the screens say it: never without how it is known."""

from __future__ import annotations

from events.language.commands import ENGINE, Actor, ActorKind, Assurance
from presentation.names import Names
from presentation.words.words import Words
from wording.text import _


def actor_text(actor: Actor | None, words: Words, names: Names | None = None) -> str:
    """Kind and account with the assurance; of older events, that it is not on record. Plain text: escape it in markup."""
    if actor is None:
        return words(_("not on record"))
    if actor == ENGINE:
        return words.named("actor", actor.kind)
    known = words.named("assurance", actor.assurance or Assurance.CLAIMED)
    account = names.department(actor.id) if names is not None and actor.kind == ActorKind.DEPARTMENT else actor.id
    return f"{words.named('actor', actor.kind)} {account} ({known})"
