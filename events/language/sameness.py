"""Whether two commands with one id are the same command: a digest of what each asks for."""

from __future__ import annotations

import hashlib
import json

from pydantic import BaseModel

HOW_IT_CAME = {"command_id", "received_at", "actor"}
"""Not a part of what is asked: a redelivery may come later, and be better known."""


def digest_of(command: BaseModel) -> str:
    """SHA-256 (hex, 32 digits) of a command's type, its actor's kind and id, and all that it asks for."""
    asked = command.model_dump(mode="json", exclude=HOW_IT_CAME, exclude_defaults=True)
    actor = getattr(command, "actor", None)
    who = [] if actor is None else [str(actor.kind), actor.id]
    kind = getattr(command, "type", type(command).__name__)
    content = json.dumps([kind, who, asked], ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()[:32]
