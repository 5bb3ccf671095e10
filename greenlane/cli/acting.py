"""Who acts at the command line, and under which id. Light until it is called."""

from __future__ import annotations

import os
import pwd
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from events.language.commands import Actor
    from greenlane.session import Session
    from services.recording_reads import Reader


Kind = Literal["officer", "supervisor", "administrator"]


def acting(by: str | None, kind: Kind = "officer") -> Actor:
    """Who acts: the account that is named, else the operator of the installation. Either way it is only claimed."""
    from services.actors import claimed

    return claimed("operator", _system_account()) if by is None else claimed(kind, by)


def reading(session: Session, command: str, by: str | None = None, kind: Kind = "officer") -> Reader:
    """Who looks, and why: what was said, else the name of the command."""
    from services.recording_reads import Reader

    return Reader(acting(by, kind), session.wiring.settings.purpose or command)


def _system_account() -> str:
    """The operating system's account, not what the environment says of itself."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # a container may run under a number that has no name
        return f"uid-{os.getuid()}"
