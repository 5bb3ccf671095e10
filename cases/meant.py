"""Which step or application a command means, where names look the same and are written in two ways. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from events.language.commands import Command
from wording.names import tidy

C = TypeVar("C", bound=Command)


def meant(command: C, field: str, names: Iterable[str]) -> C:
    """The command with the known name that it means.

    What comes in has one form; a ledger from before may hold a name with decomposed accents or blanks around it.
    """
    typed = getattr(command, field, None)
    known = list(names)
    if not isinstance(typed, str) or typed in known:
        return command
    alike = [name for name in known if tidy(name) == tidy(typed)]
    return command.model_copy(update={field: alike[0]}) if len(alike) == 1 else command
