"""The ids of commands that people give on the command line."""

from __future__ import annotations

from events.language.identity import is_reserved
from events.language.messages import MessageError
from wording.text import _


def refuse_reserved(command_id: str | None) -> None:
    """Raises MessageError for an id that only the engine makes: nobody may take the place of a message from Kafka."""
    if command_id is not None and is_reserved(command_id):
        reason = _("begins as the ids of the engine's own do; begin it otherwise")
        raise MessageError("command_id", reason, code="id_reserved")
