"""The embedded stack: Temporal, PostgreSQL and Kafka from wheels, with our processes, on one machine.

Names are loaded on first use: a command that only looks for a running stack must not wait a second for drivers.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from greenlane.stack.foreground import run_up
    from greenlane.stack.member import ProcessSpec
    from greenlane.stack.session import ensure_stack, running_stack
    from greenlane.stack.supervisor import Supervisor

__all__ = ["ProcessSpec", "Supervisor", "ensure_stack", "run_up", "running_stack"]

_HOMES = {
    "ProcessSpec": "member",
    "Supervisor": "supervisor",
    "ensure_stack": "session",
    "run_up": "foreground",
    "running_stack": "session",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
