"""Whether two commands with one id are the same command: a digest of what each asks for."""

from __future__ import annotations

import hashlib
import json
from typing import TypeVar

from pydantic import BaseModel

from events.language.commands import ActorKind, Command
from wording.names import tidied

HOW_IT_CAME = {"command_id", "received_at", "actor", "digest", "named"}
"""Not a part of what is asked: a redelivery may come later, and be better known."""


def digest_of(command: BaseModel) -> str:
    """SHA-256 (hex, 32 digits) of a command's type, its actor's kind and id, and all that it asks for."""
    # A text that is sent again in another form of the same letters is the same text.
    wanted = tidied(command.model_dump(mode="json", exclude=HOW_IT_CAME, exclude_defaults=True))
    actor = getattr(command, "actor", None)
    who = [] if actor is None else [str(actor.kind), actor.id]
    kind = getattr(command, "type", type(command).__name__)
    content = json.dumps(
        [kind, who, wanted], ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")
    )
    return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()[:32]


Asked = TypeVar("Asked", bound=Command)


def with_digest(command: Asked) -> Asked:
    """The command as the intake hands it on: with the digest of what it asks."""
    if command.digest is not None or command.actor.kind is ActorKind.SYSTEM:
        return command
    return command.model_copy(update={"digest": digest_of(command)})


def is_other(digest: str | None, known: str | None) -> bool:
    """Whether two commands with one id ask for different things, as far as their digests are known."""
    return digest is not None and known is not None and digest != known
